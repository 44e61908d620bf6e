"""The tables of the people of the desk and what there is to do."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, false, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedJson, SealedText, StorableText, WhollySealed, by_value
from bot.domain.people import Avoiding, LinkKind, Role
from bot.domain.task import Assignee, TaskKind, TaskState

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("login", NAME, nullable=False, unique=True),
    must("name", NAME),
    must("role", by_value(Role)),
    must("password_hash", Text),
    moment("created_at"),
    must("active", Boolean),
    must("failures", Integer),
    moment("locked_until", nullable=True),
    Column("department", NAME),
    Column("staff_no", NAME),
    Column("aliases", JSON, nullable=False, server_default="[]"),
    Column("email", String(200)),
    Column("subject", StorableText),
    Column("totp", WhollySealed),
    Column("totp_step", Integer),
    Column("recovery", JSON, nullable=False, server_default="[]"),
    Column("named_until", ID, server_default=""),
    Column("personal_data", Boolean, nullable=False, server_default=false()),
    Index("ix_users_email", "email", unique=True),
    Index("ix_users_subject", "subject", unique=True),
)

holdings = Table(
    "holdings",
    metadata,
    Column("user_id", ID, to("users.id"), primary_key=True),
    Column("position", NAME, primary_key=True),
    Index(None, "position"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(128), primary_key=True),
    Column("user_id", ID, to("users.id"), nullable=False, index=True),
    moment("created_at"),
    moment("expires_at"),
    moment("seen_at", nullable=True),
    Column("browser", StorableText, nullable=False, server_default=""),
    Column("address", StorableText, nullable=False, server_default=""),
    Column("waits", Boolean, nullable=False, server_default=false()),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", String(128), primary_key=True),
    must("kind", by_value(LinkKind)),
    moment("created_at"),
    must("created_by", NAME),
    moment("expires_at"),
    must("login", NAME),
    Column("user_id", ID, to("users.id"), index=True),
    must("role", by_value(Role)),
    Column("department", NAME),
    must("positions", JSON),
)

avoidances = Table(
    "avoidances",
    metadata,
    Column("user_id", ID, to("users.id"), primary_key=True),
    Column("case_id", ID, to("cases.id"), primary_key=True, index=True),
    must("conversation_id", ID, to("conversations.id")),
    must("how", by_value(Avoiding)),
    moment("at"),
    must("by", NAME),
    must("reason", SealedText),
    Index(None, "conversation_id", "user_id"),
)

IS_PROMISE, IS_ALERT = "kind = 'promise'", "kind = 'alert'"
tasks = Table(
    "tasks",
    metadata,
    Column("id", ID, primary_key=True),
    must("kind", by_value(TaskKind)),
    must("title", SealedText),
    must("assignee_kind", by_value(Assignee)),
    must("assignee", NAME),
    moment("created_at"),
    must("created_by", NAME),
    Column("case_id", ID, to("cases.id"), index=True),
    moment("due_at", nullable=True),
    must("state", by_value(TaskState)),
    moment("decided_at", nullable=True),
    Column("decided_by", NAME),
    must("note", SealedText),
    must("payload", SealedJson),
    moment("warned_at", nullable=True),
    moment("broken_at", nullable=True),
    must("row_version", Integer),
    Index(
        "ix_tasks_open",
        "assignee_kind",
        "assignee",
        "due_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_tasks_watched",
        "due_at",
        sqlite_where=text("state = 'open' AND broken_at IS NULL"),
        postgresql_where=text("state = 'open' AND broken_at IS NULL"),
    ),
    Index(
        "ix_tasks_promises",
        "due_at",
        "case_id",
        sqlite_where=text(IS_PROMISE),
        postgresql_where=text(IS_PROMISE),
    ),
    Index("ix_tasks_alerts", "created_at", sqlite_where=text(IS_ALERT), postgresql_where=text(IS_ALERT)),
)
