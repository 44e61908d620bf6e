"""What SQLite needs from time to time; PostgreSQL does it by itself (autovacuum). `turn` is None there."""

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.adapters.database.writers_turn import WritersTurn

_LOOKED_AT = 100_000  # rows of each index: of fewer SQLite would conclude that every value is rare


async def tend(engine: AsyncEngine, turn: WritersTurn | None) -> None:
    """Let it look at how full its tables are, so that it picks the right index.

    It looks at a part of each index only: seconds at most, however many rows there are.
    """
    if turn is None:
        return
    await turn.take()
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"PRAGMA analysis_limit = {_LOOKED_AT}"))
            await connection.execute(text("ANALYZE"))
    finally:
        turn.give_back()


async def shred(engine: AsyncEngine, turn: WritersTurn | None) -> None:
    """Leave nothing of what was deleted in its files: neither in the search index nor in the log.

    What other connections are reading just then stays in the log until the next time.
    """
    if turn is None:
        return
    await turn.take()
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_shred)
    finally:
        turn.give_back()


def _shred(connection: Connection) -> None:
    """Straight to the driver: within a transaction no checkpoint is made."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        cursor.close()
