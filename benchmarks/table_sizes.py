"""How many rows and bytes there are in each table of a PostgreSQL database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import URL

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@dataclass(frozen=True)
class Size:
    """`rows`, the bytes of their values (`raw`), and of the table on disk with its indexes (`bytes`)."""

    rows: float = 0
    raw: float = 0
    bytes: float = 0

    def per(self, before: "Size", number: int) -> "Size":
        """What was added since `before`, for each of so many things."""
        return Size(
            (self.rows - before.rows) / number,
            (self.raw - before.raw) / number,
            (self.bytes - before.bytes) / number,
        )


Sizes = Mapping[str, Size]


async def sizes(database: URL, *, packed: bool) -> Sizes:
    """Of all tables; `packed`: without the space that changed rows have left behind."""
    async with _connected(database) as connection:
        if packed:
            await connection.execute("VACUUM FULL ANALYZE")
        found = {}
        for (name,) in await connection.fetch(_TABLES):
            row = await connection.fetchrow(
                f"SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0), pg_total_relation_size('{name}')"  # noqa: S608 -- our own tables
                f" FROM {name} t"
            )
            found[name] = Size(*map(float, row))
        return found


async def commits(database: URL) -> int:
    """How many transactions the database has committed so far, those that only read included."""
    query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    async with _connected(database) as connection:
        return int(await connection.fetchval(query))


@asynccontextmanager
async def _connected(database: URL) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        host=database.host, port=database.port, user=database.username,
        password=database.password, database=database.database,
    )  # fmt: skip
    try:
        yield connection
    finally:
        await connection.close()


def grown(before: Sizes, after: Sizes, number: int) -> Sizes:
    """What each of so many things has added, the largest first."""
    found = {name: size.per(before.get(name, Size()), number) for name, size in after.items()}
    return dict(sorted(found.items(), key=lambda item: -max(item[1].bytes, item[1].raw)))
