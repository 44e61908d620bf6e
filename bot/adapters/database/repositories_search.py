"""Asks the search index: FTS5 on SQLite, a tsvector on PostgreSQL."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
)
from sqlalchemy import case as one_of
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.indexing import WRITTEN_BY_PEOPLE, entries, put
from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import (
    cases,
    conversations,
    messages,
    notes,
    search_entries,
    search_progress,
)
from bot.domain.case import Case
from bot.domain.console import Note
from bot.domain.conversation import Message
from bot.domain.search_query import Phrase, Term
from bot.domain.search_text import FORM, Tokens
from bot.services.ports.search import CASE, MESSAGE, NOTE, Hit, Sought

_entry = search_entries.c
_FTS = table("search_index", column("rowid"), column("rank"))


class SqlSearchIndex(Repository):
    """The search index (ports.SearchIndex)."""

    def __init__(self, session: AsyncSession, tokens: Tokens) -> None:
        super().__init__(session)
        self._tokens = tokens

    async def find(self, wanted: Sought, start: int, limit: int) -> list[Hit]:
        """The best ones from place `start` (0) on, the newer first among equals."""
        if not wanted.terms:
            return []
        best = _best(self._fitting(wanted.terms).where(*_filters(wanted)))
        with races_as_conflicts():
            rows = await self._session.execute(best.offset(start).limit(limit))
        return [Hit(row.kind, row.ref, row.conversation_id, row.at, row.lines) for row in rows]

    async def catch_up(self, limit: int) -> int:
        """Index the next rows that are older than the index or its form; how many, 0 when it is whole."""
        for kind in (CASE, MESSAGE, NOTE):
            after = await self._progress(kind)
            if after is not None:
                records = await self._next(kind, after, limit)
                with races_as_conflicts():
                    await put(self._session, entries(records, self._tokens))
                    await self._note(kind, records[-1].id if records else after, done=not records)
                if records:
                    return len(records)
        return 0

    async def forget(self) -> None:
        """Empty the index, so that `catch_up` makes it anew."""
        with races_as_conflicts():
            await self._session.execute(delete(search_entries))
            await self._session.execute(delete(search_progress))
            if not self._on_postgresql:
                await self._session.execute(
                    text("INSERT INTO search_index (search_index) VALUES ('rebuild')")
                )

    @property
    def _on_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    def _fitting(self, terms: tuple[Term, ...]) -> Select[Any]:
        """The entries in which every term stands, the best with the lowest rank."""
        columns = (_entry.kind, _entry.ref, _entry.conversation_id, _entry.at)
        if self._on_postgresql:
            asked = cast(literal(_tsquery(terms)), TSQUERY)
            rank = (-func.ts_rank(_entry.tokens, asked, 1)).label("rank")
            return select(*columns, rank).where(_entry.tokens.op("@@")(asked))
        fitting = text("search_index MATCH :asked").bindparams(asked=_fts_query(terms))
        joined = _FTS.join(search_entries, _entry.nr == _FTS.c.rowid)
        return select(*columns, _FTS.c.rank.label("rank")).select_from(joined).where(fitting)

    async def _progress(self, kind: str) -> str | None:
        """Behind which id of this kind rows are still to be indexed; None: all are."""
        found = select(search_progress).where(search_progress.c.kind == kind)
        row = (await self._session.execute(found)).first()
        if row is None or row.form != FORM:
            return ""
        return None if row.done else str(row.after)

    async def _note(self, kind: str, after: str, *, done: bool) -> None:
        values = {"form": FORM, "after": after, "done": done}
        insert: Any = postgresql.insert if self._on_postgresql else sqlite.insert
        new = insert(search_progress).values(kind=kind, **values)
        await self._session.execute(new.on_conflict_do_update(index_elements=["kind"], set_=values))

    async def _next(self, kind: str, after: str, limit: int) -> list[Any]:
        if kind == CASE:
            return await self._all(select(Case).where(cases.c.id > after).order_by(cases.c.id).limit(limit))
        if kind == NOTE:
            return await self._all(select(Note).where(notes.c.id > after).order_by(notes.c.id).limit(limit))
        theirs = select(Message).where(messages.c.id > after, messages.c.author.in_(WRITTEN_BY_PEOPLE))
        return await self._all(theirs.order_by(messages.c.id).limit(limit))


def _best(fitting: Select[Any]) -> Select[Any]:
    """Of each case and each conversation the best entry, the best of all first."""
    hits = fitting.cte("hits").prefix_with("MATERIALIZED")
    is_case = hits.c.kind == CASE
    target = (is_case, one_of((is_case, hits.c.ref), else_=hits.c.conversation_id))
    order = (hits.c.rank, hits.c.at.desc(), hits.c.ref)
    numbered = select(
        hits,
        func.row_number().over(partition_by=target, order_by=order).label("place"),
        func.count().over(partition_by=target).label("lines"),
    ).subquery()
    first = select(numbered).where(numbered.c.place == 1)
    return first.order_by(numbered.c.rank, numbered.c.at.desc(), numbered.c.ref)


def _filters(wanted: Sought) -> Iterator[ColumnElement[bool]]:
    kind = wanted.kind
    if kind is not None:
        yield _entry.kind == CASE if kind == CASE else _entry.kind != CASE
    if wanted.since is not None:
        yield _entry.at >= wanted.since
    if wanted.until is not None:
        yield _entry.at < wanted.until
    if wanted.hidden_conversations:
        yield _entry.conversation_id.not_in(sorted(wanted.hidden_conversations))
    if wanted.hidden_cases:
        yield or_(_entry.kind != CASE, _entry.ref.not_in(sorted(wanted.hidden_cases)))
    if wanted.owner is not None or wanted.channel is not None:
        yield _of_conversation(wanted)
    of_case = list(_of_case(wanted))
    if of_case:
        theirs = and_(_entry.kind != CASE, cases.c.conversation_id == _entry.conversation_id)
        yield exists().where(or_(cases.c.id == _entry.ref, theirs), *of_case)


def _of_conversation(wanted: Sought) -> ColumnElement[bool]:
    conditions = [conversations.c.id == _entry.conversation_id]
    if wanted.owner is not None:
        conditions.append(conversations.c.owner == wanted.owner)
    if wanted.channel is not None:
        conditions.append(conversations.c.channel == wanted.channel)
    return exists().where(*conditions)


def _of_case(wanted: Sought) -> Iterator[ColumnElement[bool]]:
    named = ("state", "pack", "severity", "department")
    return (cases.c[name] == value for name in named if (value := getattr(wanted, name)) is not None)


def _tsquery(terms: Iterable[Term]) -> str:
    return " & ".join(f"({' | '.join(map(_ts_phrase, term.phrases))})" for term in terms)


def _ts_phrase(phrase: Phrase) -> str:
    quoted = [f"'{token}'" for token in phrase.tokens]
    return f"({' <-> '.join(quoted)}{':*' if phrase.goes_on else ''})"


def _fts_query(terms: Iterable[Term]) -> str:
    return " AND ".join(f"({' OR '.join(map(_fts_phrase, term.phrases))})" for term in terms)


def _fts_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"{" *" if phrase.goes_on else ""}'
