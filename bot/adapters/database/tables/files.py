"""The table of uploaded photos and videos; their bytes are kept elsewhere (bot/adapters/files_folder.py)."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedText, StorableText, by_value
from bot.domain.attachment import FileState, Kind

_is_unused = text("message_id IS NULL")
attachments = Table(
    "attachments",
    metadata,
    Column("id", ID, primary_key=True),
    must("channel", NAME),
    must("external_id", StorableText),
    must("kind", by_value(Kind)),
    must("name", SealedText),
    must("media_type", String(32)),
    moment("created_at"),
    must("state", by_value(FileState)),
    must("size", BigInteger),
    must("sha256", String(64)),
    must("copy_type", String(32)),
    must("copy_size", BigInteger),
    Column("width", Integer),
    Column("height", Integer),
    Column("message_id", ID, to("messages.id")),
    Column("conversation_id", ID, to("conversations.id")),
    Column("case_id", ID, to("cases.id")),
    must("row_version", Integer),
    Index(None, "channel", "external_id", "created_at"),
    Index(None, "message_id"),
    Index(None, "conversation_id", "created_at"),
    Index(None, "case_id"),
    Index("ix_attachments_unused", "created_at", sqlite_where=_is_unused, postgresql_where=_is_unused),
)
