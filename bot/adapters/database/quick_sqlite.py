"""SQLite with one visit to its thread for a statement.

aiosqlite hands every call to the connection's own thread, and a statement of SQLAlchemy is four calls: a new
cursor, execute, fetch, close. A visit takes longer than most of our statements, so here a statement and its
rows are one, and BEGIN comes along with the first statement of its transaction.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import Any, Literal

from aiosqlite import Connection, Cursor
from aiosqlite.context import contextmanager

_CHUNK = 64  # rows at a time for those who iterate over a cursor; SQLAlchemy does not


class QuickCursor(Cursor):
    """Executes and fetches in one visit; making it and closing it need none."""

    def __init__(self, connection: "QuickConnection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._quick = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "QuickCursor":
        """Execute a statement and keep its rows."""
        self._cursor, self._rows = await self._quick.visit("execute", sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "QuickCursor":
        """Execute a statement without rows once for each of the parameters."""
        self._cursor, self._rows = await self._quick.visit("executemany", sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows; a second time there are none."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is left to close: the visit did."""


class QuickConnection(Connection):
    """A connection with quick cursors, whose transactions begin with their first statement."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _CHUNK)
        self._thread.daemon = True  # as SQLAlchemy does with aiosqlite's own: it must not keep the process
        self._begin: str | None = None

    def begin(self, statement: str) -> None:
        """Begin a transaction by this statement, right before the next one."""
        self._begin = statement

    async def visit(
        self,
        method: Literal["execute", "executemany"],
        sql: str,
        parameters: Iterable[Any],
    ) -> tuple[sqlite3.Cursor, list[Any]]:
        """Execute by a new cursor, in the thread; the cursor, closed but with its counts, and the rows.

        It must be closed there. An open one would be when Python collects it, which waits for the connection
        while that waits for another writer: the whole process would stand still.
        """
        begin, self._begin = self._begin, None

        def work() -> tuple[sqlite3.Cursor, list[Any]]:
            if begin is not None:
                self._conn.execute(begin).close()
            with closing(self._conn.cursor()) as cursor:
                getattr(cursor, method)(sql, parameters)
                return cursor, cursor.fetchall()

        done: tuple[sqlite3.Cursor, list[Any]] = await self._execute(work)  # type: ignore[no-untyped-call]
        return done

    async def commit(self) -> None:
        """Commit, unless nothing has happened."""
        if not self._forget():
            await super().commit()

    async def rollback(self) -> None:
        """Roll back, unless nothing has happened."""
        if not self._forget():
            await super().rollback()

    @contextmanager
    async def cursor(self) -> Cursor:
        """A new cursor; its first one of sqlite3 only says that nothing was executed yet."""
        return QuickCursor(self, self._conn.cursor())

    def _forget(self) -> bool:
        begun, self._begin = self._begin is not None, None
        return begun


def connect(database: str, **options: Any) -> QuickConnection:  # noqa: ANN401 -- sqlite3's own options
    """A connection to the file, open once it is awaited; `options` as for sqlite3."""
    return QuickConnection(partial(sqlite3.connect, database, **options))
