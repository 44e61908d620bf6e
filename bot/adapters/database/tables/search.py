"""The index for searching: bot/domain/search_text.py says what stands in it.

On SQLite an FTS5 table over `tokens`, kept by triggers, is searched; on PostgreSQL the column itself, along
an index (GIN). The migration makes both: neither can be written here for both databases.
"""

from sqlalchemy import Boolean, Column, Integer, Table, UniqueConstraint

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must
from bot.adapters.database.types import Indexed

search_entries = Table(
    "search_entries",
    metadata,
    Column("nr", Integer, primary_key=True),
    must("kind", NAME),
    must("ref", ID),
    must("conversation_id", ID),
    moment("at"),
    must("source_version", Integer),
    must("tokens", Indexed),
    UniqueConstraint("kind", "ref"),
)

# How far the entries of what was there before the index, or before its present form, have been made.
search_progress = Table(
    "search_progress",
    metadata,
    Column("kind", NAME, primary_key=True),
    must("form", Integer),
    must("after", ID),
    must("done", Boolean),
)
