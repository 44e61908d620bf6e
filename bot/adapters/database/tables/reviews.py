"""The tables of messages worth a look, of what reviewers made of them, and of proposed labels."""

from typing import Any

from sqlalchemy import JSON, Column, Dialect, Float, Index, Integer, LargeBinary, Table, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedJson, SealedText, by_value
from bot.domain.correction import CorrectionKind, Part
from bot.domain.review import ReviewState


class SealedParts(SealedJson):
    """The rows of a correction, as sealed JSON."""

    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401 -- SQLAlchemy's
        """Write the rows."""
        rows = None if value is None else [part.to_json() for part in value]
        return super().process_bind_param(rows, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any | None:  # noqa: ANN401 -- SQLAlchemy's
        """Read them."""
        rows = super().process_result_value(value, dialect)
        return None if rows is None else tuple(map(Part.from_json, rows))


_waits = text("waiting > 0")
review_groups = Table(
    "review_groups",
    metadata,
    Column("id", ID, primary_key=True),
    must("normal", SealedText),
    moment("newest_at"),
    moment("rank_at"),
    Column("vector", LargeBinary),
    Column("space", NAME),
    must("waiting", Integer),
    must("row_version", Integer),
    Index("ix_review_groups_waiting", "rank_at", sqlite_where=_waits, postgresql_where=_waits),
)

_apart = text("group_id IS NULL")
reviews = Table(
    "reviews",
    metadata,
    Column("message_id", ID, to("messages.id"), primary_key=True),
    must("conversation_id", ID, to("conversations.id")),
    moment("at"),
    moment("noted_at"),
    Column("label", NAME),
    must("confidence", Float),
    must("reasons", JSON),
    Column("meant", NAME),
    Column("group_id", ID, to("review_groups.id")),
    must("state", by_value(ReviewState)),
    Column("correction_id", ID, to("corrections.id")),
    Column("settled_by", ID, to("users.id")),
    moment("settled_at", nullable=True),
    must("asked", JSON),
    must("row_version", Integer),
    Index(None, "group_id", "state"),
    Index(None, "state", "at"),
    Index("ix_reviews_apart", "message_id", sqlite_where=_apart, postgresql_where=_apart),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", ID, primary_key=True),
    must("message_id", ID, to("messages.id")),
    must("by", ID, to("users.id")),
    moment("at"),
    must("kind", by_value(CorrectionKind)),
    must("parts", SealedParts),
    moment("replaced_at", nullable=True),
    Index(None, "message_id"),
)

# How far the ledger has been looked through.
review_progress = Table(
    "review_progress",
    metadata,
    Column("kind", NAME, primary_key=True),
    must("after", ID),
)

label_proposals = Table(
    "label_proposals",
    metadata,
    Column("id", ID, primary_key=True),
    must("title", NAME),
    must("description", SealedText),
    must("clause", NAME),
    must("examples", SealedJson),
    must("by", ID, to("users.id")),
    moment("at"),
    moment("changed_at"),
    Column("changed_by", ID, to("users.id")),
    must("row_version", Integer),
)
