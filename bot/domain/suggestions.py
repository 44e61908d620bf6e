"""Suggestions to those who train the bot: messages that fit no label, doubtful rows, thin labels."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.likeness import NearCopies, comparable
from bot.domain.training_data import FEWEST, Row, plain

PLENTY = 0.25  # share of near copies among a label's rows from which on they are too alike
FEWEST_ALIKE = 3  # messages from which on they may be a new issue


class MarkKind(StrEnum):
    """What somebody said about a row that looks mislabelled."""

    DISMISSED = "dismissed"  # the label is right
    NOTED = "noted"  # to be changed by the developers


@dataclass(eq=False)
class Mark:
    """It, kept under the row's `key`. `says` is the label that the folds gave it instead."""

    key: str
    kind: MarkKind
    where: str
    label: str
    text: str
    says: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Doubtful:
    """A training row that models trained without it read otherwise, with how sure they were (0 to 1)."""

    where: str
    label: str
    text: str
    says: str
    sure: float

    @property
    def key(self) -> str:
        """Names the row by what it says, not by its line, which moves."""
        return hashlib.sha256(f"{self.label}\n{self.text}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Standing:
    """How well a label is covered: its rows, the fewest it should have, and pairs of rows that are alike."""

    label: str
    rows: int
    fewest: int
    alike: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> int:
        """How many more it needs."""
        return max(0, self.fewest - self.rows)

    @property
    def too_alike(self) -> bool:
        """Whether its rows say the same again and again."""
        return len(self.alike) > PLENTY * self.rows

    @property
    def wanting(self) -> bool:
        """Whether something should be done."""
        return self.missing > 0 or self.too_alike


def standings(rows: Iterable[Row]) -> list[Standing]:
    """Every label's, those in need first. Texts in Simplified, so that the script hides no copy."""
    texts: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        texts[row.label].append(plain(row.written))
    found = [
        Standing(label, len(own := texts.get(label, [])), FEWEST.get(label, min(FEWEST.values())), alike(own))
        for label in sorted(FEWEST.keys() | texts.keys())
    ]
    return sorted(found, key=lambda one: (-one.missing, -len(one.alike) / max(one.rows, 1), one.label))


def alike(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each text that is nearly one before it, with that one."""
    known, pairs = NearCopies(), []
    for text in texts:
        form = comparable(text)
        first = next(known.like(form), None)
        if first is not None:
            pairs.append((texts[first], text))
        known.add(form)
    return tuple(pairs)
