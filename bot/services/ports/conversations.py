"""Who writes to us and what was said."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from bot.domain.conversation import Conversation, Customer, Message


class Customers(Protocol):
    """Who writes to us."""

    def add(self, customer: Customer) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Customer:
        """By id; NotFound."""

    async def find(self, channel: str, external_id: str) -> Customer | None:
        """By the id the channel gave them."""

    async def same_person(self, customer_id: str) -> list[Customer]:
        """This customer and those of other channels who are the same person, the first one first."""

    async def of_union(self, union_id: str) -> list[Customer]:
        """Those of whom WeChat says that they are this person, the first one first."""

    async def newcomers(self, channels: Collection[str], since: datetime, limit: int) -> list[Customer]:
        """Those of these channels who wrote since then, and of whom nobody has asked who they are."""


class Conversations(Protocol):
    """The conversations and their owners."""

    def add(self, conversation: Conversation) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Conversation:
        """By id, locked for this unit of work where the database can; NotFound."""

    async def of_customer(self, customer_id: str) -> Conversation | None:
        """The customer's conversation."""

    async def at_the_door(
        self, channel: str, external_id: str, client_id: str
    ) -> tuple[Conversation, Message | None] | None:
        """A customer's conversation, locked, and their message of this client_id if it was there before."""

    async def seen_by_customer(
        self, channel: str, external_id: str
    ) -> tuple[Conversation, Message | None] | None:
        """A customer's conversation and its oldest message nobody has answered, neither locked."""

    async def note_read(self, id: str, seq: int, *, by_agent: bool) -> bool:
        """Note that an agent, or else the customer, has read up to line `seq`; whether that was new.

        Beside all locks and versions: what was read only ever grows, so no writer can be in another's way.
        """

    async def with_message(self, id: str, message_id: str) -> tuple[Conversation, Message]:
        """A conversation and one of its messages, both locked like `get`'s; NotFound."""

    async def with_next_waiting(self, id: str) -> tuple[Conversation, Message | None]:
        """A conversation and its oldest customer's message nobody has answered, neither locked; NotFound."""

    async def with_waiting_messages(self) -> list[str]:
        """Ids of the conversations that hold an unanswered customer's message, longest waiting first."""

    async def of_agent(self, agent_id: str) -> list[Conversation]:
        """The conversations that an agent has claimed, the quietest first."""

    async def for_agents(self, limit: int = 100) -> list[Conversation]:
        """Those in the queue (longest waiting first), then those owned by agents, then the others."""


class Messages(Protocol):
    """The ledger."""

    def add(self, message: Message) -> None:
        """Append."""

    async def get(self, id: str) -> Message:
        """By id; NotFound."""

    async def by_client_id(self, conversation_id: str, client_id: str) -> Message | None:
        """The message that the sender already handed in under this id."""

    async def since(self, conversation_id: str, seq: int, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, oldest first."""

    async def latest(self, conversation_id: str, limit: int = 200) -> list[Message]:
        """The last `limit` messages, oldest first."""

    async def next_waiting(self, conversation_id: str) -> Message | None:
        """The oldest customer's message nobody has answered."""

    async def unread(self, since: datetime, limit: int = 20) -> list[Message]:
        """What agents wrote since then and nobody has looked through for promises, oldest first."""

    async def unheard(self, conversation_id: str) -> Message | None:
        """The oldest message left to a person that has words, which nobody has understood yet."""

    async def waiting(self, conversation_id: str) -> list[Message]:
        """All customer's messages nobody has answered, oldest first."""


class ActionResults(Protocol):
    """What each action of each turn answered (design: a repeated turn repeats nothing)."""

    async def find(self, turn: str, place: int, name: str) -> dict[str, Any] | None:
        """The stored answer of the `place`-th action of the turn."""

    def add(self, turn: str, place: int, name: str, result: dict[str, Any]) -> None:
        """Store it, in the transaction of its effect."""
