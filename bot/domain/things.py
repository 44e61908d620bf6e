"""What several complaints can have in common: a product, a batch, an order, a place."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import JOINED, Case
from bot.domain.handbook.model import FieldRule
from bot.domain.handbook.severity import Flag, ThingKind

TITLES = {
    ThingKind.PRODUCT: "产品",
    ThingKind.BATCH: "批号",
    ThingKind.ORDER: "单号",
    ThingKind.PLACE: "地点",
}


@dataclass(frozen=True)
class Thing:
    """A product, batch, order or place (a building, a route, a shop) that a case is about."""

    kind: ThingKind
    value: str


@dataclass(frozen=True)
class Cluster:
    """Complaints of different people about one thing. `key` stands for the thing's value, which it hides.

    `alerts` are the tasks that were raised about it before, `cases` those that none of them has named yet.
    """

    kind: ThingKind
    key: str
    people: int
    cases: tuple[str, ...]
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """Which cases to list; None doesn't matter. Open ones come by priority, all others newest first."""

    state: str = "accepted"
    severity: str | None = None
    heat: str | None = None
    issue: str | None = None
    department: str | None = None
    handler_id: str | None = None
    accepted_from: datetime | None = None
    accepted_until: datetime | None = None
    overdue_at: datetime | None = None  # only those whose promised day or step was over by then
    hidden: frozenset[str] = frozenset()  # ids of those that who asks is to know nothing of


def of_case(case: Case, fields: Mapping[str, FieldRule], vague: Collection[str]) -> frozenset[Thing]:
    """What the case is about, in forms to compare; words that name nothing in particular are passed over.

    Personal fields are left out: that two customers live in one building says nothing about what they bought.
    A case that a person has set apart is about nothing that others are about.
    """
    if Flag.NOT_THE_SAME in case.flags:
        return frozenset()
    return frozenset(
        Thing(kind, value)
        for name, kind in _kinds(case, fields)
        for value in _values(case, name)
        if value and value not in vague
    )


def differ(known: frozenset[Thing], others: frozenset[Thing]) -> bool:
    """Whether two sets of things can't be of one complaint: another order, batch, product or place.

    「珍珠奶茶」 is no other product than 「奶茶」.
    """
    for kind in ThingKind:
        mine = {thing.value for thing in known if thing.kind is kind}
        theirs = {thing.value for thing in others if thing.kind is kind}
        if mine and theirs and not any(a in b or b in a for a in mine for b in theirs):
            return True
    return False


def normal(value: str) -> str:
    """A value in a form to compare: one width, no capitals, no spaces and dashes."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(char for char in plain if not char.isspace() and char not in "-_–—.·")


def _kinds(case: Case, fields: Mapping[str, FieldRule]) -> Iterator[tuple[str, ThingKind]]:
    kinds = {kind.value: kind for kind in ThingKind}
    for name in case.fields:
        rule = fields.get(name)
        if rule is not None and not rule.sensitive:
            yield from ((name, kinds[entity]) for entity in rule.filled_by if entity in kinds)


def _values(case: Case, name: str) -> Iterator[str]:
    said = (case.normals or {}).get(name) or case.fields.get(name) or ""
    for value in said.split(JOINED):
        yield normal(value)
