"""Who takes which conversation, and who is there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.conversation import Conversation
from bot.domain.groups import Group, Membership, Presence


class CaseMark(NamedTuple):
    """What the place in the queue goes by: how urgent an open case is, its promised day, its business."""

    conversation_id: str
    priority: int
    due_at: datetime | None
    pack: str | None


class Groups(Protocol):
    """The groups, and who belongs to them."""

    def add(self, group: Group) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Group:
        """By id; NotFound."""

    async def all(self) -> list[Group]:
        """All of them, by title."""

    async def remove(self, id: str) -> None:
        """Remove it, and who belongs to it."""

    async def memberships(self) -> list[Membership]:
        """Who belongs to what."""

    async def put(self, group_id: str, user_ids: Collection[str]) -> None:
        """Let just these people belong to the group."""


class Presences(Protocol):
    """Who is at their console."""

    async def of(self, user_id: str) -> Presence:
        """Somebody's, made at need; locked for this unit of work where the database can."""

    async def all(self) -> list[Presence]:
        """Everybody's who ever opened a console, not locked."""

    async def alive(self, user_ids: Collection[str], now: datetime) -> None:
        """Note that the consoles of these people are open. Beside all locks, like Conversations.note_read."""


class Queue(Protocol):
    """What is asked of many conversations at once; nothing is locked."""

    async def waiting(self, limit: int = 500) -> list[Conversation]:
        """Those that wait for a person, longest waiting first."""

    async def held(self) -> list[Conversation]:
        """All that people of the desk have claimed."""

    async def marks(self, ids: Collection[str]) -> list[CaseMark]:
        """The open cases of these conversations."""

    async def unanswered_since(self, id: str) -> datetime | None:
        """When the customer wrote what no person has answered yet; None if there is no such line."""

    async def loads(self) -> Mapping[str, int]:
        """How many conversations each person has claimed."""
