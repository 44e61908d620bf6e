"""Copies a SQLite file while others write to it, and puts a copy in its place again."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bot.adapters.backup.archive import Copied
from bot.adapters.backup.facts import Facts, facts_of
from bot.adapters.database.engine import BUSY_SECONDS
from bot.domain.errors import ConfigurationError

_BESIDE = ("", "-wal", "-shm", "-journal")


def file_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(make_url(url).database or "").absolute()


async def copy(url: str, out: Path) -> Copied:
    """Copy the database as it stands at one moment, and look whether the copy is whole.

    All pages are read in one transaction: writers go on (they write into the journal), and what they commit
    meanwhile is not in the copy. ConfigurationError when the file can't be read or is damaged.
    """
    await asyncio.to_thread(_copy, file_of(url), out)
    return Copied(kind="sqlite")


async def facts(copied: Path) -> Facts:
    """What the desk's copied database tells."""

    async def column(table: str, name: str) -> Sequence[Any]:
        return await asyncio.to_thread(_column, copied, table, name)

    return await facts_of(column)


def _copy(file: Path, out: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(out)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # a file of its own, with nothing beside it
            fault = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as problem:
        raise ConfigurationError(f"数据库 {file} 不能备份（{problem}）。") from problem
    if fault != "ok":
        raise ConfigurationError(f"数据库 {file} 已损坏，没有备份（{fault}）：请从以前的备份恢复。")


def _column(file: Path, table: str, column: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if connection.execute(known, (table,)).fetchone() is None:
            return []
        return [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")]  # noqa: S608 -- our own names


def check_free(url: str) -> None:
    """ConfigurationError unless there is no such database yet, nor the journal of one."""
    file = file_of(url)
    for path in (file.with_name(file.name + ending) for ending in _BESIDE):
        if path.exists():
            raise ConfigurationError(
                f"{path} 已经存在：只能恢复到空的地方，不会覆盖任何数据。请先移开它，或换一个 KESU_VAR。"
            )


def put_in_place(copied: Path, url: str) -> None:
    """Make a restored copy the database; ConfigurationError when another has appeared there meanwhile."""
    check_free(url)
    copied.rename(file_of(url))
