"""Messages worth a look, corrections and proposed labels, as the services need them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.conversation import Message
from bot.domain.correction import Correction
from bot.domain.proposal import LabelProposal
from bot.domain.review import Review, ReviewGroup, ReviewState


@dataclass(frozen=True)
class Near:
    """A group that a new message is held against."""

    id: str
    normal: str
    vector: bytes | None
    space: str | None


class Reviews(Protocol):
    """The inbox of messages worth a look, and how far the ledger has been looked through."""

    def add(self, review: Review) -> None:
        """Take a new one in; a message has one at most: Conflict."""

    async def find(self, message_id: str, *, lock: bool = False) -> Review | None:
        """That of a message, locked until the unit ends if asked for."""

    async def position(self, kind: str) -> str:
        """How far a look through the ledger has come: the last id it saw; locked until the unit ends."""

    async def move(self, kind: str, after: str) -> None:
        """It has come so far."""

    async def read_messages(self, after: str, before: str, limit: int) -> list[Message]:
        """Customers' messages with a reading between these ids, oldest first; `before` is not among them."""

    async def first_waiting(self) -> datetime | None:
        """Since when the oldest unanswered customer's message waits."""

    async def message_before(self, conversation_id: str, seq: int) -> Message | None:
        """The customer's last message with a reading before line `seq`."""

    async def apart(self, limit: int) -> list[tuple[Review, Message]]:
        """Those in no group yet, oldest first."""

    async def near(self, limit: int) -> list[Near]:
        """The groups in which something waits, in their order."""

    def add_group(self, group: ReviewGroup) -> None:
        """Take a new one in."""

    async def group(self, id: str) -> ReviewGroup:
        """By id, locked until the unit ends; NotFound."""

    async def left(self, hidden: Collection[str] = ()) -> dict[ReviewState, int]:
        """How many there are in each state but those done with, without these conversations."""

    async def first_of_groups(
        self, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message, int]]:
        """Of each group with something open, in their order, the newest open one, and how many are open."""

    async def of_group(
        self, group_id: str, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message]]:
        """The open ones of a group, newest first."""

    async def in_state(
        self, state: ReviewState, limit: int, hidden: Collection[str] = ()
    ) -> list[tuple[Review, Message]]:
        """Those in this state, newest first."""

    async def around(self, message: Message, before: int, after: int) -> list[Message]:
        """The lines of its conversation around a message, in order."""


class Corrections(Protocol):
    """What reviewers made of messages, and labels they propose."""

    def add(self, correction: Correction) -> None:
        """Take a new one in."""

    async def of_message(self, message_id: str) -> list[Correction]:
        """Everybody's present one, the oldest first."""

    async def approved(self) -> list[Correction]:
        """Those that a model may be trained with: settled, with rows; oldest first."""

    async def of_messages(self, ids: Sequence[str]) -> list[Correction]:
        """Everybody's present ones of these messages."""

    def propose(self, proposal: LabelProposal) -> None:
        """Take a proposed label in."""

    async def proposal(self, id: str) -> LabelProposal:
        """By id, locked until the unit ends; NotFound."""

    async def proposals(self) -> list[LabelProposal]:
        """All of them, newest first."""
