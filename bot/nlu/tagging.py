"""From a document to what the entity tagger sees of each character, and from its tags back to spans."""

from collections import Counter
from functools import lru_cache
from sys import intern
from typing import Dict, Iterator, List, Sequence, Tuple

import jieba
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

WORDS = "words"  # the span group of the tokenizer's words
OUTSIDE = "O"
EDGE = "\x1e"
NAMES = frozenset(
    {"ns", "nr", "nrt", "nrfg", "nt", "nz", "t", "s"}
)  # what jieba calls places, people, times …

Place = Tuple[str, str]  # where a character stands in a span (B, I, E or S, alone), and which span


@lru_cache(maxsize=1)
def _names() -> Dict[str, str]:
    """Return what jieba's dictionary knows as a name of a place, a person, an organisation or a time."""
    names = {}
    with jieba.Tokenizer().get_dict_file() as lines:
        for line in lines:
            word, _, tag = line.decode("utf-8").split()
            if tag in NAMES:
                names[word] = intern(tag)
    return names


def _places(spans: Sequence[Span], length: int) -> List[Tuple[str, int]]:
    """For each character: where in which span it stands, OUTSIDE and -1 if in none; none overlap."""
    places = [(OUTSIDE, -1)] * length
    for number, span in enumerate(spans):
        last = span.end - 1
        for position in range(span.start, span.end):
            alone = span.start == last
            place = "S" if alone else "B" if position == span.start else "E" if position == last else "I"
            places[position] = (place, number)
    return places


def _marks(doc: Doc) -> List[List[str]]:
    """For each character: in which recognizers' finds it stands, and where in them."""
    marks: List[List[str]] = [[] for _ in doc]
    for group, spans in doc.spans.items():
        if group == WORDS:
            continue
        for position, (place, number) in enumerate(_places(filter_spans(spans), len(doc))):
            if number >= 0:
                marks[position].append(f"{place} {group}")
    return marks


def _word_rows(doc: Doc) -> List[List[str]]:
    """For each character: its word, its place in it, the words beside it, and the kind of name it is."""
    spans = list(doc.spans[WORDS]) if WORDS in doc.spans else []
    names = _names()
    texts = [EDGE, *(span.text for span in spans), EDGE]
    rows = []
    for place, number in _places(spans, len(doc)):
        word = texts[number + 1]
        if number < 0:
            rows.append([f"word {EDGE}", f"place {place}"])
            continue
        row = [f"word {word}", f"place {place}", f"before {texts[number]}", f"after {texts[number + 2]}"]
        rows.append([*row, f"name {place} {names[word]}"] if word in names else row)
    return rows


def _kind_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "latin" if character.isascii() else "han"
    return "other"


def character_features(doc: Doc) -> List[List[str]]:
    """Return the features of each character of a document, one token a character."""
    text, marks, words = doc.text, [[], *_marks(doc), []], _word_rows(doc)
    framed = [EDGE, EDGE, *text, EDGE, EDGE]
    rows = []
    for position, character in enumerate(text):
        first, before, _, after, last = framed[position : position + 5]
        row = ["bias", f"kind {_kind_of(character)}", *words[position]]
        row += [f"-2 {first}", f"-1 {before}", f"0 {character}", f"1 {after}", f"2 {last}"]
        row += [f"-2-1 {first}{before}", f"-10 {before}{character}"]
        row += [f"01 {character}{after}", f"12 {after}{last}"]
        row += [f"-1 {mark}" for mark in marks[position]]
        row += [f"0 {mark}" for mark in marks[position + 1]]
        row += [f"1 {mark}" for mark in marks[position + 2]]
        rows.append(row)
    return rows


def tags(doc: Doc) -> List[str]:
    """Return each character's tag for the entities of a document (`doc.ents`)."""
    found = [OUTSIDE] * len(doc)
    for span in doc.ents:
        for position in range(span.start, span.end):
            found[position] = ("B " if position == span.start else "I ") + span.label_
    return found


def spans_of(doc: Doc, found: Sequence[str]) -> Iterator[Span]:
    """Yield the entities that a sequence of tags means; none overlap."""
    start, kind = 0, ""
    for position, tag in enumerate([*found, OUTSIDE]):
        place, _, name = tag.partition(" ")
        if kind and (place != "I" or name != kind):
            yield Span(doc, start, position, label=kind)
            kind = ""
        if place in {"B", "I"} and not kind:
            start, kind = position, name


def agreed(doc: Doc, findings: Sequence[Sequence[str]]) -> List[Span]:
    """Return the entities that more than half of several sequences of tags mean; so none overlap."""
    votes = Counter(
        (span.start, span.end, span.label_) for found in findings for span in spans_of(doc, found)
    )
    return [
        Span(doc, start, end, label=kind)
        for (start, end, kind), given in votes.items()
        if given > len(findings) / 2
    ]
