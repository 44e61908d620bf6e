"""What the console needs from the database: whole pages of rows at once, notes, tags, saved filters."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.case import Case
from bot.domain.console import Note, SavedFilter, Tag
from bot.domain.conversation import Conversation, Customer, Message


@dataclass(frozen=True)
class Unanswered:
    """What of a conversation no agent has read (so many lines), and since when its customer waits for one."""

    unread: int
    since: datetime | None


@dataclass(frozen=True)
class RowRecords:
    """Of what the rows of the list are made, each by conversation."""

    conversations: Mapping[str, tuple[Conversation, Customer]]
    last: Mapping[str, Message]
    unanswered: Mapping[str, Unanswered]
    cases: Mapping[str, list[Case]]
    tags: Mapping[str, list[str]]
    names: Mapping[str, str]  # of the agents, by their ids
    groups: Mapping[str, str]  # the titles of groups, by their ids
    hidden: Mapping[str, set[str]]  # who is to know nothing of a conversation


class ConsoleRecords(Protocol):
    """What the team keeps beside conversations, and the list of them."""

    async def active(self, most: int, others: int) -> list[str]:
        """Ids of the conversations in people's hands, at most so many, and of the latest others."""

    async def older(self, before: datetime, limit: int) -> list[str]:
        """Ids of the conversations in which nothing has happened since then, the latest first."""

    async def rows(self, ids: Collection[str]) -> RowRecords:
        """Of what the rows of these conversations are made, in a handful of queries."""

    async def marks(self, case_ids: Collection[str]) -> dict[str, str]:
        """For each case a word that changes with its history and its tasks."""

    def add_note(self, note: Note) -> None:
        """Take a new one in."""

    async def note(self, id: str) -> Note:
        """By id; NotFound."""

    async def notes(self, conversation_id: str, after: str = "") -> list[Note]:
        """The notes of a conversation behind this one, in order."""

    async def tag(self, conversation_id: str, name: str) -> Tag | None:
        """One tag of a conversation, if it has it."""

    def add_tag(self, tag: Tag) -> None:
        """Tag a conversation."""

    async def remove_tag(self, tag: Tag) -> None:
        """Take it off again."""

    async def tags(self, conversation_id: str) -> list[str]:
        """The tags of a conversation, in the order in which they came."""

    async def known_tags(self, limit: int = 100) -> list[str]:
        """The tags in use, the most used first."""

    async def filters(self, user_id: str) -> list[SavedFilter]:
        """What a person has saved, by name."""

    async def put_filter(self, saved: SavedFilter) -> None:
        """Save it, instead of the one of the same name."""

    async def drop_filter(self, user_id: str, name: str) -> None:
        """Forget it."""
