"""Text in the form in which it is found again: characters and pairs of them, and how they are typed.

An index of words would need to know where Chinese words end; pairs of neighbouring characters need not, and
find words of two characters too. Beside them stand the pairs in Pinyin (漏水: loushui), and, where it is
wanted, their initials (ls). Long numbers – phones, identity and order numbers – stand there as keyed hashes:
who types one in full finds it, and nobody can read one out of the index.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.domain.privacy import LONG_NUMBER

# The form of the index: counted up when tokens are made differently, so that everything is indexed anew.
FORM = 1
INITIAL = "0"  # before the initials of two characters, so that they differ from words
_LONGEST_WORD = 64  # of a word in letters
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")

Sounds = Callable[[str], list[str]]  # the syllable of each character, "" for what has none
Simplify = Callable[[str], str]
HashNumber = Callable[[str], str]


class IndexText(NamedTuple):
    """The tokens of a text, each row in the order of the text: what a query finds it by."""

    grams: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()


class Tokens:
    """Makes tokens; `simplify` gives Simplified characters, `hash_number` a number's keyed hash."""

    def __init__(self, simplify: Simplify, sounds: Sounds, hash_number: HashNumber) -> None:
        self._simplify, self.sounds, self._hash = simplify, sounds, hash_number

    def folded(self, text: str) -> str:
        """One width, no capitals, Simplified; every character stays in its place."""
        plain = "".join(map(_plain, text))
        simple = self._simplify(plain)
        return simple if len(simple) == len(plain) else "".join(map(self._simplified, plain))

    def index(self, *texts: str, initials: bool = False) -> IndexText:
        """What these texts are found by."""
        grams: list[str] = []
        sounds: list[str] = []
        firsts: list[str] = []
        for text in texts:
            for kind, piece in pieces(self.folded(text)):
                if kind == "number":
                    grams.append(self.number(piece))
                elif kind == "word":
                    grams.append(piece[:_LONGEST_WORD])
                else:
                    typed = self.sounds(piece)
                    grams += pairs(list(piece))
                    sounds += [pair for pair in pairs(typed) if pair]
                    firsts += [INITIAL + pair for pair in pairs([each[:1] for each in typed])]
        return IndexText(tuple(grams), tuple(sounds), tuple(firsts) if initials else ())

    def number(self, number: str) -> str:
        """The token of a long number, however it was written."""
        return f"x{self._hash(number)[:24]}"

    def _simplified(self, char: str) -> str:
        simple = self._simplify(char)
        return simple if len(simple) == 1 else char


def pieces(folded: str) -> Iterator[tuple[str, str]]:
    """The pieces of a folded text in their order, each a "number" (a long one), "han" or a "word"."""
    for kind, start, end in spans(folded):
        yield kind, folded[start:end]


def spans(folded: str) -> Iterator[tuple[str, int, int]]:
    """The same as places in the text."""
    done = 0
    for number in LONG_NUMBER.finditer(folded):
        yield from _between(folded, done, number.start())
        yield "number", number.start(), number.end()
        done = number.end()
    yield from _between(folded, done, len(folded))


def pairs(parts: list[str]) -> list[str]:
    """Each part joined to the next one, and the last by itself."""
    return [first + second for first, second in zip(parts, [*parts[1:], ""], strict=True)]


def _between(folded: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for found in _PIECE.finditer(folded, start, end):
        yield found.lastgroup or "", found.start(), found.end()


@lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).casefold()
    return plain if len(plain) == 1 else char
