"""What somebody typed into a search field, as what the index is asked for."""

import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from bot.domain.search_text import INITIAL, Tokens, pairs, pieces

MOST_LETTERS = 40
MOST_CHARACTERS = 100
_MOST_TERMS = 8
_MOST_READINGS = 8  # ways to cut letters into syllables
_LEAST_LETTERS = 2
_TONES = "\u0304\u0301\u030c\u0300"  # lōu lóu lǒu lòu
_MOST_OPEN = 200  # beginnings that are tried at a time
_NO_INITIALS = frozenset("iuv")  # no syllable begins with them


class Phrase(NamedTuple):
    """Tokens that follow one another; the last one may go on."""

    tokens: tuple[str, ...]
    goes_on: bool


class Term(NamedTuple):
    """One thing that was typed, and the phrases of which one has to be there.

    `kind` is "han", "word" or "number"; `typed` its folded text; `readings` are the ways to read letters as
    Pinyin, each a row of syllables whose last one may be cut off.
    """

    kind: str
    typed: str
    phrases: tuple[Phrase, ...]
    readings: tuple[tuple[str, ...], ...] = ()


def read(text: str, tokens: Tokens, syllables: Collection[str]) -> tuple[Term, ...]:
    """The terms of a search, of which each has to be found; none if nothing can be looked for.

    Letters are read as a word, as Pinyin (xian: 先, 西安) and as initials.
    """
    folded = _toneless(tokens.folded(text[:MOST_CHARACTERS])).replace("'", "").replace("ü", "v")
    found: list[Term] = []
    for kind, piece in pieces(folded):
        if kind == "number":
            found.append(Term(kind, piece, (Phrase((tokens.number(piece),), goes_on=False),)))
        elif kind == "han":
            found.append(Term(kind, piece, (_han(piece),)))
        else:
            found.append(_letters(piece[:MOST_LETTERS], syllables))
    return tuple(dict.fromkeys(found))[:_MOST_TERMS]


def readings(letters: str, syllables: Collection[str]) -> list[tuple[str, ...]]:
    """The ways to cut letters into syllables, the fewest first; the last one may be cut off."""
    starts = {sound[:length] for sound in syllables for length in range(1, len(sound) + 1)}
    longest = max(map(len, syllables), default=0)
    open_ones: list[tuple[tuple[str, ...], int]] = [((), 0)]
    found: list[tuple[str, ...]] = []
    while open_ones and len(found) < _MOST_READINGS:
        cut, place = open_ones.pop(0)
        rest = letters[place:]
        if rest in starts:
            found.append((*cut, rest))
        cuts = [length for length in range(min(longest, len(rest) - 1), 0, -1) if rest[:length] in syllables]
        open_ones += [((*cut, rest[:length]), place + length) for length in cuts]
        del open_ones[_MOST_OPEN:]
    return found


def _toneless(text: str) -> str:
    """Letters without the marks of tones: lòu is typed lou."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in parts if char not in _TONES))


def _han(piece: str) -> Phrase:
    """Pairs in a row; a single character is the beginning of its pair."""
    if len(piece) == 1:
        return Phrase((piece,), goes_on=True)
    return Phrase(tuple(pairs(list(piece))[:-1]), goes_on=False)


def _letters(word: str, syllables: Collection[str]) -> Term:
    phrases = [Phrase((word,), goes_on=len(word) >= _LEAST_LETTERS)]
    if not (word.isascii() and word.isalpha()) or len(word) < _LEAST_LETTERS:
        return Term("word", word, tuple(phrases))
    cut = readings(word, syllables)
    for reading in cut:
        joined = pairs(list(reading))
        phrases.append(Phrase(tuple(joined[:-1]) or reading, goes_on=True))
    if not _NO_INITIALS.intersection(word):
        phrases.append(Phrase(tuple(INITIAL + pair for pair in pairs(list(word))[:-1]), goes_on=False))
    return Term("word", word, tuple(dict.fromkeys(phrases)), tuple(cut))
