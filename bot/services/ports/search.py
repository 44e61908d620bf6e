"""The index of what was said and of the cases: what the search asks of the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from bot.domain.search_query import Term

CASE, MESSAGE, NOTE = "case", "message", "note"


class Sought(NamedTuple):
    """What is looked for and among what; None doesn't matter.

    `kind` is CASE, or MESSAGE with the team's notes; `state`, `pack`, `severity` and `department` are those
    of the case, or of one of the conversation's. What is `hidden` this person mustn't see, nor hear of.
    """

    terms: tuple[Term, ...]
    kind: str | None = None
    owner: Owner | None = None
    channel: str | None = None
    state: CaseState | None = None
    pack: str | None = None
    severity: str | None = None
    department: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    hidden_cases: Collection[str] = ()
    hidden_conversations: Collection[str] = ()


class Hit(NamedTuple):
    """The best entry of a case or of a conversation: `ref` is the case, the message or the note.

    `lines` is how many of the conversation's messages and notes fit.
    """

    kind: str
    ref: str
    conversation_id: str
    at: datetime
    lines: int


class SearchIndex(Protocol):
    """The index; whoever stores a message, note or case writes it in the same transaction without knowing."""

    async def find(self, wanted: Sought, start: int, limit: int) -> Sequence[Hit]:
        """The best ones from place `start` (0) on, the newer first among equals."""

    async def catch_up(self, limit: int) -> int:
        """Index the next rows that are older than the index or its form; how many, 0 when it is whole."""

    async def forget(self) -> None:
        """Empty the index, so that `catch_up` makes it anew."""
