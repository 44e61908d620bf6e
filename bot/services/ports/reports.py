"""What the reports need from the database: counts, never rows of personal data."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from bot.domain.case import Case
from bot.domain.handbook.severity import ThingKind
from bot.domain.reporting import Scope
from bot.domain.task import Task

Tally = dict[str, int]  # by the key of a figure
Whose = tuple[str | None, str | None]  # handler and department of a case


class Heard(NamedTuple):
    """How many cases of one bucket, issue, channel and business were accepted."""

    bucket: date
    issue: str
    channel: str
    pack: str | None
    number: int


class Spent(NamedTuple):
    """How many cases were accepted on one day and closed on another."""

    accepted: date
    closed: date
    number: int


class Common(NamedTuple):
    """How many cases are about one thing; `key` stands for its value, `sample` is a case that names it."""

    kind: ThingKind
    key: str
    number: int
    sample: str


class Replied(NamedTuple):
    """First replies of one person's cases: how many, the sum of their seconds, and how many a class."""

    number: int
    seconds: int
    classes: tuple[int, ...]


class Promised(NamedTuple):
    """One person's promises that fell due."""

    due: int
    kept: int
    late: int
    missed: int


class Talked(NamedTuple):
    """What the bot and people did in conversations."""

    talks: int
    alone: int
    read: int
    not_understood: int


class Reports(Protocol):
    """The figures of bot/domain/figures.py, counted by the database. Each method is one question."""

    async def tallies(self, scope: Scope) -> Mapping[Whose, Tally]:
        """The figures of cases by handler and department; `seconds` is the sum of handling times."""

    async def heard(self, scope: Scope) -> Sequence[Heard]:
        """Accepted cases by bucket, issue, channel and business."""

    async def spent(self, scope: Scope) -> Sequence[Spent]:
        """Closed cases by the days of acceptance and closing."""

    async def things(self, scope: Scope, most: int) -> Sequence[Common]:
        """The products, batches and places most complained of, so many of each kind, the most first."""

    async def of_things(self, scope: Scope, keys: Collection[str]) -> Mapping[tuple[ThingKind, str], int]:
        """How many cases there are about each of these things."""

    async def replies(self, scope: Scope) -> Mapping[str | None, Replied]:
        """First replies by the case's handler."""

    async def promises(self, scope: Scope) -> Mapping[str, Promised]:
        """Promises that fell due, by who has to keep them."""

    async def talks(self, scope: Scope, puzzled: Collection[str]) -> Talked:
        """What happened in conversations; `puzzled` are the clauses that say that nothing was understood."""

    async def outbreaks(self, scope: Scope) -> Sequence[Task]:
        """The alerts of outbreaks, oldest first."""

    async def count(self, figure: str, scope: Scope) -> int:
        """How many cases a listed figure counts."""

    async def page(self, figure: str, scope: Scope, after: Case | None, limit: int) -> Sequence[Case]:
        """These cases, those accepted last first, `after` the last one of the page before."""

    def keys(self, values: Collection[str]) -> Mapping[str, str]:
        """The keys by which the database knows these values of things."""
