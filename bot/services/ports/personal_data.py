"""Personal data by person: a copy of it, and its erasure."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.personal_data import Copy, Subject
from bot.domain.personal_requests import PersonalRequest


class PersonalData(Protocol):
    """What the case database holds of a person."""

    async def of_customers(self, ids: Collection[str]) -> Subject:
        """Everything of these customers."""

    async def by_external_id(self, id: str) -> list[str]:
        """The ids of the customers whom some channel calls so (an openid, an external_userid)."""

    async def by_phone(self, phone: str) -> list[str]:
        """The ids of the customers who gave this phone, in a case or to somebody who wrote it down."""

    async def same_phone(self, subject: Subject) -> list[str]:
        """Numbers of others' cases in which the same phone stands."""

    async def due(self, before: datetime, after: str, limit: int) -> list[str]:
        """The next conversations behind this id ("": all) in which something is older than that moment."""

    async def forgotten(self, ids: Collection[str]) -> list[str]:
        """Those of these conversations that are no more, or whose customer is nobody any more."""

    async def copy(self, subject: Subject) -> Copy:
        """A copy of everything, sealed numbers opened."""

    async def count(self, subject: Subject) -> dict[str, int]:
        """How many rows erasing would change or delete, by what they are."""

    async def erase(self, subject: Subject) -> None:
        """Delete and blank it; the caller commits. The chains of histories stay whole."""


class PersonalRequests(Protocol):
    """The register of what people asked for about their own data."""

    def add(self, request: PersonalRequest) -> None:
        """Take a new one in."""

    async def get(self, id: str, *, lock: bool = False) -> PersonalRequest:
        """By id, locked until the unit ends if asked for; NotFound."""

    async def open(self) -> list[PersonalRequest]:
        """Those in which something is still to be done, the first due first."""

    async def settled(self, before: str, limit: int) -> list[PersonalRequest]:
        """The others, the newest first; those before this id ("": all)."""

    async def open_of(self, customer_ids: Collection[str]) -> list[PersonalRequest]:
        """The open ones about any of these customers."""


class Trackers(Protocol):
    """What Rasa's room remembers of conversations, in tables of its own."""

    async def count(self, conversations: Collection[str]) -> int:
        """How many rows there are of them."""

    async def forget(self, conversations: Collection[str]) -> int:
        """Delete them; how many rows there were."""

    async def known(self, after: str, limit: int) -> list[str]:
        """The next conversations behind this id of which something is remembered."""
