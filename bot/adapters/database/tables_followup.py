"""The tables of visits and of what is sent outside."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.adapters.database.tables import metadata
from bot.adapters.database.types import SealedText, UtcDateTime, WhollySealed, by_value
from bot.domain.followup import LetterState, Satisfaction, VisitState, Way

_ID = String(64)
_is_open = text("state IN ('planned', 'asked')")
_is_waiting = text("state IN ('waiting', 'sending')")

visits = Table(
    "visits",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column(
        "conversation_id",
        _ID,
        ForeignKey("conversations.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
    ),
    Column("round", Integer, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", by_value(VisitState), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_at", UtcDateTime),
    Column("way", by_value(Way)),
    Column("satisfaction", by_value(Satisfaction)),
    Column("answered_at", UtcDateTime),
    Column("answered_by", String(100)),
    Column("row_version", Integer, nullable=False),
    UniqueConstraint("case_id", "round", "nth"),
    Index(None, "conversation_id", "state"),
    Index(None, "answered_at"),
    Index("ix_visits_open", "next_at", sqlite_where=_is_open, postgresql_where=_is_open),
)

letters = Table(
    "letters",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("visit_id", _ID, ForeignKey("visits.id", deferrable=True, initially="DEFERRED")),
    Column("way", by_value(Way), nullable=False),
    Column("recipient", WhollySealed, nullable=False),
    Column("subject", SealedText, nullable=False),
    Column("text", SealedText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("state", by_value(LetterState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("error", SealedText, nullable=False),
    Column("row_version", Integer, nullable=False),
    Index(None, "case_id"),
    Index("ix_letters_waiting", "next_at", sqlite_where=_is_waiting, postgresql_where=_is_waiting),
)
