"""The tables of what the team keeps beside conversations."""

from sqlalchemy import JSON, Column, Index, Table

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedText

notes = Table(
    "notes",
    metadata,
    Column("id", ID, primary_key=True),
    must("conversation_id", ID, to("conversations.id")),
    must("author_id", ID, to("users.id")),
    must("text", SealedText),
    moment("created_at"),
    Index(None, "conversation_id", "id"),
)

tags = Table(
    "tags",
    metadata,
    Column("conversation_id", ID, to("conversations.id"), primary_key=True),
    Column("name", NAME, primary_key=True),
    moment("created_at"),
    must("created_by", ID, to("users.id")),
    Index(None, "name"),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("user_id", ID, to("users.id"), primary_key=True),
    Column("name", NAME, primary_key=True),
    must("query", JSON),
)
