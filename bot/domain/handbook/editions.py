"""The company's own words for clauses: what is drafted and approved, and which words hold at a moment.

The packs' files stay as they are. An edition stands in the place of one clause's words from a moment on,
until the next edition of that clause; one without words gives the printed ones back. What a clause is for,
whether the bot may say it, and the marks of its sentences are the pack's: no edition changes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.handbook.clause import COMPANY, Clause, Unit
from bot.domain.handbook.model import Pack

FIRST = 1000  # company versions count from here, so that no version of a pack is ever the same number

Ways = tuple[tuple[Unit, ...], ...]


class EditionState(StrEnum):
    """Where an edition stands; a draft may still be changed, and only an approved one is ever said."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"


@dataclass(eq=False)
class Edition:
    """The company's `number`-th edition of a clause, made from the printed `base_version`.

    `ways` are its words as JSON, None the printed ones again. `wanted_from` is when it is to begin (None: as
    soon as it is approved), `effective_from` when it does. `revision` counts its changes, so that nobody
    approves other words than they have read.
    """

    id: str
    clause: str
    number: int
    base_version: int
    ways: list[list[dict[str, Any]]] | None
    note: str
    wanted_from: datetime | None
    made_by: str
    made_at: datetime
    state: EditionState = EditionState.DRAFT
    revision: int = 1
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    effective_from: datetime | None = None

    @property
    def restores(self) -> bool:
        """Whether it gives the printed words back."""
        return self.ways is None

    @property
    def version(self) -> int:
        """The version that messages carry with these words."""
        return self.base_version if self.restores else FIRST + self.number

    def words(self, printed: Clause) -> Clause:
        """The clause as this edition says it."""
        return printed if self.ways is None else revised(printed, read_ways(self.ways), self.version)


@dataclass(eq=False)
class PrintedWords:
    """What a pack printed of a clause under a version, kept for old conversations when the pack changes."""

    clause: str
    version: int
    ways: list[list[dict[str, Any]]]
    seen_at: datetime


def is_company_version(version: int) -> bool:
    """Whether a version that a message carries is one of the company's."""
    return version > FIRST


def revised(printed: Clause, ways: Ways, version: int) -> Clause:
    """The clause with other words; blanks that are printed and stand no more in them are dropped."""
    text = "".join(unit.sent for way in ways for unit in way)
    several = bool(printed.variants) or len(ways) > 1
    return replace(
        printed,
        version=version,
        wording=() if several else ways[0],
        variants=ways if several else (),
        placeholders=tuple(blank for blank in printed.placeholders if blank.printed in text),
        origin=COMPANY,
    )


def named(clause: Clause) -> Ways:
    """The ways to say a clause, each sentence with its name after the #."""
    return tuple(
        tuple(
            replace(unit, key=clause.unit_key(index, number).partition("#")[2])
            for index, unit in enumerate(way)
        )
        for number, way in enumerate(clause.ways)
    )


def write_ways(ways: Ways) -> list[list[dict[str, Any]]]:
    """Ways as JSON: of each sentence what differs from the format's defaults."""
    return [[written(unit) for unit in way] for way in ways]


def written(unit: Unit) -> dict[str, Any]:
    """A sentence as JSON and YAML."""
    found: dict[str, Any] = {"key": unit.key, "text": unit.text}
    if unit.corrected:
        found["corrected"] = unit.corrected
    if unit.risk:
        found |= {"risk": unit.risk, "reason": unit.reason}
    return found | {name: True for name in ("paragraph", "held") if getattr(unit, name)}


def read_ways(ways: Iterable[Iterable[Mapping[str, Any]]]) -> Ways:
    """The same back."""
    return tuple(tuple(Unit(**unit) for unit in way) for way in ways)


def in_force(editions: Iterable[Edition], now: datetime) -> dict[str, Edition]:
    """The edition of each clause that holds at this moment."""
    found: dict[str, Edition] = {}
    for edition in sorted(editions, key=_order):
        if edition.effective_from is not None and edition.effective_from <= now:
            found[edition.clause] = edition
    return found


def next_change(editions: Iterable[Edition], now: datetime) -> datetime | None:
    """When another edition begins to hold."""
    starts = (edition.effective_from for edition in editions)
    return min((start for start in starts if start is not None and start > now), default=None)


def overlaid(packs: Iterable[Pack], clauses: Mapping[str, Clause]) -> list[Pack]:
    """The packs with other words for these clauses, each in the pack that has the last word on it."""
    in_order = sorted(packs, key=lambda pack: (pack.rank, pack.id))
    last = {item.id: pack.id for pack in in_order for item in pack.clauses}
    return [
        replace(
            pack,
            clauses=tuple(
                clauses.get(item.id, item) if last[item.id] == pack.id else item for item in pack.clauses
            ),
        )
        if any(last.get(name) == pack.id for name in clauses)
        else pack
        for pack in in_order
    ]


def _order(edition: Edition) -> tuple[float, int]:
    return edition.effective_from.timestamp() if edition.effective_from else 0.0, edition.number
