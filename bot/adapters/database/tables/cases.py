"""The tables of cases and what they have in common."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import LookedUp, SealedJson, SealedText, WhollySealed, by_value
from bot.domain.case import CaseState

_is_draft = text("state = 'draft'")
_is_watched = text("state = 'accepted' AND broken_at IS NULL")
_is_open = text("state = 'accepted'")
_OF_OPEN = (
    "priority", "due_at", "id", "step_due_at", "severity", "heat", "issue", "department", "handler_id",
    "accepted_at",
)  # fmt: skip
_OF_LISTED = ("accepted_at", "id", "severity", "heat")
_OF_REPORTED = ("state", "handler_id", "department", "issue", "channel", "pack", "due_at")
HANDLED_BY_PEOPLE = "kind IN ('handed_over', 'claimed', 'conversation_assigned', 'transferred')"
REOPENED = "kind = 'reopened'"
cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    must("customer_id", ID, to("customers.id")),
    must("conversation_id", ID, to("conversations.id")),
    must("channel", NAME),
    must("issue", NAME),
    must("category", NAME),
    must("severity", NAME),
    must("heat", NAME),
    must("text", SealedText),
    moment("opened_at"),
    moment("heard_at"),
    must("state", by_value(CaseState)),
    Column("number", String(16), unique=True),
    Column("second_issue", NAME),
    moment("accepted_at", nullable=True),
    moment("due_at", nullable=True),
    Column("extended", Boolean, nullable=False, server_default=false()),
    Column("phone_hash", String(64), index=True),
    must("urged", Integer),
    must("fields", SealedJson),
    must("asked", JSON),
    must("clauses", JSON),
    Column("normals", SealedJson),
    Column("pack", NAME),
    Column("process", NAME),
    Column("step", NAME),
    moment("step_due_at", nullable=True),
    Column("department", NAME),
    Column("verdict", NAME),
    Column("handler_id", ID, to("users.id")),
    moment("closed_at", nullable=True),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("merged_into", ID, to("cases.id"), index=True),
    moment("paused_since", nullable=True),
    Column("paused_for", NAME),
    Column("paused_seconds", Integer, nullable=False, server_default="0"),
    Column("findings", SealedJson),
    Column("promise", JSON),
    moment("warned_at", nullable=True),
    moment("broken_at", nullable=True),
    Column("people", Integer, nullable=False, server_default="1"),
    Column("flags", JSON, nullable=False, server_default="[]"),
    Column("judged", SealedJson),
    Column("judged_by", String(16)),
    moment("judge_at", nullable=True),
    Column("repeated", Integer, nullable=False, server_default="1"),
    Column("priority", Integer, nullable=False, server_default="2"),
    Column("parent_id", ID, to("cases.id"), index=True),
    must("row_version", Integer),
    CheckConstraint("merged_into <> id", name="not_into_itself"),
    CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    CheckConstraint("people > 0", name="somebody"),
    CheckConstraint("state IN ('draft', 'withdrawn') OR number IS NOT NULL", name="counted"),
    Index(None, "customer_id", "opened_at"),
    Index(None, "conversation_id", "opened_at"),
    Index("ix_cases_drafts", "heard_at", sqlite_where=_is_draft, postgresql_where=_is_draft),
    Index("ix_cases_to_judge", "judge_at", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("ix_cases_judged_by", "judged_by", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("ix_cases_watched", "due_at", sqlite_where=_is_watched, postgresql_where=_is_watched),
    # A page of the list is read along these, in its order (so the id); what other filters ask stands in the
    # index too, so that rows that don't fit are passed over without being fetched.
    Index("ix_cases_open", *_OF_OPEN, sqlite_where=_is_open, postgresql_where=_is_open),
    Index("ix_cases_listed", "state", "accepted_at", "id"),
    Index("ix_cases_of_severity", "state", "severity", "accepted_at", "id", "heat"),
    Index("ix_cases_of_heat", "state", "heat", "accepted_at", "id", "severity"),
    Index("ix_cases_of_issue", "state", "issue", *_OF_LISTED),
    Index("ix_cases_of_department", "department", "state", *_OF_LISTED),
    Index("ix_cases_of_handler", "handler_id", "state", *_OF_LISTED),
    # The reports count a stretch of these and look at no row of the table.
    Index("ix_cases_reported", "accepted_at", *_OF_REPORTED, "id"),
    Index("ix_cases_finished", "closed_at", *_OF_REPORTED, "accepted_at", "paused_seconds", "id"),
)

# What complaints can have in common: read by the counting of same complaints and of outbreaks.
case_things = Table(
    "case_things",
    metadata,
    Column("case_id", ID, to("cases.id"), primary_key=True),
    Column("kind", NAME, primary_key=True),
    Column("value", LookedUp, primary_key=True),
    Column("issue", NAME, primary_key=True),
    must("person", String(64)),
    moment("at"),
    Column("alert_id", ID, to("tasks.id")),
    Index(None, "value", "issue", "at"),
    Index(None, "at"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", ID, primary_key=True),
    must("case_id", ID, to("cases.id")),
    must("seq", Integer),
    must("kind", NAME),
    must("actor", NAME),
    moment("at"),
    Column("payload", SealedJson),
    # With the salt and the digest in the clear, ten thousand million phones could simply be tried.
    must("salt", WhollySealed),
    must("digest", String(64)),
    must("chain", String(64)),
    UniqueConstraint("case_id", "seq"),
    Index(
        "ix_case_events_by_people",
        "case_id",
        sqlite_where=text(HANDLED_BY_PEOPLE),
        postgresql_where=text(HANDLED_BY_PEOPLE),
    ),
    Index(
        "ix_case_events_reopened",
        "at",
        "case_id",
        sqlite_where=text(REOPENED),
        postgresql_where=text(REOPENED),
    ),
)
