"""What is shown of a text that was found: the words around the place, and which of them were looked for."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.domain.privacy import digits, mask
from bot.domain.search_query import Term
from bot.domain.search_text import INITIAL, Tokens, spans

BEFORE, LENGTH = 16, 80  # characters


class Part(NamedTuple):
    """A part of a snippet, and whether it was looked for."""

    text: str
    hit: bool


class Readable:
    """A text made ready to be searched: folded, and as it is typed in Pinyin."""

    def __init__(self, text: str, tokens: Tokens) -> None:
        self._folded = folded = tokens.folded(text)
        self._runs: list[tuple[int, list[str]]] = [
            (start, tokens.sounds(folded[start:end])) for kind, start, end in spans(folded) if kind == "han"
        ]

    def has(self, term: Term) -> bool:
        """Whether the term stands anywhere in it."""
        return next(self._each_of(term), None) is not None

    def places(self, terms: Iterable[Term]) -> list[tuple[int, int]]:
        """Where the terms stand, in order and apart from one another."""
        apart: list[tuple[int, int]] = []
        for start, end in sorted({place for term in terms for place in self._each_of(term)}):
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        return apart

    def _each_of(self, term: Term) -> Iterator[tuple[int, int]]:
        if term.kind == "number":
            yield from self._number(digits(term.typed))
            return
        for place in _each(self._folded, term.typed):
            if term.kind == "han" or not _goes_on(self._folded, place):
                yield place, place + len(term.typed)
        for reading in term.readings:
            yield from self._reading(reading)
        if any(phrase.tokens[0].startswith(INITIAL) for phrase in term.phrases):
            yield from self._initials(term.typed)

    def _number(self, wanted: str) -> Iterator[tuple[int, int]]:
        for kind, start, end in spans(self._folded):
            if kind == "number" and digits(self._folded[start:end]) == wanted:
                yield start, end

    def _reading(self, wanted: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Where these syllables stand, of which the last may be cut off."""
        *whole, last = wanted
        for offset, sounds in self._runs:
            for place in range(len(sounds) - len(whole)):
                end = place + len(whole)
                if sounds[place:end] == whole and sounds[end].startswith(last):
                    yield offset + place, offset + end + 1

    def _initials(self, letters: str) -> Iterator[tuple[int, int]]:
        """Where the syllables begin with these letters."""
        for offset, sounds in self._runs:
            joined = "".join(sound[:1] or " " for sound in sounds)
            for place in _each(joined, letters):
                yield offset + place, offset + place + len(letters)


def snippet(text: str, hits: list[tuple[int, int]]) -> tuple[Part, ...]:
    """The words around the first hit, phone and identity numbers masked."""
    text = mask(text)  # keeps every character in its place
    start = max(0, (hits[0][0] if hits else 0) - BEFORE)
    end = min(len(text), start + LENGTH)
    parts = [Part("…", hit=False)] if start else []
    place = start
    for first, last in hits:
        if place <= first < end:
            parts += [Part(text[place:first], hit=False), Part(text[first : min(last, end)], hit=True)]
            place = min(last, end)
    parts.append(Part(text[place:end], hit=False))
    parts += [Part("…", hit=False)] if end < len(text) else []
    return tuple(part for part in parts if part.text)


def _goes_on(folded: str, place: int) -> bool:
    """Whether a word in letters or digits began before this place."""
    before = folded[place - 1 : place] if place else ""
    return before.isascii() and before.isalnum()


def _each(text: str, part: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)
