"""Rows of the case database, read in one transaction, on SQLite and on PostgreSQL."""

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import unquote

Row = Mapping[str, Any]
_BUSY_SECONDS = 60
_AT_ONCE = 500
_NAMED = re.compile(r":([a-z_]+)")


class UnreadableError(Exception):
    """There is no case database at this address, or it is of another version; says so in Chinese."""


class Rows(Protocol):
    """An open database."""

    def of(self, sql: str, **values: datetime) -> AsyncIterator[Row]:
        """The rows of a query, whose `:name`s are moments."""

    def moment(self, value: Any) -> datetime:  # noqa: ANN401 -- as the driver gives it
        """A time that was read, in UTC."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Rows]:
    """The database of a KESU_DATABASE_URL, all of it as it stands now; UnreadableError."""
    if url.startswith("sqlite"):
        with closing(_file(url)) as connection:
            yield FileRows(connection)
        return
    async with _server(url) as rows:
        yield rows


class FileRows:
    """A SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def of(self, sql: str, **values: datetime) -> AsyncIterator[Row]:
        """The rows of a query."""
        written = {name: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" for name, at in values.items()}
        try:
            for row in self._connection.execute(sql, written):
                yield dict(row)
        except sqlite3.OperationalError as problem:
            raise UnreadableError(_other_version(problem)) from problem

    def moment(self, value: Any) -> datetime:  # noqa: ANN401 -- text
        """A time is stored in UTC and doesn't say so."""
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


class ServerRows:
    """A PostgreSQL database."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 -- asyncpg is not typed
        self._connection = connection

    async def of(self, sql: str, **values: datetime) -> AsyncIterator[Row]:
        """The rows of a query, fetched a part at a time."""
        import asyncpg

        names = list(dict.fromkeys(_NAMED.findall(sql)))
        numbered = _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", sql)
        try:
            wanted = self._connection.cursor(numbered, *(values[name] for name in names), prefetch=_AT_ONCE)
            async for row in wanted:
                yield dict(row)
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as problem:
            raise UnreadableError(_other_version(problem)) from problem

    def moment(self, value: Any) -> datetime:  # noqa: ANN401 -- an aware time
        """It says its time zone."""
        at: datetime = value
        return at.astimezone(UTC)


def _file(url: str) -> sqlite3.Connection:
    path = unquote(url.partition(":///")[2].partition("?")[0])
    try:
        # Not mode=ro: what a killed process left in the WAL could not be read then.
        connection = sqlite3.connect(
            f"file:{path}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
    except sqlite3.OperationalError as problem:
        raise UnreadableError(f"没有数据库文件 {path}") from problem
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    connection.execute("BEGIN")
    return connection


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[ServerRows]:
    import asyncpg

    address = re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql://", url)
    address = re.sub(r"([?&])ssl=", r"\1sslmode=", address)
    try:
        connection = await asyncpg.connect(address, timeout=_BUSY_SECONDS)
    except (OSError, asyncpg.PostgresError) as problem:
        raise UnreadableError(f"连不上数据库：{type(problem).__name__}") from problem
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield ServerRows(connection)
    finally:
        await connection.close()


def _other_version(problem: Exception) -> str:
    return f"数据库的结构不是这个版本的（{problem}）：请先启动一次客诉台，或执行 kesu db upgrade"
