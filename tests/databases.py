"""Databases for tests: migrated SQLite files, and an own PostgreSQL server where one is installed.

A server that is already running can be given instead: KESU_TEST_POSTGRES_URL names a database in it, whose
user may create others. Without either the tests on PostgreSQL are skipped (with CI=true: they fail).
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.database import schema
from bot.adapters.listening import free_port

_MIGRATED: list[bytes] = []
_RESTART = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The URL of a PostgreSQL server, started here unless KESU_TEST_POSTGRES_URL gives one."""
    given = os.environ.get("KESU_TEST_POSTGRES_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+asyncpg")
        return
    tools = _tools()
    if tools is None:
        pytest.skip(
            "PostgreSQL is not installed (apt-get install postgresql), and KESU_TEST_POSTGRES_URL is not set"
        )
    if os.geteuid() == 0 and not _is_user("postgres"):
        pytest.skip("PostgreSQL refuses to run as root, and there is no user `postgres` to run it as")
    with tempfile.TemporaryDirectory(prefix="kesu-postgres-", ignore_cleanup_errors=True) as folder:
        yield from _served(tools, Path(folder))


def _served(tools: Path, folder: Path) -> Iterator[URL]:
    data, port = folder / "data", free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    _run(tools / "initdb", "-D", data, "-U", "kesu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        " -c fsync=off -c max_connections=200 -c shared_buffers=32MB"
    )
    _run(tools / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
    try:
        yield make_url(f"postgresql+asyncpg://kesu@127.0.0.1:{port}/postgres")
    finally:
        _run(tools / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


async def run_on_server(server: URL, statement: str) -> None:
    """Run one statement outside any transaction (CREATE DATABASE wants none)."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def migrate(url: str) -> None:
    """Give a database its tables. The migrations run once in a process, then SQLite files are copied."""
    file = _new_file(make_url(url))
    if file is None:
        await schema.upgrade(url)
        return
    if not _MIGRATED:
        with tempfile.TemporaryDirectory(prefix="kesu-migrated-") as folder:
            made = Path(folder) / "kesu.db"
            await schema.upgrade(f"sqlite:///{made}")
            _MIGRATED.append(made.read_bytes())
    await asyncio.to_thread(file.write_bytes, _MIGRATED[0])


def _new_file(url: URL) -> Path | None:
    file = Path(url.database or "")
    return file if url.get_backend_name() == "sqlite" and not file.exists() else None


async def empty(database: URL, tables: Iterable[str]) -> None:
    """Delete every row of a database, and the connections that a broken test has left open.

    TRUNCATE makes every table's and index' file anew, which takes some ten times as long for few rows. But
    who is no superuser cannot do without the keys and the triggers.
    """
    connection = await asyncpg.connect(
        host=database.host,
        port=database.port,
        user=database.username,
        password=database.password,
        database=database.database,
    )
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    names = ", ".join(tables)
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        deletions = "; ".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608 -- names of our tables
        async with connection.transaction():
            # Until whoever still writes has ended.
            await connection.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
            await connection.execute(f"SET LOCAL session_replication_role = replica; {deletions}; {_RESTART}")
    else:
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    await connection.close()


def _tools() -> Path | None:
    found = [path for place in _PLACES for path in Path("/").glob(f"{place[1:]}/pg_ctl")]
    on_path = shutil.which("pg_ctl")
    candidates = sorted(found, key=lambda path: path.parts) + ([Path(on_path)] if on_path else [])
    return candidates[-1].parent if candidates else None


def _run(*command: object) -> None:
    """Run a server tool, as `postgres` when we are root; its output appears only when it fails."""
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as output:  # not a pipe: the server would hold it open
        done = subprocess.run(
            [str(part) for part in command], check=False, stdout=output, stderr=output, cwd="/", **user
        )
        output.seek(0)
        if done.returncode:
            pytest.fail(f"{command[0]} failed:\n{output.read()}")


def _is_user(name: str) -> bool:
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())
