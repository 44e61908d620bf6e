"""From a text to what the entity tagger sees of each character, and from its tags back to spans."""

from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.dictionary import Dictionary
from bot.nlu.normalizer import Normalized, normal_form
from bot.nlu.patterns import Span, shaped_facts

OUTSIDE = "O"
WINDOW = (-2, -1, 0, 1, 2)
PAIRS = ((-2, -1), (-1, 0), (0, 1), (1, 2))
EDGE = "\x1e"


def leftmost_longest(spans: Iterable[Span]) -> List[Span]:
    """Keep, from spans of one kind, those that come first, and of two that start together the longer."""
    kept: List[Span] = []
    for span in sorted(spans, key=lambda found: (found.start, -found.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _marks(text: str, dictionary: Dictionary) -> List[List[str]]:
    """For each character: in which pattern's or dictionary's find it stands, and where in it."""
    by_kind: Dict[str, List[Span]] = {}
    for span in shaped_facts(text):
        by_kind.setdefault("shape " + span.kind, []).append(span)
    for hit in dictionary.hits(text):
        by_kind.setdefault("word " + hit.kind, []).append(Span(*hit))
    marks: List[List[str]] = [[] for _ in text]
    for kind, spans in by_kind.items():
        for span in leftmost_longest(spans):
            for position in range(span.start, span.end):
                place = "B" if position == span.start else "E" if position == span.end - 1 else "I"
                marks[position].append(f"{place} {kind}")
    return marks


def _words(message: Message, normal: Normalized) -> List[Tuple[str, str]]:
    """For each character: the word it stands in, and where in it (B, I, E or S, alone)."""
    words = [("", OUTSIDE)] * len(normal.text)
    position = 0
    for token in message.get(TOKENS_NAMES[TEXT]) or ():
        position = normal.text.index(token.text, position)
        last = len(token.text) - 1
        for offset in range(last + 1):
            place = "S" if last == 0 else "B" if offset == 0 else "E" if offset == last else "I"
            words[position + offset] = (token.text, place)
        position += last + 1
    return words


def _kind_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "latin" if character.isascii() else "han"
    return "other"


def character_features(message: Message, dictionary: Dictionary) -> List[List[str]]:
    """Return the features of each character of a message's normal form."""
    normal = normal_form(message)
    text, marks, words = normal.text, _marks(normal.text, dictionary), _words(message, normal)

    def at(position: int) -> str:
        return text[position] if 0 <= position < len(text) else EDGE

    rows = []
    for position, character in enumerate(text):
        row = [
            "bias",
            f"kind {_kind_of(character)}",
            f"word {words[position][0]}",
            f"place {words[position][1]}",
        ]
        row += [f"{offset} {at(position + offset)}" for offset in WINDOW]
        row += [f"{first}{second} {at(position + first)}{at(position + second)}" for first, second in PAIRS]
        for offset in (-1, 0, 1):
            if 0 <= position + offset < len(text):
                row += [f"{offset} {mark}" for mark in marks[position + offset]]
        rows.append(row)
    return rows


def tags(message: Message, spans: Sequence[Span]) -> List[str]:
    """Return each character's tag for these entities; spans are half-open, in the customer's own text."""
    normal = normal_form(message)
    found = [OUTSIDE] * len(normal.text)
    for span in spans:
        start, end = normal.normal_span(span.start, span.end)
        for position in range(start, end):
            found[position] = ("B " if position == start else "I ") + span.kind
    return found


def spans_of(found: Sequence[str]) -> Iterator[Span]:
    """Yield the entities that a sequence of tags means, half-open, in the normal form; none overlap."""
    start, kind = 0, ""
    for position, tag in enumerate([*found, OUTSIDE]):
        place, _, name = tag.partition(" ")
        if kind and (place != "I" or name != kind):
            yield Span(start, position, kind)
            kind = ""
        if place in {"B", "I"} and not kind:
            start, kind = position, name
