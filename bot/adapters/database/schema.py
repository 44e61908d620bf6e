"""The database's schema: bringing it up to date, and saying clearly what is wrong with it.

Run as a program (`python -m bot.adapters.database.schema URL "what changes"`) it writes the next migration
from the difference between the tables and the database at URL. Migrations only lead forward: the way back is
the backup made before.
"""

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.database.engine import BUSY_SECONDS, create_engine, describe, parse_url
from bot.adapters.database.tables import metadata
from bot.domain.errors import ConfigurationError

MIGRATIONS = Path(__file__).parent / "migrations"
_TSVECTOR_INDEX = "ix_search_entries_tokens"  # on PostgreSQL alone: the tables say nothing of it
_NOTED = "alembic_version"  # Alembic's table, with one row: the revision of the database
_TURN_SECONDS = 0.05
_UPGRADE_LOCK = 0x6B657375  # "kesu": two desks that start at once upgrade one after the other


async def upgrade(url: str) -> None:
    """Bring the database to this program's revision; a new SQLite file is created, a current one left alone.

    ConfigurationError when it can't be opened, or a newer program wrote it.
    """
    parsed = parse_url(url)
    async with _connection(parsed) as connection:
        if parsed.get_backend_name() == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
        await connection.run_sync(_upgrade, describe(parsed))


async def check(url: str) -> None:
    """ConfigurationError unless the database can be opened and is at this program's revision."""
    parsed = parse_url(url)
    name = describe(parsed)
    file = _file(parsed)
    if file is not None and not file.exists():  # opening it would create it
        raise ConfigurationError(
            f"There is no {name.removeprefix('the ')}: create it with `kesu db upgrade`."
        )
    async with _connection(parsed) as connection:
        found = await connection.run_sync(_known_revision, name)
    if found != revisions()[-1]:
        raise ConfigurationError(
            f"The tables of {name} are {'older than this program' if found else 'missing'}:"
            " run `kesu db upgrade`."
        )


def knows(revision: str) -> bool:
    """Whether this program can bring a database of this revision up to date; a newer program's it can't."""
    return revision in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """This program's revisions, oldest first, by the names of their files: each follows the one before."""
    files = sorted((MIGRATIONS / "versions").glob("v[0-9]*_*.py"))
    return tuple(file.stem.partition("_")[0].removeprefix("v") for file in files)


def ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 -- Alembic's signature
    """Whether a table of the database is the desk's: Rasa's room may keep its own beside them."""
    if kind == "index" and name == _TSVECTOR_INDEX:
        return False
    return kind != "table" or name in metadata.tables


@asynccontextmanager
async def _connection(url: URL) -> AsyncIterator[AsyncConnection]:
    """A transaction, without foreign keys (SQLite would follow them while a table is copied)."""
    file = _file(url)
    if file is not None and not file.parent.is_dir():
        raise ConfigurationError(
            f"{describe(url)} can't be created: make the folder {file.parent} or change KESU_DATABASE_URL."
        )
    engine = create_engine(url, foreign_keys=False)
    try:
        if file is not None:
            await asyncio.to_thread(_probe, file)
        async with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise ConfigurationError(
            f"{describe(url)} can't be opened ({reason}): make sure that it is there, that the desk may"
            " write to it, and that KESU_DATABASE_URL names it."
        ) from error
    finally:
        await engine.dispose()


def _file(url: URL) -> Path | None:
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _probe(file: Path) -> None:
    """Open the file once by plain means: a failed open through the driver leaves a noisy thread behind.

    The journal is chosen here for all that follow. SQLite doesn't wait for its turn when it changes the
    journal, so desks that start at once on a new file would fail at once.
    """
    patience = time.monotonic() + BUSY_SECONDS
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or time.monotonic() > patience:
                    raise
                time.sleep(_TURN_SECONDS)
            else:
                return


def _upgrade(connection: Connection, name: str) -> None:
    if _known_revision(connection, name) != revisions()[-1]:
        from bot.adapters.database.migrating import migrate  # most starts find nothing to migrate

        migrate(connection, MIGRATIONS)


def _known_revision(connection: Connection, name: str) -> str | None:
    """The database's revision, None when it has none yet; ConfigurationError when we don't know it."""
    has_any = inspect(connection).has_table(_NOTED)
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_NOTED}")) if has_any else None  # noqa: S608 -- a constant
    if found is not None and not knows(found):
        raise ConfigurationError(
            f"{name} is at revision {found}, which this program does not know: a newer one wrote it."
            " Start that one, or restore a backup made before the upgrade."
        )
    return found


async def _write_migration(url: str, message: str) -> None:
    from bot.adapters.database.migrating import write

    async with _connection(parse_url(url)) as connection:
        await connection.run_sync(write, MIGRATIONS, len(revisions()) + 1, message)


if __name__ == "__main__":
    asyncio.run(_write_migration(*sys.argv[1:]))
