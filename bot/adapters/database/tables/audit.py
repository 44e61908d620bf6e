"""The table of the audit log; a trigger of its migration refuses every change of a row."""

from sqlalchemy import Column, Index, Integer, String, Table

from bot.adapters.database.tables.columns import NAME, metadata, moment, must
from bot.adapters.database.types import SealedJson, StorableText, WhollySealed

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    must("actor", NAME),
    must("deed", NAME),
    must("object", StorableText),
    must("details", SealedJson),
    must("salt", WhollySealed),
    must("digest", String(64)),
    must("chain", String(64)),
    Index(None, "actor", "seq"),
    Index(None, "deed", "seq"),
    Index(None, "object", "seq"),
    Index(None, "at"),
)
