"""The repository of conversations and their owners."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository, is_waiting, waiting_conversations
from bot.adapters.database.tables import cases, conversations, customers, messages
from bot.domain.case import CaseState
from bot.domain.conversation import Conversation, Customer, Message, Owner
from bot.domain.errors import NotFound
from bot.domain.handbook.severity import Priority

Query: TypeAlias = Select[*tuple[Any, ...]]
Records: TypeAlias = Row[*tuple[Any, ...]]


class SqlConversations(Repository):
    """The conversations (ports.Conversations); with `locking` a loaded one is locked until the unit ends."""

    def __init__(self, session: AsyncSession, *, locking: bool) -> None:
        super().__init__(session)
        self._locking = locking

    def add(self, conversation: Conversation) -> None:
        """Take a new one in."""
        self._session.add(conversation)

    async def get(self, id: str) -> Conversation:
        """By id, locked for this unit of work where the database can; NotFound."""
        conversation: Conversation = _found(await self._row(_by_id(), {"id": id}, Conversation))[0]
        return conversation

    async def of_customer(self, customer_id: str) -> Conversation | None:
        """The customer's conversation, locked like `get`'s."""
        row = await self._row(_by_customer(), {"customer_id": customer_id}, Conversation)
        return row[0] if row else None

    async def at_the_door(
        self, channel: str, external_id: str, client_id: str
    ) -> tuple[Conversation, Message | None] | None:
        """A customer's conversation, locked, and their message of this client_id if it was there before.

        On PostgreSQL one that was stored while this unit waited for the lock is not seen: storing it once
        more is a Conflict then.
        """
        values = {"channel": channel, "external_id": external_id, "client_id": client_id}
        row = await self._row(_at_the_door(), values, Conversation)
        return (row[0], row[1]) if row else None

    async def seen_by_customer(
        self, channel: str, external_id: str
    ) -> tuple[Conversation, Message | None] | None:
        """A customer's conversation and its oldest message nobody has answered, neither locked."""
        values = {"channel": channel, "external_id": external_id}
        row = await self._row(_seen_by_customer(), values)
        return (row[0], row[1]) if row else None

    async def note_read(self, id: str, seq: int, *, by_agent: bool) -> bool:
        """Note that an agent, or else the customer, has read up to line `seq`; whether that was new.

        Beside all locks and versions: what was read only ever grows, so no writer can be in another's way.
        """
        column = conversations.c.agent_read_seq if by_agent else conversations.c.customer_read_seq
        ahead = or_(column.is_(None), column < seq)
        query = update(conversations).where(conversations.c.id == id, ahead, conversations.c.last_seq >= seq)
        with races_as_conflicts():
            noted = await self._session.execute(query.values({column: seq}).returning(conversations.c.id))
        return noted.first() is not None

    async def with_message(self, id: str, message_id: str) -> tuple[Conversation, Message]:
        """A conversation and one of its messages, both locked like `get`'s; NotFound."""
        values = {"id": id, "message_id": message_id}
        conversation, message = _found(await self._row(_with_message(), values, Conversation, Message))
        return conversation, message

    async def with_next_waiting(self, id: str) -> tuple[Conversation, Message | None]:
        """A conversation and its oldest customer's message nobody has answered, neither locked; NotFound."""
        conversation, message = _found(await self._row(_with_next_waiting(), {"id": id}))
        return conversation, message

    async def with_waiting_messages(self) -> list[str]:
        """Ids of the conversations that hold an unanswered customer's message, longest waiting first."""
        return await self._all(waiting_conversations())

    async def of_agent(self, agent_id: str) -> list[Conversation]:
        """The conversations that an agent has claimed, the quietest first."""
        theirs = (conversations.c.owner == Owner.AGENT, conversations.c.agent_id == agent_id)
        return await self._all(select(Conversation).where(*theirs).order_by(conversations.c.updated_at))

    async def for_agents(self, limit: int = 100) -> list[Conversation]:
        """Those in the queue (gravest case first, then longest waiting), those owned by agents, the others.

        Three queries, each along an index, instead of sorting all conversations by a computed rank: only the
        queue, which is short, is sorted by what waits in it.
        """
        owner, recent = conversations.c.owner, conversations.c.updated_at.desc()
        gravest = (
            select(func.min(cases.c.priority))
            .where(cases.c.conversation_id == conversations.c.id, cases.c.state == CaseState.ACCEPTED)
            .scalar_subquery()
        )
        queue = select(Conversation).where(owner == Owner.QUEUE)
        queue = queue.order_by(func.coalesce(gravest, Priority.NORMAL.rank), conversations.c.waiting_since)
        owned = select(Conversation).where(owner == Owner.AGENT).order_by(recent)
        # Said as what they are not: they are nearly all, and no index by owner must tempt the planner.
        others = select(Conversation).where(owner.not_in((Owner.QUEUE, Owner.AGENT))).order_by(recent)
        found: list[Conversation] = []
        for group in (queue, owned, others):
            if len(found) < limit:
                found += await self._all(group.limit(limit - len(found)))
        return found

    async def _row(self, query: Query, values: Mapping[str, str], *locked: type) -> Records | None:
        """The only row of a query, with the records of the `locked` kinds locked, in this order."""
        if self._locking and locked:
            query = _with_locks(query, locked)
        with races_as_conflicts():
            return (await self._session.execute(query, values)).first()


def _found(row: Records | None) -> Records:
    if row is None:
        raise NotFound("没有找到这个会话。")
    return row


@cache
def _with_locks(query: Query, kinds: tuple[type, ...]) -> Query:
    """The query with locks.

    What the unit loaded before it had them may be stale by now; what it changed itself is written before the
    query, so nothing is lost by reading the rows again. Others may write rows that refer to the locked ones
    (key_share): or else who stores a message and who hands one on to WeChat would wait for each other.
    """
    return query.with_for_update(of=kinds, key_share=True).execution_options(populate_existing=True)


@cache
def _by_id() -> Select[Conversation]:
    return select(Conversation).where(conversations.c.id == bindparam("id"))


@cache
def _by_customer() -> Select[Conversation]:
    return select(Conversation).where(conversations.c.customer_id == bindparam("customer_id"))


@cache
def _at_the_door() -> Select[Conversation, Message]:
    known = _in_conversation(messages.c.client_id == bindparam("client_id"))
    return (
        select(Conversation, Message)
        .join_from(Customer, Conversation, conversations.c.customer_id == customers.c.id)
        .outerjoin(Message, known)
        .where(
            customers.c.channel == bindparam("channel"), customers.c.external_id == bindparam("external_id")
        )
    )


@cache
def _seen_by_customer() -> Select[Conversation, Message]:
    return (
        select(Conversation, Message)
        .join_from(Customer, Conversation, conversations.c.customer_id == customers.c.id)
        .outerjoin(Message, _in_conversation(*is_waiting()))
        .where(
            customers.c.channel == bindparam("channel"), customers.c.external_id == bindparam("external_id")
        )
        .order_by(messages.c.seq)
        .limit(1)
    )


@cache
def _with_message() -> Select[Conversation, Message]:
    named = _in_conversation(messages.c.id == bindparam("message_id"))
    return (
        select(Conversation, Message)
        .join_from(Conversation, Message, named)
        .where(conversations.c.id == bindparam("id"))
    )


@cache
def _with_next_waiting() -> Select[Conversation, Message]:
    return (
        select(Conversation, Message)
        .outerjoin_from(Conversation, Message, _in_conversation(*is_waiting()))
        .where(conversations.c.id == bindparam("id"))
        .order_by(messages.c.seq)
        .limit(1)
    )


def _in_conversation(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(messages.c.conversation_id == conversations.c.id, *conditions)
