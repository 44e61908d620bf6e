"""The tables of shadow replays, and of what people say about suggestions."""

from sqlalchemy import Column, Float, Index, Integer, Table

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedText, StorableText, by_value
from bot.domain.shadow import Risk, ShadowState
from bot.domain.suggestions import MarkKind

shadow_runs = Table(
    "shadow_runs",
    metadata,
    Column("id", ID, primary_key=True),
    must("model_id", NAME),
    Column("live_model", NAME),
    must("days", Integer),
    must("most", Integer),
    moment("since"),
    moment("created_at"),
    must("created_by", ID, to("users.id")),
    must("total", Integer),
    must("state", by_value(ShadowState)),
    must("done", Integer),
    must("changed", Integer),
    must("others", Integer),
    must("seconds", Float),
    moment("cursor_at", nullable=True),
    Column("cursor_id", ID),
    moment("taken_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("error", StorableText),
    must("row_version", Integer),
    Index(None, "state"),
)

shadow_differences = Table(
    "shadow_differences",
    metadata,
    Column("run_id", ID, to("shadow_runs.id"), primary_key=True),
    Column("message_id", ID, to("messages.id"), primary_key=True),
    must("conversation_id", ID, to("conversations.id")),
    must("before", NAME),
    must("after", NAME),
    must("before_confidence", Float),
    must("after_confidence", Float),
    must("risk", by_value(Risk)),
    Index(None, "run_id", "before", "after"),
)

shadow_judgements = Table(
    "shadow_judgements",
    metadata,
    Column("message_id", ID, to("messages.id"), primary_key=True),
    must("text", SealedText),
    must("label", NAME),
    must("by", ID, to("users.id")),
    moment("at"),
)

suggestion_marks = Table(
    "suggestion_marks",
    metadata,
    Column("key", ID, primary_key=True),
    must("kind", by_value(MarkKind)),
    must("where", StorableText),
    must("label", NAME),
    must("text", SealedText),
    must("says", NAME),
    must("by", ID, to("users.id")),
    moment("at"),
)
