"""The tables of what the desk itself keeps: days off, attempts to look up cases, its key."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from bot.adapters.database.tables.columns import NAME, metadata, moment, must
from bot.adapters.database.types import StorableText

calendar_notices = Table(
    "calendar_notices",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    must("off", JSON),
    must("worked", JSON),
    moment("loaded_at"),
    must("loaded_by", NAME),
)

lookups = Table(
    "lookups",
    metadata,
    Column("id", Integer, primary_key=True),
    must("who", StorableText),
    moment("at"),
    Index(None, "who", "at"),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
)
