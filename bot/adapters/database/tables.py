"""The tables of the case database.

Foreign keys are checked at commit: without relationships SQLAlchemy does not know how the rows of different
tables depend on one another, and may write them in any order. Where cases and conversations name each other,
only the case's side is a foreign key.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

from bot.adapters.database.types import (
    LookedUp,
    SealedJson,
    SealedText,
    StorableText,
    UtcDateTime,
    WhollySealed,
    by_value,
)
from bot.domain.case import CaseState
from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_ID = String(64)
_NAME = String(100)


def _to(column: str) -> ForeignKey:
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def _time(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=nullable)


def _must(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], *rest: ForeignKey) -> Column[Any]:
    return Column(name, kind, *rest, nullable=False)


customers = Table(
    "customers",
    metadata,
    Column("id", _ID, primary_key=True),
    _must("channel", _NAME),
    _must("external_id", StorableText),
    _time("created_at"),
    UniqueConstraint("channel", "external_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("customer_id", _ID, _to("customers.id"), nullable=False, unique=True),
    _must("channel", _NAME),
    _time("created_at"),
    _time("updated_at"),
    _must("owner", by_value(Owner)),
    Column("agent_id", _ID, _to("users.id")),
    _must("version", Integer),
    _must("last_seq", Integer),
    _must("script", String(16)),
    Column("case_id", _ID),
    Column("question", _NAME),
    _must("misunderstood", Integer),
    _time("held_at", nullable=True),
    _time("waiting_since", nullable=True),
    _must("announcements", SealedJson),
    _must("row_version", Integer),
    Index(None, "owner", "waiting_since"),
    Index(None, "updated_at"),
)

_is_waiting = text("delivery = 'waiting'")
messages = Table(
    "messages",
    metadata,
    Column("id", _ID, primary_key=True),
    _must("conversation_id", _ID, _to("conversations.id")),
    _must("seq", Integer),
    _must("author", by_value(Author)),
    _must("text", SealedText),
    _time("created_at"),
    _must("delivery", by_value(Delivery)),
    Column("client_id", StorableText),
    Column("choice", StorableText),
    Column("in_reply_to", _ID, _to("messages.id")),
    Column("agent_id", _ID, _to("users.id")),
    Column("clause", _NAME),
    Column("clause_version", Integer),
    _must("choices", SealedJson),
    Column("reading", SealedJson),
    Column("context", SealedJson),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
    Index(
        "ix_messages_waiting",
        "conversation_id",
        "created_at",
        sqlite_where=_is_waiting,
        postgresql_where=_is_waiting,
    ),
    Index(
        "ix_messages_unread",
        "created_at",
        sqlite_where=text("author = 'agent' AND reading IS NULL"),
        postgresql_where=text("author = 'agent' AND reading IS NULL"),
    ),
)

_is_draft = text("state = 'draft'")
_is_watched = text("state = 'accepted' AND broken_at IS NULL")
_is_open = text("state = 'accepted'")
cases = Table(
    "cases",
    metadata,
    Column("id", _ID, primary_key=True),
    _must("customer_id", _ID, _to("customers.id")),
    _must("conversation_id", _ID, _to("conversations.id")),
    _must("channel", _NAME),
    _must("issue", _NAME),
    _must("category", _NAME),
    _must("severity", _NAME),
    _must("heat", _NAME),
    _must("text", SealedText),
    _time("opened_at"),
    _time("heard_at"),
    _must("state", by_value(CaseState)),
    Column("number", String(16), unique=True),
    Column("second_issue", _NAME),
    _time("accepted_at", nullable=True),
    _time("due_at", nullable=True),
    Column("extended", Boolean, nullable=False, server_default=false()),
    Column("phone_hash", String(64), index=True),
    _must("urged", Integer),
    _must("fields", SealedJson),
    _must("asked", JSON),
    _must("clauses", JSON),
    Column("normals", SealedJson),
    Column("pack", _NAME),
    Column("process", _NAME),
    Column("step", _NAME),
    _time("step_due_at", nullable=True),
    Column("department", _NAME),
    Column("verdict", _NAME),
    Column("handler_id", _ID, _to("users.id")),
    _time("closed_at", nullable=True),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("merged_into", _ID, _to("cases.id"), index=True),
    _time("paused_since", nullable=True),
    Column("paused_for", _NAME),
    Column("paused_seconds", Integer, nullable=False, server_default="0"),
    Column("findings", SealedJson),
    Column("promise", JSON),
    _time("warned_at", nullable=True),
    _time("broken_at", nullable=True),
    Column("people", Integer, nullable=False, server_default="1"),
    Column("flags", JSON, nullable=False, server_default="[]"),
    Column("judged", SealedJson),
    Column("judged_by", String(16)),
    _time("judge_at", nullable=True),
    Column("repeated", Integer, nullable=False, server_default="1"),
    Column("priority", Integer, nullable=False, server_default="2"),
    Column("parent_id", _ID, _to("cases.id"), index=True),
    _must("row_version", Integer),
    CheckConstraint("merged_into <> id", name="not_into_itself"),
    CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    CheckConstraint("people > 0", name="somebody"),
    CheckConstraint("state IN ('draft', 'withdrawn') OR number IS NOT NULL", name="counted"),
    Index(None, "customer_id", "opened_at"),
    Index(None, "conversation_id", "opened_at"),
    Index(None, "handler_id", "state"),
    Index(None, "department", "state"),
    Index("ix_cases_drafts", "heard_at", sqlite_where=_is_draft, postgresql_where=_is_draft),
    Index("ix_cases_to_judge", "judge_at", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("ix_cases_judged_by", "judged_by", sqlite_where=_is_open, postgresql_where=_is_open),
    Index("ix_cases_watched", "due_at", sqlite_where=_is_watched, postgresql_where=_is_watched),
    # With the id, so that a page is read along them in the order in which it is listed.
    Index(None, "state", "priority", "due_at", "id"),
    Index(None, "state", "accepted_at", "id"),
    Index(None, "state", "issue", "accepted_at", "id"),
)

# What complaints can have in common: read by the counting of same complaints and of outbreaks.
case_things = Table(
    "case_things",
    metadata,
    Column("case_id", _ID, _to("cases.id"), primary_key=True),
    Column("kind", _NAME, primary_key=True),
    Column("value", LookedUp, primary_key=True),
    Column("issue", _NAME, primary_key=True),
    _must("person", String(64)),
    _time("at"),
    Column("alert_id", _ID, _to("tasks.id")),
    Index(None, "value", "issue", "at"),
    Index(None, "at"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", _ID, primary_key=True),
    _must("case_id", _ID, _to("cases.id")),
    _must("seq", Integer),
    _must("kind", _NAME),
    _must("actor", _NAME),
    _time("at"),
    Column("payload", SealedJson),
    # With the salt and the digest in the clear, ten thousand million phones could simply be tried.
    _must("salt", WhollySealed),
    _must("digest", String(64)),
    _must("chain", String(64)),
    UniqueConstraint("case_id", "seq"),
)

action_results = Table(
    "action_results",
    metadata,
    Column("turn", _ID, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", _NAME, primary_key=True),
    _must("result", SealedJson),
)

users = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("login", _NAME, nullable=False, unique=True),
    _must("name", _NAME),
    _must("role", by_value(Role)),
    _must("password_hash", Text),
    _time("created_at"),
    _must("active", Boolean),
    _must("failures", Integer),
    _time("locked_until", nullable=True),
    Column("department", _NAME),
)

holdings = Table(
    "holdings",
    metadata,
    Column("user_id", _ID, _to("users.id"), primary_key=True),
    Column("position", _NAME, primary_key=True),
    Index(None, "position"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", _ID, primary_key=True),
    _must("kind", by_value(TaskKind)),
    _must("title", SealedText),
    _must("assignee_kind", by_value(Assignee)),
    _must("assignee", _NAME),
    _time("created_at"),
    _must("created_by", _NAME),
    Column("case_id", _ID, _to("cases.id"), index=True),
    _time("due_at", nullable=True),
    _must("state", by_value(TaskState)),
    _time("decided_at", nullable=True),
    Column("decided_by", _NAME),
    _must("note", SealedText),
    _must("payload", SealedJson),
    _time("warned_at", nullable=True),
    _time("broken_at", nullable=True),
    _must("row_version", Integer),
    Index(None, "state", "assignee"),
    Index(None, "state", "due_at"),
    Index(
        "ix_tasks_watched",
        "due_at",
        sqlite_where=text("state = 'open' AND broken_at IS NULL"),
        postgresql_where=text("state = 'open' AND broken_at IS NULL"),
    ),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(128), primary_key=True),
    Column("user_id", _ID, _to("users.id"), nullable=False, index=True),
    _time("created_at"),
    _time("expires_at"),
)

calendar_notices = Table(
    "calendar_notices",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    _must("off", JSON),
    _must("worked", JSON),
    _time("loaded_at"),
    _must("loaded_by", _NAME),
)

lookups = Table(
    "lookups",
    metadata,
    Column("id", Integer, primary_key=True),
    _must("who", StorableText),
    _time("at"),
    Index(None, "who", "at"),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
)
