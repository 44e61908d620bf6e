"""What the training messages must be: rightly annotated, varied, and apart from what is measured with."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.domain.labels import ALL, COMPLAINTS, CONVERSATION, ENTITIES
from bot.domain.likeness import NearCopies, comparable

FEWEST = dict.fromkeys(sorted(COMPLAINTS), 60) | dict.fromkeys(sorted(CONVERSATION), 40)
SHORTEST_COPY = 4  # letters and digits; 「谢谢」 is nobody's

_FACT = re.compile(r"\[(?P<value>[^\[\]]+)\](?:\((?P<kind>[^():]+)(?::[^()]*)?\)|\{(?P<keys>[^{}]*)\})")
_KIND_KEY = re.compile(r"[\"']?entity[\"']?\s*:\s*[\"']([^\"']+)[\"']")
_PLAIN_BRACKETS = re.compile(r"\[[^\[\]]+\](?!\s*[({（])")
_LEFT_OVER = re.compile(rf"[\[\]]|[(（]\s*(?:{'|'.join(sorted(ENTITIES))})\s*[)）]")
_MARKS = {kind: chr(0xE000 + number) for number, kind in enumerate(sorted(ENTITIES))}


class Row(NamedTuple):
    """One message to train with, annotated as in its file; `where` is file and line."""

    where: str
    label: str
    written: str


class Apart(NamedTuple):
    """One message that is kept apart for measuring."""

    where: str
    text: str


class Fault(NamedTuple):
    """What is wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class _Compared(NamedTuple):
    row: Row
    text: str  # as a customer would write it, in comparable form
    frame: str  # the same with one mark for each fact: what remains of a template


def annotation_faults(written: str) -> Iterator[str]:
    """What is wrong with the facts marked in a message: unknown kinds, broken brackets, outer blanks."""
    for fact in _FACT.finditer(written):
        if (kind := _kind(fact)) not in ENTITIES:
            yield f"未知实体 {kind}"
        if fact["value"] != fact["value"].strip():
            yield f"标注「{fact['value']}」两端有空格"
    if _LEFT_OVER.search(_PLAIN_BRACKETS.sub("", _FACT.sub("", written))):
        yield "实体标注的括号不成对：应形如 [牛奶](product)"


def plain(written: str) -> str:
    """A message without its annotations, as a customer would write it."""
    return _FACT.sub(r"\g<value>", written)


def _kind(fact: re.Match[str]) -> str:
    if fact["kind"] is not None:
        return fact["kind"]
    found = _KIND_KEY.search(fact["keys"])
    return found.group(1) if found else fact["keys"]


def variety_faults(rows: Iterable[Row], apart: Iterable[Apart]) -> Iterator[Fault]:
    """Say which rows repeat another, contradict it, or stand among those kept apart, and what is too few.

    All texts must be in Simplified characters, so that the script hides no copy.
    """
    compared = [
        _Compared(row, comparable(plain(row.written)), comparable(_FACT.sub(_mark, row.written)))
        for row in rows
    ]
    yield from _same_texts(compared)
    yield from _near_copies(compared)
    yield from _copies_of(compared, list(apart))
    yield from _too_few(compared)


def _mark(fact: re.Match[str]) -> str:
    return _MARKS.get(_kind(fact), "")


def _same_texts(rows: list[_Compared]) -> Iterator[Fault]:
    seen: dict[str, Row] = {}
    for row, text, _ in rows:
        first = seen.setdefault(text, row)
        if first.label != row.label:
            yield Fault(row.where, f"与 {first.where} 同文，标签却不同（{row.label}、{first.label}）")
        elif first is not row:
            yield Fault(row.where, f"与 {first.where} 重复")


def _near_copies(rows: list[_Compared]) -> Iterator[Fault]:
    """A row that is nearly another of its label, facts apart: what a template with slots produces."""
    indexes = {label: (NearCopies(), list[_Compared]()) for label in ALL}
    for one in rows:
        index, members = indexes[one.row.label]
        for number in index.like(one.frame):
            if members[number].text != one.text:
                yield Fault(one.row.where, f"与 {members[number].row.where} 几乎相同，请换个说法或删去")
                break
        index.add(one.frame)
        members.append(one)


def _copies_of(rows: list[_Compared], apart: list[Apart]) -> Iterator[Fault]:
    index = NearCopies()
    places: dict[str, str] = {}
    for message in apart:
        text = comparable(message.text)
        index.add(text)
        if len(text) >= SHORTEST_COPY:
            places.setdefault(text, message.where)
    for row, text, _ in rows:
        if text in places:
            yield Fault(row.where, f"与评测用的 {places[text]} 相同，不能用来训练")
        elif (number := next(index.like(text), None)) is not None:
            yield Fault(row.where, f"与评测用的 {apart[number].where} 几乎相同，不能用来训练")


def _too_few(rows: list[_Compared]) -> Iterator[Fault]:
    counts = Counter(row.label for row, _, _ in rows)
    for label, fewest in FEWEST.items():
        if counts[label] < fewest:
            yield Fault("data/nlu", f"标签 {label} 只有 {counts[label]} 条例句，至少要 {fewest} 条")
