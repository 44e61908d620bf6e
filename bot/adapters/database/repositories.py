"""The repositories of customers and of the message ledger, and what all repositories share."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.tables import conversations, customers, messages
from bot.domain.conversation import Author, Customer, Delivery, Message
from bot.domain.errors import NotFound

Record = TypeVar("Record")


class Repository:
    """Queries of one session. Each first writes what is pending, so it may meet a lost race: Conflict.

    The queries of every turn are built once, with parameters: building one takes SQLAlchemy longer than
    SQLite needs to answer it.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def _all(self, query: Select[Record]) -> list[Record]:
        with races_as_conflicts():
            return list(await self._session.scalars(query))

    async def _first(self, query: Select[Record], values: Mapping[str, str] | None = None) -> Record | None:
        with races_as_conflicts():
            return (await self._session.scalars(query, values)).first()

    async def _get(self, kind: type[Record], key: Any) -> Record:  # noqa: ANN401 -- a str or a tuple
        """By primary key; NotFound."""
        found = await self._find(kind, key)
        if found is None:
            raise NotFound(f"没有找到这条记录（{kind.__name__} {key}）。")
        return found

    async def _find(self, kind: type[Record], key: Any) -> Record | None:  # noqa: ANN401 -- a str or a tuple
        with races_as_conflicts():
            if self._session.autoflush:  # a look-up by key, unlike a query, does not do it by itself
                await self._session.flush()
            return await self._session.get(kind, key)


class SqlCustomers(Repository):
    """Who writes to us (ports.Customers)."""

    def add(self, customer: Customer) -> None:
        """Take a new one in."""
        self._session.add(customer)

    async def get(self, id: str) -> Customer:
        """By id; NotFound."""
        return await self._get(Customer, id)

    async def find(self, channel: str, external_id: str) -> Customer | None:
        """By the id the channel gave them."""
        return await self._first(_by_external_id(), {"channel": channel, "external_id": external_id})

    async def same_person(self, customer_id: str) -> list[Customer]:
        """This customer and those of other channels who are the same person, the first one first."""
        person = select(customers.c.person_id).where(customers.c.id == customer_id).scalar_subquery()
        query = select(Customer).where(or_(customers.c.id == customer_id, customers.c.person_id == person))
        return await self._all(query.order_by(customers.c.created_at, customers.c.id))

    async def of_union(self, union_id: str) -> list[Customer]:
        """Those of whom WeChat says that they are this person, the first one first."""
        theirs = select(Customer).where(customers.c.union_id == union_id)
        return await self._all(theirs.order_by(customers.c.created_at, customers.c.id))

    async def newcomers(self, channels: Collection[str], since: datetime, limit: int) -> list[Customer]:
        """Those of these channels who wrote since then, and of whom nobody has asked who they are."""
        wrote = (conversations.c.updated_at >= since, conversations.c.channel.in_(channels))
        found = select(Customer).join(conversations, conversations.c.customer_id == customers.c.id)
        new = found.where(*wrote, customers.c.union_id.is_(None))
        return await self._all(new.order_by(conversations.c.updated_at).limit(limit))


class SqlMessages(Repository):
    """The ledger (ports.Messages)."""

    def add(self, message: Message) -> None:
        """Append."""
        self._session.add(message)

    async def get(self, id: str) -> Message:
        """By id; NotFound."""
        return await self._get(Message, id)

    async def by_client_id(self, conversation_id: str, client_id: str) -> Message | None:
        """The message that the sender already handed in under this id."""
        known = _of(conversation_id).where(messages.c.client_id == client_id)
        return await self._first(known)

    async def since(self, conversation_id: str, seq: int, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, oldest first."""
        newer = _of(conversation_id).where(messages.c.seq > seq)
        return await self._all(newer.order_by(messages.c.seq).limit(limit))

    async def latest(self, conversation_id: str, limit: int = 200) -> list[Message]:
        """The last `limit` messages, oldest first."""
        newest = await self._all(_of(conversation_id).order_by(messages.c.seq.desc()).limit(limit))
        return newest[::-1]

    async def next_waiting(self, conversation_id: str) -> Message | None:
        """The oldest customer's message nobody has answered."""
        return await self._first(_waiting_of(conversation_id).limit(1))

    async def unread(self, since: datetime, limit: int = 20) -> list[Message]:
        """What agents wrote since then and nobody has looked through for promises, oldest first."""
        theirs = (messages.c.author == Author.AGENT, messages.c.reading.is_(None))
        found = select(Message).where(*theirs, messages.c.created_at >= since)
        return await self._all(found.order_by(messages.c.created_at, messages.c.id).limit(limit))

    async def unheard(self, conversation_id: str) -> Message | None:
        """The oldest message left to a person that has words, which nobody has understood yet."""
        left = _of(conversation_id).where(
            messages.c.delivery == Delivery.FOR_HUMAN, messages.c.reading.is_(None), messages.c.text != ""
        )
        return await self._first(left.order_by(messages.c.seq).limit(1))

    async def waiting(self, conversation_id: str) -> list[Message]:
        """All customer's messages nobody has answered, oldest first."""
        return await self._all(_waiting_of(conversation_id))


@cache
def _by_external_id() -> Select[Customer]:
    mine = customers.c.channel == bindparam("channel"), customers.c.external_id == bindparam("external_id")
    return select(Customer).where(*mine)


def waiting_conversations() -> Select[str]:
    """Ids of the conversations with an unanswered customer's message, longest waiting first."""
    ids = select(messages.c.conversation_id).where(*is_waiting())
    return ids.group_by(messages.c.conversation_id).order_by(func.min(messages.c.created_at))


def _of(conversation_id: str) -> Select[Message]:
    return select(Message).where(messages.c.conversation_id == conversation_id)


def _waiting_of(conversation_id: str) -> Select[Message]:
    return _of(conversation_id).where(*is_waiting()).order_by(messages.c.seq)


def is_waiting() -> tuple[Any, Any]:
    """The conditions of an unanswered customer's message."""
    return messages.c.delivery == Delivery.WAITING, messages.c.author == Author.CUSTOMER
