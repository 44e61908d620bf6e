"""Engines: one place that knows how SQLite and PostgreSQL are opened, and closed."""

import asyncio
import contextlib
import time
from typing import Any, cast

from sqlalchemy import URL, Connection, ExceptionContext, QueuePool, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.adapters.database import quick_sqlite
from bot.adapters.database.sealing import Sealer
from bot.domain.errors import ConfigurationError

READ_ONLY = "kesu_read_only"
BUSY_SECONDS = 30  # how long a writer waits for its turn before it gives up
ANSWER_SECONDS = 30  # how long PostgreSQL may take for a statement of the desk's
RESTED_SECONDS = 1.0  # a connection that lay idle for longer is asked whether it is still there
_GIVE_BACK_SECONDS = 5.0  # how long a closing engine waits for its connections
_LOOK_SECONDS = 0.01
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_EXAMPLES = "sqlite:///kesu.db or postgresql://user:password@host/database"


def parse_url(text: str) -> URL:
    """The database URL with our driver; ConfigurationError unless it is a SQLite file or PostgreSQL."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(
            f"KESU_DATABASE_URL is not a database URL: set it to something like {_EXAMPLES}."
        ) from error
    driver = _DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise ConfigurationError(f"KESU_DATABASE_URL names {url.drivername}: use {_EXAMPLES}.")
    url = url.set(drivername=driver)
    if driver.startswith("sqlite"):
        if url.database in (None, "", ":memory:"):
            raise ConfigurationError("KESU_DATABASE_URL names no file: use something like sqlite:///kesu.db.")
        return url
    if "sslmode" in url.query:  # libpq's word, common in ready-made URLs; asyncpg's is `ssl`
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url


def describe(url: URL) -> str:
    """The database for people: the file, or the URL with its password hidden."""
    if url.get_backend_name() == "sqlite":
        return f"the database file {url.database}"
    return f"the database {url.set(drivername='postgresql').render_as_string(hide_password=True)}"


def create_engine(
    url: URL,
    sealer: Sealer | None = None,
    *,
    foreign_keys: bool = True,
    answers_within: float | None = None,
) -> AsyncEngine:
    """An engine for `url`; `sealer` opens and closes its sealed columns.

    PostgreSQL may take `answers_within` seconds for a statement: a machine that is gone closes no connection,
    and without an end to it whoever waits for an answer would wait for good.
    On SQLite transactions begin IMMEDIATE unless the connection has the execution option READ_ONLY: a
    transaction that reads first and writes later would fail at once when another has written meanwhile.
    """
    if url.get_backend_name() == "sqlite":
        options = {"timeout": BUSY_SECONDS, "async_creator_fn": quick_sqlite.connect}
        engine = create_async_engine(url, hide_parameters=True, connect_args=options)
        _prepare_sqlite(engine, foreign_keys=foreign_keys)
    else:
        engine = create_async_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": BUSY_SECONDS, "command_timeout": answers_within},
        )
        _ask_rested(engine)
        event.listen(engine.sync_engine, "handle_error", _give_up_silent)
        event.listen(engine.sync_engine, "handle_error", _drop_detail)
    engine.dialect.kesu_sealer = sealer  # type: ignore[attr-defined] # read by bot.adapters.database.types
    return engine


async def close_engine(engine: AsyncEngine) -> None:
    """Close the connections of an engine; those in use first get some seconds to be given back.

    Who is cancelled with a connection in hand gives it back a little later, and to an engine that is closed
    already it would stay open for good.
    """
    pool = cast("QueuePool", engine.pool)  # which both files and servers have
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GIVE_BACK_SECONDS):
            while pool.checkedout():  # noqa: ASYNC110 -- a pool tells nobody when it is given one
                await asyncio.sleep(_LOOK_SECONDS)
    await engine.dispose()


def _ask_rested(engine: AsyncEngine) -> None:
    """Have connections that lay idle asked whether they are still there, and made anew if not.

    SQLAlchemy's own `pool_pre_ping` asks before each transaction: three round trips, as many as a small
    transaction itself takes.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 -- the driver's connection
        since = record.info.get("rests_since")
        if since is None or time.monotonic() - since < RESTED_SECONDS:
            return
        if not engine.dialect._do_ping_w_event(connection):  # noqa: SLF001 -- what pool_pre_ping calls
            raise InvalidatePoolError


def _give_up_silent(context: ExceptionContext) -> None:
    """Whoever did not answer in time is not asked to roll back either, for which there is no limit."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def _drop_detail(context: ExceptionContext) -> None:
    """Take the row out of PostgreSQL's errors: it quotes openids and names, which nobody logs."""
    original = context.original_exception
    for error in (original, original.__cause__, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(
                arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args
            )
    if getattr(original.__cause__, "detail", None):
        original.__cause__.detail = None  # type: ignore[union-attr] # the driver's own error


def _prepare_sqlite(engine: AsyncEngine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's connection
        connection.isolation_level = None  # the driver begins nothing by itself
        try:
            _set_pragmas(connection, foreign_keys=foreign_keys)
        except Exception:  # raised again: whatever it was, nothing may stay open
            connection.close()  # a connection that isn't in the pool yet is closed by nobody else
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READ_ONLY, False)
        quick: Any = connection.connection.driver_connection
        quick.begin("BEGIN" if reading else "BEGIN IMMEDIATE")


def _set_pragmas(connection: Any, *, foreign_keys: bool) -> None:  # noqa: ANN401 -- the driver's connection
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",  # NORMAL can lose an acknowledged message when the power fails
        f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
