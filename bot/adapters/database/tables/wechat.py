"""The tables of the two channels over WeChat."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint, text, true

from bot.adapters.database.tables.columns import ID, NAME, metadata, moment, must, to
from bot.adapters.database.types import LookedUp, SealedJson, SealedText, WhollySealed, by_value
from bot.domain.wechat_records import MediaState, SendingState, Way, WindowKind

_is_open = text("state IN ('waiting', 'sending', 'held')")
_is_awaited = text("state = 'waiting'")

wechat_chats = Table(
    "wechat_chats",
    metadata,
    Column("conversation_id", ID, to("conversations.id"), primary_key=True),
    must("channel", NAME),
    must("account", NAME),
    Column("window_kind", by_value(WindowKind)),
    moment("window_since", nullable=True),
    Column("window_sent", Integer, nullable=False, server_default="0"),
    Column("subscribed", Boolean, nullable=False, server_default=true()),
    Column("sent_seq", Integer, nullable=False, server_default="0"),
    moment("warned_at", nullable=True),
    Column("kf_state", Integer),
    moment("kf_state_at", nullable=True),
    Column("welcome_code", WhollySealed),
    moment("welcome_until", nullable=True),
    must("row_version", Integer),
    Index(None, "channel", "window_since"),
)

wechat_turns = Table(
    "wechat_turns",
    metadata,
    Column("message_id", ID, to("messages.id"), primary_key=True),
    must("way", by_value(Way)),
    moment("decided_at"),
    Column("reply", SealedText),
)

# The keys name openids: only their hashes are kept.
wechat_events = Table(
    "wechat_events",
    metadata,
    Column("key", LookedUp, primary_key=True),
    moment("at"),
    Column("reply", SealedText),
    Index(None, "at"),
)

# What is acknowledged and not in its conversation yet; empty unless very much comes in.
wechat_backlog = Table(
    "wechat_backlog",
    metadata,
    Column("key", LookedUp, primary_key=True),
    moment("kept_at"),
    must("place", Integer),
    must("body", WhollySealed),
    Index(None, "kept_at"),
)

wechat_sendings = Table(
    "wechat_sendings",
    metadata,
    Column("id", ID, primary_key=True),
    must("conversation_id", ID, to("conversations.id")),
    must("from_seq", Integer),
    must("to_seq", Integer),
    must("part", Integer),
    must("way", NAME),
    must("body", SealedJson),
    must("state", by_value(SendingState)),
    Column("code", Integer),
    must("error", Text),
    must("attempts", Integer),
    moment("next_at"),
    moment("created_at"),
    moment("sent_at", nullable=True),
    must("row_version", Integer),
    UniqueConstraint("conversation_id", "from_seq", "part"),
    Index(
        "ix_wechat_sendings_open",
        "conversation_id",
        "next_at",
        sqlite_where=_is_open,
        postgresql_where=_is_open,
    ),
    Index(None, "created_at"),
)

wechat_media = Table(
    "wechat_media",
    metadata,
    Column("message_id", ID, to("messages.id"), primary_key=True),
    must("media_id", WhollySealed),
    must("kind", NAME),
    must("state", by_value(MediaState)),
    must("attempts", Integer),
    moment("next_at"),
    moment("created_at"),
    must("row_version", Integer),
    Index("ix_wechat_media_awaited", "next_at", sqlite_where=_is_awaited, postgresql_where=_is_awaited),
)

wechat_tokens = Table(
    "wechat_tokens",
    metadata,
    Column("account", NAME, primary_key=True),
    Column("token", WhollySealed),
    moment("expires_at", nullable=True),
    moment("lease_until", nullable=True),
    Column("alarm", Text),
)

wechat_cursors = Table(
    "wechat_cursors",
    metadata,
    Column("open_kfid", NAME, primary_key=True),
    must("cursor", Text),
    must("holder", String(64)),
    moment("lease_until"),
)
