"""The repositories of groups, of who is at their console, and of the queue."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import (
    cases,
    conversations,
    desk_groups,
    memberships,
    messages,
    presences,
)
from bot.domain.case import CaseState
from bot.domain.conversation import Author, Conversation, Owner
from bot.domain.groups import Group, Membership, Presence
from bot.services.ports import CaseMark


class SqlGroups(Repository):
    """The groups, and who belongs to them (ports.Groups)."""

    def add(self, group: Group) -> None:
        """Take a new one in."""
        self._session.add(group)

    async def get(self, id: str) -> Group:
        """By id; NotFound."""
        return await self._get(Group, id)

    async def all(self) -> list[Group]:
        """All of them, by title."""
        return await self._all(select(Group).order_by(desk_groups.c.title))

    async def remove(self, id: str) -> None:
        """Remove it, and who belongs to it."""
        await self.put(id, ())
        with races_as_conflicts():
            await self._session.execute(delete(Group).where(desk_groups.c.id == id))

    async def memberships(self) -> list[Membership]:
        """Who belongs to what."""
        return await self._all(select(Membership).order_by(memberships.c.group_id, memberships.c.user_id))

    async def put(self, group_id: str, user_ids: Collection[str]) -> None:
        """Let just these people belong to the group."""
        with races_as_conflicts():
            await self._session.execute(delete(Membership).where(memberships.c.group_id == group_id))
            for user_id in sorted(set(user_ids)):
                self._session.add(Membership(group_id, user_id))
            await self._session.flush()


class SqlPresences(Repository):
    """Who is at their console (ports.Presences); with `locking` one that was looked up is locked."""

    def __init__(self, session: AsyncSession, *, locking: bool) -> None:
        super().__init__(session)
        self._locking = locking

    async def of(self, user_id: str) -> Presence:
        """Somebody's, made at need; of two who make it at once one gets a Conflict."""
        query = select(Presence).where(presences.c.user_id == user_id)
        if self._locking:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = await self._first(query)
        if found is None:
            found = Presence(user_id)
            if self._locking:
                self._session.add(found)
                with races_as_conflicts():
                    await self._session.flush()
        return found

    async def all(self) -> list[Presence]:
        """Everybody's who ever opened a console, not locked."""
        return await self._all(select(Presence).order_by(presences.c.user_id))

    async def alive(self, user_ids: Collection[str], now: datetime) -> None:
        """Note that the consoles of these people are open."""
        query = update(presences).where(presences.c.user_id.in_(user_ids), presences.c.left_at.is_(None))
        with races_as_conflicts():
            await self._session.execute(query.values(alive_at=now))


class SqlQueue(Repository):
    """What is asked of many conversations at once (ports.Queue)."""

    async def waiting(self, limit: int = 500) -> list[Conversation]:
        """Those that wait for a person, longest waiting first."""
        waiting = select(Conversation).where(conversations.c.owner == Owner.QUEUE)
        return await self._all(waiting.order_by(conversations.c.waiting_since).limit(limit))

    async def held(self) -> list[Conversation]:
        """All that people of the desk have claimed."""
        held = select(Conversation).where(conversations.c.owner == Owner.AGENT)
        return await self._all(held.order_by(conversations.c.updated_at))

    async def marks(self, ids: Collection[str]) -> list[CaseMark]:
        """The open cases of these conversations."""
        columns = [cases.c[name] for name in CaseMark._fields]
        is_open = cases.c.state == CaseState.ACCEPTED
        query = select(*columns).where(cases.c.conversation_id.in_(ids), is_open)
        with races_as_conflicts():
            return [CaseMark(*row) for row in await self._session.execute(query.order_by(cases.c.id))]

    async def unanswered_since(self, id: str) -> datetime | None:
        """When the customer wrote what no person has answered yet; None if there is no such line."""
        of_it = messages.c.conversation_id == id
        answered = select(func.max(messages.c.seq)).where(of_it, messages.c.author == Author.AGENT)
        since = select(func.min(messages.c.created_at)).where(of_it, messages.c.author == Author.CUSTOMER)
        last = func.coalesce(answered.scalar_subquery(), 0)
        return await self._first(since.where(messages.c.seq > last))

    async def loads(self) -> Mapping[str, int]:
        """How many conversations each person has claimed."""
        held = select(conversations.c.agent_id, func.count()).where(conversations.c.owner == Owner.AGENT)
        with races_as_conflicts():
            rows = await self._session.execute(held.group_by(conversations.c.agent_id))
        return {row[0]: row[1] for row in rows}
