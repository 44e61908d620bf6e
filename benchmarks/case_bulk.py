"""Many rows into a table at once: past SQLAlchemy's inserts, but through its types."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.adapters.database.tables import metadata

Rows = Sequence[Mapping[str, Any]]


@asynccontextmanager
async def without_indexes(engine: AsyncEngine) -> AsyncIterator[None]:
    """Take the tables' indexes away and make them anew at the end: one sort, not a million searches."""
    indexes = [index for table in metadata.tables.values() for index in table.indexes]
    async with engine.begin() as connection:
        for index in indexes:
            await connection.run_sync(index.drop)
    yield
    async with engine.begin() as connection:
        for index in indexes:
            await connection.run_sync(index.create)


async def write(connection: AsyncConnection, table: Table, rows: Rows) -> None:
    """Write rows that all have the same columns: COPY on PostgreSQL, one statement on SQLite."""
    if not rows:
        return
    names = list(rows[0])
    made = list(_values(table, names, rows, connection.dialect))
    if connection.dialect.name == "postgresql":
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table(table.name, records=made, columns=names)
        return
    places = ", ".join("?" * len(names))
    insert = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 -- our own names
    await connection.exec_driver_sql(insert, made)


def _values(table: Table, names: list[str], rows: Rows, dialect: Dialect) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver wants them: enums by value, JSON as text, numbers sealed."""
    makers = [_maker(table, name, dialect) for name in names]
    for row in rows:
        yield tuple(make(row[name]) for name, make in zip(names, makers, strict=True))


def _maker(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    maker = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return maker or (lambda value: value)
