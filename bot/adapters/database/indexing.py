"""Keeps the search index: what a transaction changes is indexed in it, by itself.

What is indexed: every line that a customer or a person of the desk wrote, the team's notes, and every case's
description, fields and findings. The bot's own sentences are not: every word of the handbook would find them.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Insert, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.adapters.database.repositories_avoidance import NotingSession
from bot.adapters.database.sealing import Sealer
from bot.adapters.database.tables import search_entries
from bot.adapters.pinyin import syllables_of
from bot.adapters.script import convert
from bot.domain.case import Case
from bot.domain.console import Note
from bot.domain.conversation import Author, Message
from bot.domain.search_text import IndexText, Tokens
from bot.services.ports.search import CASE, MESSAGE, NOTE

WRITTEN_BY_PEOPLE = (Author.CUSTOMER, Author.AGENT)
_READ = {Message: ("text",), Note: ("text",), Case: ("text", "fields", "findings")}
_TOUCHED = "kesu_touched"  # in a session's info: what it has written and not indexed yet


class Entry(NamedTuple):
    """A row of the index."""

    kind: str
    ref: str
    conversation_id: str
    at: Any
    source_version: int
    tokens: IndexText


@event.listens_for(NotingSession, "after_flush")
def _note(session: Session, _context: object) -> None:
    """Remember which messages, notes and cases a session wrote."""
    touched = session.info.setdefault(_TOUCHED, {})
    for record in (*session.new, *session.dirty):
        if _is_news(record):
            touched[record.id] = record


def _is_news(record: object) -> bool:
    """Whether something that is indexed of it has changed."""
    named = _READ.get(type(record))
    if named is None or (isinstance(record, Message) and record.author not in WRITTEN_BY_PEOPLE):
        return False
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in named)


async def index_written(session: AsyncSession, tokens: Tokens) -> None:
    """Index what the session has written so far, as part of its transaction."""
    await session.flush()
    touched = session.sync_session.info.pop(_TOUCHED, None)
    if touched:
        await put(session, entries(touched.values(), tokens))


async def put(session: AsyncSession, rows: Iterable[Entry]) -> None:
    """Write entries. One made from an older state of its case than the one that is there changes nothing."""
    values = [row._asdict() for row in sorted(rows, key=lambda row: (row.kind, row.ref))]
    if values:
        await session.execute(_upsert(session.get_bind().dialect.name), values)


def entries(records: Iterable[Message | Note | Case], tokens: Tokens) -> Iterator[Entry]:
    """The entries of these messages, notes and cases."""
    for record in records:
        if isinstance(record, Case):
            texts = (record.text, *_values(record.fields), *_values(record.findings or {}))
            yield Entry(
                CASE,
                record.id,
                record.conversation_id,
                record.opened_at,
                record._row_version,  # type: ignore[attr-defined] # noqa: SLF001 -- the mapping's
                tokens.index(*texts, initials=True),
            )
        else:
            kind, found = NOTE if isinstance(record, Note) else MESSAGE, tokens.index(record.text)
            yield Entry(kind, record.id, record.conversation_id, record.created_at, 0, found)


def tokens_of(sealer: Sealer) -> Tokens:
    """The tokens of this database: numbers are hashed with its key."""
    return Tokens(partial(convert, script="hans"), syllables_of, sealer.phone_hash)


def _values(fields: dict[str, Any]) -> Iterator[str]:
    return (value for value in fields.values() if isinstance(value, str))


def _upsert(dialect: str) -> Insert:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(search_entries)
    columns = ("conversation_id", "at", "source_version", "tokens")
    upsert: Insert = new.on_conflict_do_update(
        index_elements=["kind", "ref"],
        set_={name: new.excluded[name] for name in columns},
        where=new.excluded.source_version >= search_entries.c.source_version,
    )
    return upsert
