"""Counts the whole desk's figures for those who watch over it (ports.Gauges)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, case, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.adapters.database.engine import READ_ONLY
from bot.adapters.database.tables import (
    cases,
    conversations,
    data_keys,
    letters,
    messages,
    personal_requests,
    tasks,
    webhook_deliveries,
    wechat_backlog,
    wechat_sendings,
)
from bot.domain.conversation import Owner
from bot.domain.wechat_records import SendingState
from bot.services.ports import Backlog, Deadlines, Standing

SOON = (timedelta(hours=1), timedelta(days=1))
_RECENT, _LATELY = timedelta(hours=1), timedelta(days=1)
_OPEN_SENDINGS = (SendingState.WAITING, SendingState.SENDING, SendingState.HELD)
_LOST_SENDINGS = (SendingState.FAILED, SendingState.UNSURE)


def _is(column: ColumnElement[object], *values: str) -> ColumnElement[bool]:
    """Written out, not as parameters: else SQLite can't tell that a partial index covers it."""
    written: list[ColumnElement[object]] = [literal_column(f"'{value}'") for value in values]
    return column == written[0] if len(written) == 1 else column.in_(written)


# The second condition always holds; without it SQLite reads an index of all messages.
_WAITS_FOR_BOT = _is(messages.c.delivery, "waiting") & (messages.c.conversation_id >= "")
_UNSENT = ("waiting", "sending")


class SqlGauges:
    """Each count reads along an index of what is open, so it doesn't grow with what is done."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(**{READ_ONLY: True, "postgresql_readonly": True})

    async def reachable(self) -> None:
        """Come back if the database answers; else whatever went wrong."""
        async with self._engine.connect() as connection:
            await connection.execute(select(data_keys.c.key_id).limit(1))

    async def standing(self, now: datetime) -> Standing:
        """How it stands, all in one transaction."""
        async with self._engine.connect() as connection:
            return Standing(
                owners=await _owners(connection, now),
                queue=await _backlog(connection, conversations, "waiting_since", _owned_by(Owner.QUEUE)),
                unanswered=await _backlog(connection, messages, "created_at", _WAITS_FOR_BOT),
                deadlines={
                    "cases": await _deadlines(connection, cases, _case_runs(), now),
                    "tasks": await _deadlines(connection, tasks, _is(tasks.c.state, "open"), now),
                    "personal_requests": await _deadlines(connection, personal_requests, _asked(), now),
                },
                webhooks=await _backlog(
                    connection, webhook_deliveries, "created_at", _is(webhook_deliveries.c.state, *_UNSENT)
                ),
                letters=await _by(connection, letters, "way", _is(letters.c.state, *_UNSENT)),
                sendings=await _sendings(connection, now),
                kept=await _backlog(connection, wechat_backlog, "kept_at", true()),
            )


def _owned_by(owner: Owner) -> ColumnElement[bool]:
    return conversations.c.owner == owner


def _case_runs() -> ColumnElement[bool]:
    """Accepted, and its clock is not stopped."""
    return _is(cases.c.state, "accepted") & cases.c.paused_since.is_(None)


def _asked() -> ColumnElement[bool]:
    """Somebody waits for what they asked for about their own data."""
    return _is(personal_requests.c.state, "open", "proposed")


async def _owners(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """By owner; nobody counts the bot's old conversations every few seconds."""
    lively = _owned_by(Owner.BOT) & (conversations.c.updated_at > now - _RECENT)
    counted = {}
    for owner, which in (
        (Owner.BOT, lively),
        (Owner.QUEUE, _owned_by(Owner.QUEUE)),
        (Owner.AGENT, _owned_by(Owner.AGENT)),
    ):
        counted[owner.value] = (await _row(connection, select(func.count()).where(which)))[0]
    return counted


async def _backlog(
    connection: AsyncConnection, table: Table, since: str, which: ColumnElement[bool]
) -> Backlog:
    query = select(func.count(), func.min(table.c[since])).select_from(table).where(which)
    count, oldest = await _row(connection, query)
    return Backlog(count, oldest)


async def _by(
    connection: AsyncConnection, table: Table, column: str, which: ColumnElement[bool]
) -> dict[str, Backlog]:
    """Backlogs by the values of a column."""
    name = table.c[column]
    query = select(name, func.count(), func.min(table.c.created_at)).where(which).group_by(name)
    return {str(row[0]): Backlog(row[1], row[2]) for row in await connection.execute(query)}


async def _sendings(connection: AsyncConnection, now: datetime) -> Mapping[str, Backlog]:
    state = wechat_sendings.c.state
    lately = wechat_sendings.c.created_at > now - _LATELY
    found = await _by(connection, wechat_sendings, "state", _is(state, *_OPEN_SENDINGS))
    return found | await _by(connection, wechat_sendings, "state", _is(state, *_LOST_SENDINGS) & lately)


async def _deadlines(
    connection: AsyncConnection, table: Table, which: ColumnElement[bool], now: datetime
) -> Deadlines:
    due = table.c.due_at
    until = [now, *(now + time for time in SOON)]
    counts = [func.count(case((due <= moment, 1))) for moment in until]
    overdue, *within = await _row(connection, select(*counts).where(which, due <= until[-1]))
    return Deadlines(overdue, {time: count - overdue for time, count in zip(SOON, within, strict=True)})


async def _row(connection: AsyncConnection, query: Select[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]]:
    return (await connection.execute(query)).one()
