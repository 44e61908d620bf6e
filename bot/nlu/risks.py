"""Where a message speaks of a risk or a danger: authorities, press, lawyers, illness, gas, fire and more.

Words are found in the normal form, across signs put between their characters, with digits in any writing, by
their sound where the word allows it, and, of long words, with one character wrong.
"""

from functools import lru_cache
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Set, Tuple

from pypinyin import lazy_pinyin

from bot.nlu.bare_text import CLAUSE_MARKS, BareText, bare_text
from bot.nlu.children import ages
from bot.nlu.mentions import is_denied, is_now
from bot.nlu.normalizer import Normalized
from bot.nlu.risk_words import Pieces, RiskWord
from bot.nlu.tokenizer import crosses_words

LONGEST_GAP = 8  # characters of one clause between the pieces of a word
LEAST_FOR_A_SLIP = 5  # characters a word has, of which one may be wrong
MOST_RISKS = 20  # of one message; who pastes more says nothing new
DANGERS = frozenset({"lift_trapped", "gas", "fire", "live_wire", "choking", "self_harm", "poison"})


class Hit(NamedTuple):
    """A word in a bare text: half-open span and kind."""

    start: int
    end: int
    kind: str


class RiskFinder:
    """Finds the words of a list in texts."""

    def __init__(self, words: Sequence[RiskWord]) -> None:
        self._words = [(frozenset(_beginnings(word)), word) for word in words]
        self._sounds: Dict[str, List[Tuple[Tuple[str, ...], RiskWord]]] = {}
        for word in words:
            if word.by_sound:
                syllables = tuple(lazy_pinyin(word.forms[0][0]))
                self._sounds.setdefault(syllables[0], []).append((syllables, word))

    def find(self, text: str, normal: Normalized) -> List[Dict[str, Any]]:
        """Return the risks in a customer's text as they leave the room (docs/protocol.md), in order."""
        bare = bare_text(normal)
        found = []
        for hit in sorted(_longest(self._hits(bare)))[:MOST_RISKS]:
            start, end = bare.origins[hit.start], bare.origins[hit.end - 1] + 1
            denied = is_denied(bare, hit.start, hit.end)
            now = hit.kind in DANGERS and not denied and is_now(bare, hit.start, hit.end, hit.kind)
            row = {"kind": hit.kind, "text": text[start:end], "start": start, "end": end}
            found.append({**row, "denied": denied, "now": now})
        return found

    def _hits(self, bare: BareText) -> Iterator[Hit]:
        digits = bare.digits
        characters = {*bare.text, *digits}
        for beginnings, word in self._words:
            spans = set() if beginnings.isdisjoint(characters) else set(_written(word, bare, digits))
            if spans:
                harmless = {span for phrase in word.harmless for span in _spans(phrase, bare.text)}
                yield from (Hit(*span, word.kind) for span in spans if not _begins_in(span, harmless))
        yield from self._sounding(bare)
        yield from (Hit(*span, "minor") for span in ages(bare.text))

    def _sounding(self, bare: BareText) -> Iterator[Hit]:
        said = [_sound(character) for character in bare.text]
        for start, syllable in enumerate(said):
            for syllables, word in self._sounds.get(syllable, ()):
                end = start + len(syllables)
                if tuple(said[start:end]) == syllables and not crosses_words(bare.text, start, end):
                    yield Hit(start, end, word.kind)


@lru_cache(maxsize=10_000)
def _sound(character: str) -> str:
    """Return how a Chinese character is mostly read, without its tone; of another one nothing."""
    return str(lazy_pinyin(character)[0]) if "\u3400" <= character <= "\u9fff" else ""


def _beginnings(word: RiskWord) -> Iterator[str]:
    """Yield characters of which a text that holds the word has at least one: most words need no search."""
    yield from (pieces[0][0] for pieces in word.forms)
    if _may_slip(word):
        yield from (part[0] for part, _ in _halves(word.forms[0][0]))


def _may_slip(word: RiskWord) -> bool:
    """Whether a word is heard although one of its characters is wrong."""
    return word.by_sound and len(word.forms[0][0]) >= LEAST_FOR_A_SLIP


def _halves(word: str) -> Tuple[Tuple[str, int], Tuple[str, int]]:
    """Return both halves of a word, and how many characters stand before each."""
    half = len(word) // 2
    return (word[:half], 0), (word[half:], half)


def _written(word: RiskWord, bare: BareText, digits: str) -> Iterator[Tuple[int, int]]:
    for pieces in word.forms:
        if pieces[0].isdigit():
            yield from (span for span in _spans(pieces, digits) if _is_whole(bare.text, span))
        elif pieces[0].isascii():
            yield from (span for span in _spans(pieces, bare.text) if _is_whole(bare.text, span))
        else:
            yield from _spans(pieces, bare.text)
    if _may_slip(word):
        yield from _with_a_slip(word.forms[0][0], bare.text)


def _spans(pieces: Pieces, text: str) -> Iterator[Tuple[int, int]]:
    """Yield where a word stands: its pieces in order, gaps between them within one clause."""
    first = text.find(pieces[0])
    while first >= 0:
        end = first + len(pieces[0])
        for piece in pieces[1:]:
            at = text.find(piece, end, end + LONGEST_GAP + len(piece))
            if at < 0 or any(mark in CLAUSE_MARKS for mark in text[end:at]):
                break
            end = at + len(piece)
        else:
            yield first, end
        first = text.find(pieces[0], first + 1)


def _is_whole(text: str, span: Tuple[int, int]) -> bool:
    """Whether a number or Latin word is no part of a longer one of the same writing."""
    start, end = span
    beside = [(text[start - 1 : start], text[start]), (text[end : end + 1], text[end - 1])]
    return not any(outer.isalnum() and outer.isascii() and inner.isascii() for outer, inner in beside)


def _with_a_slip(word: str, text: str) -> Iterator[Tuple[int, int]]:
    """Yield where all characters of a word but one stand in their places."""
    for part, before in _halves(word):
        at = text.find(part)
        while at >= 0:
            start = at - before
            there = text[max(start, 0) : start + len(word)]
            if start >= 0 and len(there) == len(word) and there.isalnum() and _slips(word, there) == 1:
                yield start, start + len(word)
            at = text.find(part, at + 1)


def _slips(word: str, there: str) -> int:
    return sum(one != other for one, other in zip(word, there, strict=True))


def _begins_in(span: Tuple[int, int], harmless: Set[Tuple[int, int]]) -> bool:
    """Whether a word begins inside of a harmless phrase."""
    return any(start <= span[0] < end for start, end in harmless)


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield, of the hits of one kind that overlap, the longest."""
    taken: Dict[str, List[Hit]] = {}
    for hit in sorted(set(hits), key=lambda hit: (hit.start - hit.end, hit.start)):
        others = taken.setdefault(hit.kind, [])
        if all(hit.end <= other.start or other.end <= hit.start for other in others):
            others.append(hit)
            yield hit
