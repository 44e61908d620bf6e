"""The cases, the working days by which they are due, and attempts to look up somebody else's."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from bot.domain.case import Case, CaseEvent
from bot.domain.workdays import Notice
from bot.services.ports.followup import Watched


class Cases(Protocol):
    """The cases and their histories."""

    async def add_numbered(self, case: Case, number: Callable[[], str]) -> str:
        """Give the case a number that no other case has, trying `number()` until one is free."""

    def add(self, case: Case) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Case:
        """By id; NotFound."""

    async def get_all(self, ids: Collection[str]) -> dict[str, Case]:
        """Those of these ids that there are, by id."""

    async def by_number(self, number: str) -> Case | None:
        """By its number."""

    async def of_customer(self, customer_id: str) -> list[Case]:
        """The customer's cases, newest first."""

    async def of_person(self, customer_id: str) -> list[Case]:
        """The same with those of the customers who are the same person, but for drafts, newest first."""

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """The conversation's cases, newest first."""

    async def silent_drafts(self, before: datetime) -> list[Case]:
        """Drafts whose customer has said nothing since `before`, oldest first."""

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open cases whose promised day is before then and not known to be broken, the first due first."""

    async def of_department(self, department: str) -> list[Case]:
        """The cases in process that this department has in hand, the first due first."""

    async def unfinished(self) -> list[Case]:
        """Accepted cases that are not closed, withdrawn or merged, oldest first."""

    async def of_period(self, since: datetime, until: datetime) -> list[Case]:
        """Cases accepted or closed from `since` up to but not including `until`, oldest first."""

    async def all(self) -> list[Case]:
        """Every case, oldest first (replay and reports of small installations)."""

    async def history(self, case_id: str) -> list[CaseEvent]:
        """The case's entries in order."""

    async def next_histories(self, after: str, limit: int) -> dict[str, list[CaseEvent]]:
        """The entries of the next cases behind this id, in the order of their ids; empty at the end."""

    async def last_event(self, case_id: str) -> CaseEvent | None:
        """The newest entry."""

    def add_event(self, event: CaseEvent) -> None:
        """Append to a history."""

    async def erase_event(self, id: str) -> None:
        """Erase the values of an entry; the chain stays whole."""


class Calendars(Protocol):
    """The official notices of working days that were loaded."""

    async def notices(self) -> list[Notice]:
        """All of them, by year."""

    async def put(self, notice: Notice, now: datetime, by: str) -> None:
        """Take one in, instead of an older one for its year."""


class Lookups(Protocol):
    """Attempts to look up somebody else's case: counted, so that numbers can't be guessed."""

    def add(self, who: str, at: datetime) -> None:
        """Note an attempt by `who` (a customer's id)."""

    async def count(self, who: str, since: datetime) -> int:
        """How many attempts `who` made since then."""
