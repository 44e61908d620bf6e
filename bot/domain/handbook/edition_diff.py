"""What an edition changes: sentence by sentence, and in each sentence character by character."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from bot.domain.handbook.clause import Unit
from bot.domain.handbook.editions import Ways

_SHORTEST = 2  # characters that stay between two changes; fewer are read as part of one change


class Change(StrEnum):
    """What became of a sentence, or of a part of it."""

    KEPT = "kept"
    ADDED = "added"
    LEFT_OUT = "left_out"
    CHANGED = "changed"


class Part(NamedTuple):
    """A part of a sentence: kept, added or left out."""

    change: Change
    text: str


@dataclass(frozen=True)
class Row:
    """A sentence before and after; `parts` tell how one became the other."""

    key: str
    change: Change
    before: Unit | None
    after: Unit | None
    parts: tuple[Part, ...]


def rows(before: Ways, after: Ways) -> list[list[Row]]:
    """The sentences of each way, in their new order; a sentence that is left out stands where it stood.

    Sentences are known by their keys: both sides need them (`editions.named`).
    """
    old = {unit.key or "": unit for way in before for unit in way}
    new = {unit.key or "" for way in after for unit in way}
    found = [[_row(unit.key or "", old.get(unit.key or ""), unit) for unit in way] for way in after]
    for way in before:
        keys = [unit.key or "" for unit in way]
        home = next((one for one in found if any(row.key in keys for row in one)), None)
        if home is None:
            found.append([_row(unit.key or "", unit, None) for unit in way])
            continue
        for previous, unit in zip(["", *keys], way, strict=False):
            if (unit.key or "") not in new:
                home.insert(_after(home, previous), _row(unit.key or "", unit, None))
    return found


def parts(before: str, after: str) -> tuple[Part, ...]:
    """How one text became the other, character by character; small scraps between changes are not kept."""
    found: list[Part] = []
    for change, old, new in _joined(list(_steps(before, after))):
        if change is Change.KEPT:
            found.append(Part(Change.KEPT, new))
            continue
        found += [Part(Change.LEFT_OUT, old)] if old else []
        found += [Part(Change.ADDED, new)] if new else []
    return tuple(found)


_Step = tuple[Change, str, str]


def _steps(before: str, after: str) -> Iterator[_Step]:
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield Change.KEPT if tag == "equal" else Change.CHANGED, before[i:j], after[k:m]


def _joined(steps: list[_Step]) -> Iterator[_Step]:
    """Changes with hardly anything between them as one."""
    inner = {
        place + 1
        for place, (one, other) in enumerate(pairwise(steps))
        if other[0] is Change.KEPT
        and len(other[1]) < _SHORTEST
        and one[0] is Change.CHANGED
        and place + 2 < len(steps)
    }
    old = new = ""
    for place, (change, left, right) in enumerate(steps):
        if change is Change.CHANGED or place in inner:
            old, new = old + left, new + right
            continue
        if old or new:
            yield Change.CHANGED, old, new
            old = new = ""
        yield change, left, right
    if old or new:
        yield Change.CHANGED, old, new


def _row(key: str, before: Unit | None, after: Unit | None) -> Row:
    old, new = before.sent if before else "", after.sent if after else ""
    if before is None:
        change = Change.ADDED
    elif after is None:
        change = Change.LEFT_OUT
    else:
        same = (old, before.paragraph, before.held) == (new, after.paragraph, after.held)
        change = Change.KEPT if same else Change.CHANGED
    return Row(key, change, before, after, parts(old, new))


def _after(home: list[Row], previous: str) -> int:
    """The place behind the sentence that stood before; the beginning if there was none."""
    return next((place + 1 for place, row in enumerate(home) if row.key == previous), 0)
