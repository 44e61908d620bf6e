"""Copies what the case database holds of a person, table by table, with everything sealed opened."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database import tables as t
from bot.adapters.database.personal.steps import Which, files, lines, said
from bot.domain.personal_data import Copy, Subject

# Said to the person: what they told, what we told them, what became of it.
_OWN: Mapping[Table, tuple[str, ...]] = {
    t.customers: ("id", "channel", "external_id", "created_at", "name", "phone", "person_id"),
    t.conversations: ("id", "channel", "created_at", "updated_at", "script"),
    t.messages: (
        "id", "conversation_id", "seq", "author", "text", "created_at", "choice", "choices",
        "files", "reading",
    ),
    t.cases: (
        "id", "number", "conversation_id", "channel", "issue", "second_issue", "category", "severity", "text",
        "fields", "state", "opened_at", "accepted_at", "due_at", "closed_at", "step", "people", "urged",
    ),
    t.attachments: (
        "id", "kind", "name", "media_type", "created_at", "state", "size", "sha256", "message_id", "case_id",
    ),
    t.letters: ("id", "case_id", "way", "recipient", "subject", "text", "created_at", "sent_at", "state"),
    t.visits: (
        "id", "case_id", "round", "nth", "due_at", "way", "tries", "tried_at", "satisfaction", "answered_at",
    ),
    t.personal_requests: ("id", "kind", "asker", "way", "asked_on", "due_at", "state", "decided_at"),
    t.wechat_chats: ("conversation_id", "channel", "account", "subscribed", "window_since"),
    t.wechat_sendings: ("id", "conversation_id", "way", "body", "state", "created_at", "sent_at"),
}  # fmt: skip
# About the person, by people of the desk.
_INTERNAL: Mapping[Table, tuple[str, ...]] = {
    t.notes: ("id", "conversation_id", "text", "created_at"),
    t.tags: ("conversation_id", "name", "created_at"),
    t.cases: ("id", "number", "findings", "verdict", "department", "flags", "judged"),
    t.case_events: ("case_id", "seq", "kind", "at", "payload"),
    t.tasks: ("id", "case_id", "kind", "title", "note", "state", "created_at", "due_at", "decided_at"),
    t.conversations: ("id", "note", "reason"),
    t.corrections: ("message_id", "at", "kind"),
}


def _which(table: Table) -> Which:
    """Of a table, the rows about a person."""
    named = {
        t.customers: ("id", "customers"), t.conversations: ("id", "talks"), t.cases: ("id", "cases"),
        t.personal_requests: ("customer_id", "customers"),
    }  # fmt: skip
    if table in named:
        column, whose = named[table]
        return lambda subject: table.c[column].in_(getattr(subject, whose))
    if table is t.messages:
        return lambda subject: lines(subject, table.c.conversation_id, table.c.created_at)
    if table is t.corrections:
        return lambda subject: table.c.message_id.in_(said(subject))
    if table is t.attachments:
        return files
    if table in (t.letters, t.visits, t.case_events, t.tasks):
        return lambda subject: table.c.case_id.in_(subject.cases)
    return lambda subject: table.c.conversation_id.in_(subject.talks)


async def copy(session: AsyncSession, subject: Subject) -> Copy:
    """Everything, by table, in the order of the primary keys."""
    own = {table.name: await _rows(session, table, names, subject) for table, names in _OWN.items()}
    internal = {table.name: await _rows(session, table, names, subject) for table, names in _INTERNAL.items()}
    return Copy(own, internal)


async def _rows(
    session: AsyncSession, table: Table, names: tuple[str, ...], subject: Subject
) -> list[dict[str, Any]]:
    columns: list[Column[Any]] = [table.c[name] for name in names]
    found = select(*columns).where(_which(table)(subject)).order_by(*_order(table))
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in await session.execute(found)]  # fmt: skip


def _order(table: Table) -> list[Column[Any]]:
    named = [
        table.c[name] for name in ("conversation_id", "case_id", "seq", "created_at", "at") if name in table.c
    ]
    return [*named, *table.primary_key]


def _plain(value: object) -> object:
    if isinstance(value, date):  # a moment is one, too
        return value.isoformat()
    return value
