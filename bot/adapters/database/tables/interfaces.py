"""The tables of API tokens and of outgoing webhooks."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, text

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import SealedJson, SealedText, StorableText, WhollySealed, by_value
from bot.domain.webhook import DeliveryState

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, to("users.id"), nullable=False, index=True),
    must("name", NAME),
    Column("token_hash", String(64), nullable=False, unique=True),
    moment("created_at"),
    must("created_by", NAME),
    moment("expires_at"),
    must("scopes", JSON),
    moment("revoked_at", nullable=True),
    moment("last_used_at", nullable=True),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", ID, primary_key=True),
    must("url", StorableText),
    must("secret", WhollySealed),
    moment("created_at"),
    must("created_by", NAME),
    must("events", JSON),
    must("personal", Boolean),
    must("active", Boolean),
)

_is_waiting = text("state IN ('waiting', 'sending')")
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    must("webhook_id", ID, to("webhooks.id")),
    must("event_id", ID),
    must("event", NAME),
    must("payload", SealedJson),
    moment("created_at"),
    moment("next_at"),
    must("state", by_value(DeliveryState)),
    must("attempts", Integer),
    moment("give_up_at", nullable=True),
    moment("sent_at", nullable=True),
    Column("status", Integer),
    must("error", SealedText),
    must("row_version", Integer),
    Index(None, "webhook_id", "created_at"),
    Index(None, "created_at"),
    Index(
        "ix_webhook_deliveries_waiting",
        "webhook_id",
        "next_at",
        sqlite_where=_is_waiting,
        postgresql_where=_is_waiting,
    ),
)
