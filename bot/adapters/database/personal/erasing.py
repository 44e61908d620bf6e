"""Finds, copies and erases what the case database holds of a person (ports.PersonalData)."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, or_, select, text, update

from bot.adapters.database import tables as t
from bot.adapters.database.personal import copying
from bot.adapters.database.personal.steps import STEPS, Step, said
from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.types import phone_hashed
from bot.domain.personal_data import ERASED, NOBODY, Copy, Subject, kept_facts, may_stay


class SqlPersonalData(Repository):
    """Personal data by person."""

    async def of_customers(self, ids: Collection[str]) -> Subject:
        """Everything of these customers."""
        whose = await self._rows(
            select(t.customers.c.id, t.customers.c.channel, t.customers.c.external_id).where(
                t.customers.c.id.in_(ids)
            )
        )
        talks = await self._all(select(t.conversations.c.id).where(t.conversations.c.customer_id.in_(ids)))
        kept, gone = await self._cases(
            or_(t.cases.c.customer_id.in_(ids), t.cases.c.conversation_id.in_(talks))
        )
        return Subject(
            tuple(row.id for row in whose), tuple(talks), kept, gone,
            tuple((row.channel, row.external_id) for row in whose),
        )  # fmt: skip

    async def by_external_id(self, id: str) -> list[str]:
        """The customers whom some channel calls so; 微信客服 puts the account before it."""
        column = t.customers.c.external_id
        fits = or_(column == id, column.endswith(f":{id}", autoescape=True))
        return await self._all(select(t.customers.c.id).where(fits).order_by(t.customers.c.id))

    async def by_phone(self, phone: str) -> list[str]:
        """The customers who gave this phone: in a case, or to somebody who opened one by hand."""
        known = phone_hashed(phone, self._session.get_bind().dialect)
        told = select(t.cases.c.customer_id).where(t.cases.c.phone_hash == known)
        column = t.customers.c
        mine = or_(column.id.in_(told), column.external_id == known)
        return await self._all(select(column.id).where(mine).order_by(column.id))

    async def same_phone(self, subject: Subject) -> list[str]:
        """Numbers of others' cases in which the same phone stands."""
        hashes = select(t.cases.c.phone_hash).where(t.cases.c.id.in_(subject.cases))
        others = (t.cases.c.phone_hash.in_(hashes), t.cases.c.id.not_in(subject.cases))
        found = select(t.cases.c.number).where(*others, t.cases.c.number.is_not(None))
        return await self._all(found.order_by(t.cases.c.number))

    async def due(self, before: datetime, after: str, limit: int) -> list[str]:
        """The next conversations behind this id that hold a line or a finished case from before then."""
        talk = t.conversations.c
        lines = select(t.messages.c.id).where(
            t.messages.c.conversation_id == talk.id,
            t.messages.c.created_at < before,
            t.messages.c.text != ERASED,
        )
        known = select(t.customers.c.id).where(t.customers.c.external_id.not_like(f"{NOBODY}%"))
        ended = select(t.cases.c.id).where(t.cases.c.conversation_id == talk.id, t.cases.c.heard_at < before)
        some = or_(lines.exists(), talk.updated_at < before, ended.where(t.cases.c.text != ERASED).exists())
        found = select(talk.id).where(talk.id > after, talk.customer_id.in_(known), some)
        return await self._all(found.order_by(talk.id).limit(limit))

    async def forgotten(self, ids: Collection[str]) -> list[str]:
        """Those of these conversations that are no more, or whose customer is nobody any more."""
        nobody = t.customers.c.external_id.like(f"{NOBODY}%")
        there = select(t.conversations.c.id).join(
            t.customers, t.customers.c.id == t.conversations.c.customer_id
        )
        known = set(await self._all(there.where(t.conversations.c.id.in_(ids), ~nobody)))
        return [one for one in ids if one not in known]

    async def copy(self, subject: Subject) -> Copy:
        """A copy of everything, sealed numbers opened."""
        return await copying.copy(self._session, subject)

    async def count(self, subject: Subject) -> dict[str, int]:
        """How many rows erasing would change or delete, by what they are."""
        found: dict[str, int] = {}
        for step in STEPS:
            counted = select(func.count()).select_from(step.table).where(step.which(subject))
            rows = int((await self._session.execute(counted)).scalar_one())
            if rows and step.title:
                found[step.title] = found.get(step.title, 0) + rows
        return found

    async def erase(self, subject: Subject) -> None:
        """Delete and blank as STEPS says; the caller commits. The chains of histories stay whole."""
        with races_as_conflicts():
            await self._session.flush()
            await self._shred()
            await self._lock(subject)
            texts = await self._trained(subject)
            await self._without(t.label_proposals, lambda row: _fewer(row, texts))
            await self._without(t.suggestion_marks, lambda row: None if row.text in texts else {})
            await self._unnamed(subject)
            await self._ungroup(subject)
            await self._bare_cases(subject)
            for step in STEPS:
                await self._session.execute(_statement(step, subject))
        self._session.sync_session.expire_all()

    async def _unnamed(self, subject: Subject) -> None:
        """What names them in its payload alone: tasks about a conversation, what went to other programs."""
        ids = {*subject.talks, *await self._all(said(subject))}
        await self._without(t.tasks, lambda row: None if _names(row.payload, ids) else {})
        names = [external_id for _, external_id in subject.visitors]
        await self._without(
            t.wechat_backlog, lambda row: None if any(name in row.body for name in names) else {}
        )
        ids |= {*subject.cases}
        if not subject.long_ago:
            await self._without(t.webhook_deliveries, lambda row: None if _names(row.payload, ids) else {})

    async def _shred(self) -> None:
        """On SQLite, overwrite in the file what is deleted from now on."""
        if self._session.get_bind().dialect.name == "sqlite":
            await self._session.execute(text("PRAGMA secure_delete = ON"))

    async def _lock(self, subject: Subject) -> None:
        talks = select(t.conversations.c.id).where(t.conversations.c.id.in_(subject.talks))
        await self._session.execute(talks.order_by(t.conversations.c.id).with_for_update())

    async def _cases(self, which: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: ANN401 -- a condition
        rows = await self._rows(select(t.cases.c.id, t.cases.c.number).where(which).order_by(t.cases.c.id))
        kept = tuple(row.id for row in rows if row.number)
        return kept, tuple(row.id for row in rows if not row.number)

    async def _trained(self, subject: Subject) -> set[str]:
        """What the models were or would be trained with of these messages, and the messages themselves."""
        parts = await self._all(
            select(t.corrections.c.parts).where(t.corrections.c.message_id.in_(said(subject)))
        )
        own = await self._all(select(t.messages.c.text).where(t.messages.c.id.in_(said(subject))))
        return {part.text for rows in parts for part in rows} | {line for line in own if line}

    async def _ungroup(self, subject: Subject) -> None:
        """Groups of like messages show the words of one of them: those with a message of ours end."""
        groups = await self._all(
            select(t.reviews.c.group_id).where(
                t.reviews.c.message_id.in_(said(subject)), t.reviews.c.group_id.is_not(None)
            )
        )
        mine = t.reviews.c.group_id.in_(groups)
        version = t.reviews.c.row_version + 1
        await self._session.execute(update(t.reviews).where(mine).values(group_id=None, row_version=version))
        await self._session.execute(delete(t.review_groups).where(t.review_groups.c.id.in_(groups)))

    async def _bare_cases(self, subject: Subject) -> None:
        """Of kept cases: only facts that say nothing of the person, and entries that don't either."""
        column = t.cases.c
        for row in await self._rows(select(column.id, column.fields).where(column.id.in_(subject.kept))):
            facts = kept_facts(row.fields)
            await self._session.execute(update(t.cases).where(column.id == row.id).values(fields=facts))
        entry = t.case_events.c
        rows = await self._rows(
            select(entry.id, entry.kind, entry.payload).where(
                entry.case_id.in_(subject.kept), entry.payload.is_not(None)
            )
        )
        personal = [row.id for row in rows if not may_stay(row.kind, row.payload or {})]
        await self._session.execute(
            update(t.case_events).where(entry.id.in_(personal)).values(payload=None, salt="")
        )

    async def _without(self, table: Table, change: Callable[[Any], dict[str, Any] | None]) -> None:
        """Look through a small table: delete the rows of which nothing stays (None), put others right."""
        key = next(iter(table.primary_key))
        some = select(table).where(table.c.case_id.is_(None)) if table is t.tasks else select(table)
        for row in await self._rows(some):
            mine, changed = key == row._mapping[key], change(row)  # noqa: SLF001 -- SQLAlchemy's public name
            if changed is None:
                await self._session.execute(delete(table).where(mine))
            elif changed:
                await self._session.execute(update(table).where(mine).values(**changed))

    async def _rows(self, query: Any) -> list[Any]:  # noqa: ANN401 -- rows of any columns
        with races_as_conflicts():
            return list(await self._session.execute(query))


def _statement(step: Step, subject: Subject) -> Any:  # noqa: ANN401 -- a statement
    if not step.blank:
        return delete(step.table).where(step.which(subject))
    values = dict(step.blank)
    if "row_version" in step.table.c:
        values["row_version"] = step.table.c.row_version + 1
    return update(step.table).where(step.which(subject)).values(**values)


def _fewer(row: Any, texts: set[str]) -> dict[str, Any]:  # noqa: ANN401 -- a row
    left = [example for example in row.examples if example not in texts]
    return {} if len(left) == len(row.examples) else {"examples": left}


def _names(value: object, ids: set[str]) -> bool:
    """Whether an id stands anywhere in this JSON."""
    if isinstance(value, dict):
        return any(_names(item, ids) for item in value.values())
    if isinstance(value, list):
        return any(_names(item, ids) for item in value)
    return value in ids if isinstance(value, str) else False
