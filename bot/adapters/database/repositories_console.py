"""The repository of what the console shows beside conversations, and of the rows of its list."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, select

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import (
    avoidances,
    case_events,
    cases,
    conversations,
    customers,
    desk_groups,
    messages,
    notes,
    saved_filters,
    tags,
    tasks,
    users,
)
from bot.domain.case import Case, CaseState
from bot.domain.console import Note, SavedFilter, Tag
from bot.domain.conversation import Author, Conversation, Customer, Message, Owner
from bot.domain.people import Avoiding
from bot.domain.task import TaskState
from bot.services.ports.console import RowRecords, Unanswered

_SHOWN_CASES = (CaseState.DRAFT, CaseState.ACCEPTED)


class SqlConsole(Repository):
    """The console's records (ports.ConsoleRecords)."""

    async def active(self, most: int, others: int) -> list[str]:
        """Ids of the conversations in people's hands, at most so many, and of the latest others."""
        owner, recent = conversations.c.owner, conversations.c.updated_at.desc()
        ours = select(conversations.c.id).where(owner.in_((Owner.QUEUE, Owner.AGENT))).order_by(recent)
        rest = select(conversations.c.id).where(owner.in_((Owner.BOT, Owner.CLOSED))).order_by(recent)
        return await self._all(ours.limit(most)) + await self._all(rest.limit(others))

    async def older(self, before: datetime, limit: int) -> list[str]:
        """Ids of the conversations in which nothing has happened since then, the latest first."""
        moved = conversations.c.updated_at
        return await self._all(
            select(conversations.c.id).where(moved < before).order_by(moved.desc()).limit(limit)
        )

    async def rows(self, ids: Collection[str]) -> RowRecords:
        """Of what the rows of these conversations are made, in a handful of queries."""
        pairs = {row[0].id: (row[0], row[1]) for row in await self._rows(_with_customers(ids))}
        lasts = await self._all(_last_messages(ids))
        agents = {one.agent_id for one, _ in pairs.values() if one.agent_id}
        return RowRecords(
            conversations=pairs,
            last={message.conversation_id: message for message in lasts},
            unanswered=await self._unanswered(ids),
            cases=await self._cases(ids),
            tags=await self._tags(ids),
            names=await self._names(agents),
            groups={
                row[0]: row[1] for row in await self._rows(select(desk_groups.c.id, desk_groups.c.title))
            },
            hidden=await self._hidden(ids),
        )

    async def marks(self, case_ids: Collection[str]) -> dict[str, str]:
        """For each case a word that changes with its history and its tasks."""
        if not case_ids:
            return {}
        events = select(case_events.c.case_id, func.max(case_events.c.seq)).where(
            case_events.c.case_id.in_(case_ids)
        )
        last = {row[0]: row[1] for row in await self._rows(events.group_by(case_events.c.case_id))}
        duties = select(
            tasks.c.case_id, func.count(), func.count().filter(tasks.c.state == TaskState.OPEN)
        ).where(tasks.c.case_id.in_(case_ids))
        counted = {row[0]: (row[1], row[2]) for row in await self._rows(duties.group_by(tasks.c.case_id))}
        return {one: ".".join(map(str, (last.get(one, 0), *counted.get(one, (0, 0))))) for one in case_ids}

    def add_note(self, note: Note) -> None:
        """Take a new one in."""
        self._session.add(note)

    async def note(self, id: str) -> Note:
        """By id; NotFound."""
        return await self._get(Note, id)

    async def notes(self, conversation_id: str, after: str = "") -> list[Note]:
        """The notes of a conversation behind this one, in order."""
        mine = select(Note).where(notes.c.conversation_id == conversation_id, notes.c.id > after)
        return await self._all(mine.order_by(notes.c.id))

    async def tag(self, conversation_id: str, name: str) -> Tag | None:
        """One tag of a conversation, if it has it."""
        return await self._find(Tag, (conversation_id, name))

    def add_tag(self, tag: Tag) -> None:
        """Tag a conversation."""
        self._session.add(tag)

    async def remove_tag(self, tag: Tag) -> None:
        """Take it off again."""
        await self._session.delete(tag)

    async def tags(self, conversation_id: str) -> list[str]:
        """The tags of a conversation, in the order in which they came."""
        mine = select(tags.c.name).where(tags.c.conversation_id == conversation_id)
        return await self._all(mine.order_by(tags.c.created_at, tags.c.name))

    async def known_tags(self, limit: int = 100) -> list[str]:
        """The tags in use, the most used first."""
        counted = select(tags.c.name).group_by(tags.c.name)
        return await self._all(counted.order_by(func.count().desc(), tags.c.name).limit(limit))

    async def filters(self, user_id: str) -> list[SavedFilter]:
        """What a person has saved, by name."""
        mine = select(SavedFilter).where(saved_filters.c.user_id == user_id)
        return await self._all(mine.order_by(saved_filters.c.name))

    async def put_filter(self, saved: SavedFilter) -> None:
        """Save it, instead of the one of the same name."""
        with races_as_conflicts():
            await self._session.merge(saved)

    async def drop_filter(self, user_id: str, name: str) -> None:
        """Forget it."""
        mine = (saved_filters.c.user_id == user_id, saved_filters.c.name == name)
        with races_as_conflicts():
            await self._session.execute(delete(saved_filters).where(*mine))

    async def _rows(self, query: Select[*tuple[Any, ...]]) -> list[Any]:
        with races_as_conflicts():
            return list(await self._session.execute(query))

    async def _unanswered(self, ids: Collection[str]) -> dict[str, Unanswered]:
        found = {row[0]: row[1:] for row in await self._rows(_unanswered(ids))}
        return {one: Unanswered(unread, since) for one, (unread, since) in found.items()}

    async def _cases(self, ids: Collection[str]) -> Mapping[str, list[Case]]:
        shown = select(Case).where(cases.c.conversation_id.in_(ids), cases.c.state.in_(_SHOWN_CASES))
        found = defaultdict(list)
        for case in await self._all(shown.order_by(cases.c.opened_at.desc())):
            found[case.conversation_id].append(case)
        return found

    async def _tags(self, ids: Collection[str]) -> Mapping[str, list[str]]:
        found = defaultdict(list)
        query = select(tags.c.conversation_id, tags.c.name).where(tags.c.conversation_id.in_(ids))
        for conversation_id, name in await self._rows(query.order_by(tags.c.created_at, tags.c.name)):
            found[conversation_id].append(name)
        return found

    async def _hidden(self, ids: Collection[str]) -> Mapping[str, set[str]]:
        found = defaultdict(set)
        query = select(avoidances.c.conversation_id, avoidances.c.user_id).where(
            avoidances.c.conversation_id.in_(ids), avoidances.c.how != Avoiding.CLEARED
        )
        for conversation_id, user_id in await self._rows(query):
            found[conversation_id].add(user_id)
        return found

    async def _names(self, ids: Collection[str]) -> dict[str, str]:
        query = select(users.c.id, users.c.name).where(users.c.id.in_(ids))
        return {row[0]: row[1] for row in await self._rows(query)} if ids else {}


def _with_customers(ids: Collection[str]) -> Select[Conversation, Customer]:
    pairs = select(Conversation, Customer).join_from(
        Conversation, Customer, conversations.c.customer_id == customers.c.id
    )
    return pairs.where(conversations.c.id.in_(ids))


def _last_messages(ids: Collection[str]) -> Select[Message]:
    newest = and_(
        messages.c.conversation_id == conversations.c.id, messages.c.seq == conversations.c.last_seq
    )
    return select(Message).join_from(Message, conversations, newest).where(conversations.c.id.in_(ids))


def _unanswered(ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Of each conversation how many customer's lines nobody has read, and since when one waits."""
    said = messages.alias()
    answered = (
        select(func.max(said.c.seq))
        .where(said.c.conversation_id == conversations.c.id, said.c.author == Author.AGENT)
        .scalar_subquery()
    )
    unread = messages.c.seq > func.coalesce(conversations.c.agent_read_seq, 0)
    open_since = messages.c.seq > func.coalesce(answered, 0)
    theirs = and_(messages.c.conversation_id == conversations.c.id, messages.c.author == Author.CUSTOMER)
    return (
        select(
            conversations.c.id,
            func.count().filter(unread),
            func.min(messages.c.created_at).filter(open_since),
        )
        .join_from(conversations, messages, theirs)
        .where(conversations.c.id.in_(ids))
        .group_by(conversations.c.id)
    )
