"""The tables of visits and of what is sent outside."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedText, WhollySealed, by_value
from bot.domain.followup import LetterState, Satisfaction, VisitState, Way

_is_open = text("state IN ('planned', 'asked')")
visits = Table(
    "visits",
    metadata,
    Column("id", ID, primary_key=True),
    must("case_id", ID, to("cases.id")),
    must("conversation_id", ID, to("conversations.id")),
    must("round", Integer),
    must("nth", Integer),
    moment("due_at"),
    moment("next_at"),
    moment("created_at"),
    must("state", by_value(VisitState)),
    must("tries", Integer),
    moment("tried_at", nullable=True),
    Column("way", by_value(Way)),
    Column("satisfaction", by_value(Satisfaction)),
    moment("answered_at", nullable=True),
    Column("answered_by", NAME),
    must("row_version", Integer),
    UniqueConstraint("case_id", "round", "nth"),
    Index(None, "conversation_id", "state"),
    Index(None, "answered_at"),
    Index("ix_visits_open", "next_at", sqlite_where=_is_open, postgresql_where=_is_open),
)

_is_waiting = text("state IN ('waiting', 'sending')")
letters = Table(
    "letters",
    metadata,
    Column("id", ID, primary_key=True),
    must("case_id", ID, to("cases.id")),
    Column("visit_id", ID, to("visits.id")),
    must("way", by_value(Way)),
    must("recipient", WhollySealed),
    must("subject", SealedText),
    must("text", SealedText),
    moment("created_at"),
    moment("next_at"),
    must("state", by_value(LetterState)),
    must("attempts", Integer),
    moment("sent_at", nullable=True),
    must("error", SealedText),
    must("row_version", Integer),
    Index(None, "case_id"),
    Index("ix_letters_waiting", "next_at", sqlite_where=_is_waiting, postgresql_where=_is_waiting),
)
