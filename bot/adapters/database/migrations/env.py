"""Alembic's environment: runs on the connection that bot/adapters/database/schema.py hands in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum
from sqlalchemy.types import TypeDecorator

from bot.adapters.database.schema import ours
from bot.adapters.database.tables import metadata


def _plain_types(kind: str, value: Any, _context: object) -> str | Literal[False]:  # noqa: ANN401 -- any item
    """Write our column types into migrations as what they are to the database: those outlive our code."""
    if kind == "type" and isinstance(value, TypeDecorator):
        return f"sa.{value.impl!r}"
    if kind == "type" and isinstance(value, Enum):
        return f"sa.String(length={value.length})"
    return False


def _run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=ours,
        render_item=_plain_types,
        render_as_batch=True,  # SQLite alters a table by copying it
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
