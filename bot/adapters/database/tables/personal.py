"""The table of requests that people make about their own data (docs/privacy.md)."""

from sqlalchemy import JSON, Column, Date, Index, Integer, Table

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedText, by_value
from bot.domain.personal_requests import Asker, RequestKind, RequestState, Way

personal_requests = Table(
    "personal_requests",
    metadata,
    Column("id", ID, primary_key=True),
    must("kind", by_value(RequestKind)),
    must("asker", by_value(Asker)),
    must("way", by_value(Way)),
    must("asked_on", Date),
    moment("due_at"),
    moment("made_at"),
    must("made_by", ID, to("users.id")),
    must("named_by", NAME),
    Column("customer_id", ID, to("customers.id"), index=True),
    must("checked", SealedText),
    must("state", by_value(RequestState)),
    must("reason", SealedText),
    moment("taken_at", nullable=True),
    Column("proposed_by", ID, to("users.id")),
    moment("proposed_at", nullable=True),
    Column("decided_by", NAME),  # the desk itself, too
    moment("decided_at", nullable=True),
    must("result", JSON),
    must("row_version", Integer),
    Index(None, "state", "id"),
)
