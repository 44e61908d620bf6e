"""What the judging of cases needs from the database."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.case import Case
from bot.domain.handbook.severity import ThingKind
from bot.domain.things import Cluster, Listed, Thing


class Judgements(Protocol):
    """What cases have in common, and which of them are to be judged."""

    async def note_things(self, case: Case, things: Collection[Thing], at: datetime) -> bool:
        """Keep what a case is about, for each of its issues; whether that is news."""

    async def most_with_the_same(self, case_id: str, since: datetime, until: datetime) -> int:
        """The most different people who then complained of one issue of one of the case's things."""

    async def newly_repeated(self, since: datetime, people: int, limit: int) -> list[str]:
        """Open cases of which so many people complained alike since then, and that don't know it yet."""

    async def to_judge(self, now: datetime, limit: int) -> list[str]:
        """Open cases whose verdict the passing of time changes by now, those that wait longest first."""

    async def judge_all_anew(self, rules: str, now: datetime) -> None:
        """Have every open case judged that was judged under other rules, or never."""

    async def clusters(
        self, kinds: Iterable[ThingKind], labels: Collection[str], since: datetime, people: int
    ) -> list[Cluster]:
        """Things of which so many people complained since then, with cases that no alert has named yet."""

    async def people_of(self, cluster: Cluster, since: datetime, labels: Collection[str]) -> int:
        """How many different people stand behind the cases of a cluster that no alert has named yet."""

    async def mark(self, cluster: Cluster, alert_id: str) -> None:
        """Note that this alert names the cases of the cluster."""

    async def children(self, parent_id: str) -> list[Case]:
        """The cases of an outbreak, without the parent, oldest first."""

    async def absorbed(self, case_id: str) -> list[Case]:
        """The cases that were merged into this one, oldest first."""

    async def page(self, listed: Listed, after: Case | None = None, limit: int = 50) -> list[Case]:
        """One page of cases, `after` the last one of the page before."""
