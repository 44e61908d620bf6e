"""The tables of who writes to us and what was said."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import LookedUp, SealedJson, SealedText, StorableText, WhollySealed, by_value
from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.reasons import LONGEST

customers = Table(
    "customers",
    metadata,
    Column("id", ID, primary_key=True),
    must("channel", NAME),
    must("external_id", StorableText),
    moment("created_at"),
    Column("name", WhollySealed),
    Column("phone", WhollySealed),
    Column("person_id", ID, index=True),
    Column("union_id", LookedUp, index=True),
    UniqueConstraint("channel", "external_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("customer_id", ID, to("customers.id"), nullable=False, unique=True),
    must("channel", NAME),
    moment("created_at"),
    moment("updated_at"),
    must("owner", by_value(Owner)),
    Column("agent_id", ID, to("users.id")),
    must("version", Integer),
    must("last_seq", Integer),
    must("script", String(16)),
    Column("case_id", ID),
    Column("question", NAME),
    must("misunderstood", Integer),
    moment("held_at", nullable=True),
    moment("waiting_since", nullable=True),
    moment("owner_since", nullable=True),
    Column("reason", String(LONGEST)),
    Column("group_id", ID),
    Column("note", SealedText),
    moment("callback_asked_at", nullable=True),
    Column("callback_task_id", ID),
    must("announcements", SealedJson),
    Column("agent_read_seq", Integer),
    Column("customer_read_seq", Integer),
    must("row_version", Integer),
    Index(None, "owner", "waiting_since"),
    Index(None, "owner", "updated_at"),
    Index(None, "updated_at"),
)

_is_waiting = text("delivery = 'waiting'")
BY_AGENT = "author = 'agent'"
messages = Table(
    "messages",
    metadata,
    Column("id", ID, primary_key=True),
    must("conversation_id", ID, to("conversations.id")),
    must("seq", Integer),
    must("author", by_value(Author)),
    must("text", SealedText),
    moment("created_at"),
    must("delivery", by_value(Delivery)),
    Column("client_id", StorableText),
    Column("choice", StorableText),
    Column("in_reply_to", ID, to("messages.id")),
    Column("agent_id", ID, to("users.id")),
    Column("clause", NAME),
    Column("clause_version", Integer),
    Column("case_id", ID),
    Column("files", Integer, nullable=False, server_default="0"),
    must("choices", SealedJson),
    Column("reading", SealedJson),
    Column("context", SealedJson),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
    Index(
        "ix_messages_waiting",
        "conversation_id",
        "seq",
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
    Index(
        "ix_messages_read",
        "created_at",
        "id",
        sqlite_where=text("author = 'customer' AND reading IS NOT NULL"),
        postgresql_where=text("author = 'customer' AND reading IS NOT NULL"),
    ),
    Index("ix_messages_said", "created_at", "author", "delivery", "conversation_id", "clause"),
    Index(
        "ix_messages_of_agents",
        "conversation_id",
        "created_at",
        sqlite_where=text(BY_AGENT),
        postgresql_where=text(BY_AGENT),
    ),
)

action_results = Table(
    "action_results",
    metadata,
    Column("turn", ID, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", NAME, primary_key=True),
    must("result", SealedJson),
)
