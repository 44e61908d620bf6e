"""Changing the data key: what another key has sealed is sealed anew, in batches, while the desk runs on.

A value is changed only if it still is as it was read: what the desk writes meanwhile is left alone, and is
looked at in the next pass. Nothing is remembered between runs: the values say what is still to be done.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import (
    Column,
    Table,
    Text,
    and_,
    delete,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.adapters.database.sealing import OPEN, Sealer
from bot.adapters.database.tables import audit, data_keys, metadata
from bot.adapters.database.types import SealedJson, SealedText

AT_ONCE = 200  # rows of one transaction
_ROOT = "look-up:"  # before the id of the key of look-up hashes; there is such a row once a key was changed


def wrong_key(sealer: Sealer, known: Sequence[str]) -> str | None:
    """Which setting is not the key that a database knows these ids of; None when all is well."""
    roots = [one.removeprefix(_ROOT) for one in known if one.startswith(_ROOT)]
    if roots and sealer.root_id not in roots:
        return "KESU_LOOKUP_KEY"
    seals = {one for one in known if not one.startswith(_ROOT)}
    return "KESU_DATA_KEY" if seals and not seals & {sealer.key_id, *sealer.others} else None


async def remember(connection: AsyncConnection, key_ids: Sequence[str]) -> None:
    """Have the database know keys by their ids; it may know them since a moment ago, from another desk."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [{"key_id": one} for one in key_ids]
    await connection.execute(insert(data_keys).values(rows).on_conflict_do_nothing())


async def begin(engine: AsyncEngine, sealer: Sealer, key_id: str) -> None:
    """Have the database know the new key, and the root that look-up hashes are made with."""
    async with engine.begin() as connection:
        await remember(connection, (key_id, f"{_ROOT}{sealer.root_id}"))


async def end(engine: AsyncEngine, sealer: Sealer) -> None:
    """Have it forget the keys that seal nothing any more."""
    async with engine.begin() as connection:
        await connection.execute(delete(data_keys).where(data_keys.c.key_id.in_(sealer.others)))


async def reseal_all(
    engine: AsyncEngine, sealer: Sealer, say: Callable[[str, int], None] = lambda _table, _rows: None
) -> int:
    """One pass over every sealed column; how many rows were sealed anew. `say` hears of each table."""
    rows = 0
    for table in metadata.sorted_tables:
        columns = [one for one in table.c if isinstance(one.type, SealedText | SealedJson)]
        if columns:
            done = await _reseal(engine, sealer, table, columns)
            rows += done
            if done:
                say(table.name, done)
    return rows


async def _reseal(engine: AsyncEngine, sealer: Sealer, table: Table, columns: list[Column[Any]]) -> int:
    keys, rows, after = list(table.primary_key), 0, None
    raw = [type_coerce(column, Text).label(column.name) for column in columns]
    old = or_(*(one.contains(f"{OPEN}{key_id}.") for one in raw for key_id in sealer.others))
    while True:
        found = select(*keys, *raw).where(old).order_by(*keys).limit(AT_ONCE)
        if after is not None:
            found = found.where(tuple_(*keys) > after)
        async with _writing(engine, table) as connection:
            batch = (await connection.execute(found)).all()
            for row in batch:
                rows += await _put(connection, sealer, table, columns, row)
        if len(batch) < AT_ONCE:
            return rows
        after = tuple(batch[-1][: len(keys)])


async def _put(
    connection: AsyncConnection,
    sealer: Sealer,
    table: Table,
    columns: list[Column[Any]],
    row: Any,  # noqa: ANN401 -- of whichever table
) -> int:
    keys = list(table.primary_key)
    was = {
        column.name: value
        for column, value in zip(columns, row[len(keys) :], strict=True)
        if value is not None
    }
    now = {name: sealer.reseal(value) for name, value in was.items()}
    changed = [name for name in was if was[name] != now[name]]
    same = [type_coerce(table.c[name], Text) == was[name] for name in changed]
    mine = [key == value for key, value in zip(keys, row, strict=False)]
    values = {table.c[name]: type_coerce(now[name], Text) for name in changed}
    done = await connection.execute(update(table).where(and_(*mine, *same)).values(values))
    return done.rowcount


@asynccontextmanager
async def _writing(engine: AsyncEngine, table: Table) -> AsyncIterator[AsyncConnection]:
    """A transaction. That of the audit log lifts the trigger that refuses changes, and puts it back.

    What its entries say stays the same, and so does the chain over it: only its sealing changes.
    """
    async with engine.begin() as connection:
        if table is not audit:
            yield connection
        elif connection.dialect.name == "postgresql":
            await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_change"))
            yield connection
            await connection.execute(text("ALTER TABLE audit ENABLE TRIGGER audit_no_change"))
        else:
            asked = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'audit_no_update'"
            trigger = (await connection.execute(text(asked))).scalar_one()
            await connection.execute(text("DROP TRIGGER audit_no_update"))
            yield connection
            await connection.execute(text(trigger))
