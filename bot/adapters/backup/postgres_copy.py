"""Copies a PostgreSQL database as of one moment, and fills an empty one from such a copy."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.adapters.backup.archive import Copied
from bot.adapters.backup.facts import Facts, facts_of
from bot.adapters.backup.postgres_tools import find_tool, run_tool
from bot.adapters.database.engine import describe, parse_url
from bot.domain.errors import ConfigurationError

_ALL = ("--no-owner", "--no-privileges")
_THINGS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""  # all but what an extension brought along


async def copy(url: str, out: Path) -> Copied:
    """Dump the database into a file."""
    async with _at_one_moment(url) as connection:
        return await _dump(connection, url, out)


async def copy_desk(url: str, out: Path) -> tuple[Copied, Facts]:
    """The same with the desk's; what it tells is of the very moment of the dump."""
    async with _at_one_moment(url) as connection:

        async def column(table: str, name: str) -> Sequence[Any]:
            if await connection.scalar(text("SELECT to_regclass(:table)"), {"table": table}) is None:
                return []
            return (await connection.scalars(text(f"SELECT {name} FROM {table}"))).all()  # noqa: S608 -- our own names

        facts = await facts_of(column)
        return await _dump(connection, url, out), facts


async def check_free(url: str) -> int:
    """The server's major version; ConfigurationError unless its database is there and holds nothing."""
    async with _connected(url) as connection:
        if await connection.scalar(text(_THINGS)):
            raise ConfigurationError(
                f"{_shown(parse_url(url))} 里已经有表：只能恢复到空的数据库，"
                "不会覆盖任何数据。请新建一个数据库，用 KESU_DATABASE_URL 指定它。"
            )
        return await _version(connection)


async def restore(url: str, copied: Copied, file: Path) -> None:
    """Fill an empty database from a dump, wholly or not at all."""
    async with _connected(url) as connection:
        server = await _version(connection)
    if server < copied.server:
        raise ConfigurationError(
            f"备份来自 PostgreSQL {copied.server}，而这台服务器是 {server}：请恢复到同样或更新的版本。"
        )
    tool = await find_tool("pg_restore", server, copied.tool)
    await run_tool(tool, url, "--exit-on-error", "--single-transaction", *_ALL, str(file))


async def _dump(connection: AsyncConnection, url: str, out: Path) -> Copied:
    server = await _version(connection)
    tool = await find_tool("pg_dump", server)
    snapshot = await connection.scalar(text("SELECT pg_export_snapshot()"))
    wanted = ("--format=custom", "--no-unlogged-table-data", *_ALL)  # unlogged: true only while it runs
    await run_tool(tool, url, *wanted, f"--snapshot={snapshot}", f"--file={out}")
    return Copied(kind="postgresql", server=server, tool=tool.version)


async def _version(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SHOW server_version_num")) or 0) // 10000


@asynccontextmanager
async def _at_one_moment(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction that sees one state of the database, however long it lasts."""
    async with _connected(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection


@asynccontextmanager
async def _connected(url: str, **options: Any) -> AsyncIterator[AsyncConnection]:  # noqa: ANN401 -- SQLAlchemy's
    parsed = parse_url(url)
    engine = create_async_engine(parsed, poolclass=NullPool, execution_options=options)
    try:
        async with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as problem:
        reason = getattr(problem, "orig", None) or problem
        raise ConfigurationError(
            f"数据库 {_shown(parsed)} 打不开（{reason}）：请检查 KESU_DATABASE_URL。"
        ) from problem
    finally:
        await engine.dispose()


def _shown(url: URL) -> str:
    return describe(url).removeprefix("the database ")
