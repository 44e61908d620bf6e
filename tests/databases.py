"""Databases for tests: migrated SQLite files, and an own PostgreSQL server where one is installed.

A server that is already running can be given instead: KESU_TEST_POSTGRES_URL names a database in it, whose
user may create others. Without either the tests on PostgreSQL are skipped (with CI=true: they fail).
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

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
    data, port = folder / "data", _free_port()
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


async def empty(database: URL, tables: Iterable[str]) -> None:
    """Delete every row of a database, and the connections that a broken test has left open."""
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
    await connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
