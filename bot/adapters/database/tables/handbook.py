"""The tables of the company's own words for the handbook's clauses."""

from sqlalchemy import JSON, Column, Index, Integer, Table, Text, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must
from bot.adapters.database.types import SealedJson, StorableText, by_value
from bot.domain.handbook.editions import EditionState

_is_draft = text("state = 'draft'")
handbook_editions = Table(
    "handbook_editions",
    metadata,
    Column("id", ID, primary_key=True),
    must("clause", NAME),
    must("number", Integer),
    must("base_version", Integer),
    Column("ways", SealedJson),
    must("note", StorableText),
    moment("wanted_from", nullable=True),
    must("made_by", ID),
    moment("made_at"),
    must("state", by_value(EditionState)),
    must("revision", Integer),
    Column("decided_by", ID),
    moment("decided_at", nullable=True),
    must("reason", Text),
    moment("effective_from", nullable=True),
    must("row_version", Integer),
    Index(None, "clause", "number", unique=True),
    # Two people who begin at once work on the same draft.
    Index(
        "ix_handbook_editions_draft",
        "clause",
        unique=True,
        sqlite_where=_is_draft,
        postgresql_where=_is_draft,
    ),
)

handbook_printed = Table(
    "handbook_printed",
    metadata,
    Column("clause", NAME, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    must("ways", JSON),
    moment("seen_at"),
)
