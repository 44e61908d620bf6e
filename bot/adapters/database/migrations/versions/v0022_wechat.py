"""The two channels over WeChat, and customers of several channels who are one person."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    for name in ("person_id", "union_id"):
        op.add_column("customers", sa.Column(name, sa.String(length=64), nullable=True))
        op.create_index(op.f(f"ix_customers_{name}"), "customers", [name])
    _chats()
    _sendings()
    _media()
    _shared_by_processes()


def _chats() -> None:
    op.create_table(
        "wechat_chats",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("window_kind", sa.String(length=16), nullable=True),
        sa.Column("window_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("subscribed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sent_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kf_state", sa.Integer(), nullable=True),
        sa.Column("kf_state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("welcome_code", sa.Text(), nullable=True),
        sa.Column("welcome_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _named("wechat_chats", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_wechat_chats")),
    )
    op.create_index(op.f("ix_wechat_chats_channel_window_since"), "wechat_chats", ["channel", "window_since"])
    op.create_table(
        "wechat_turns",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        _named("wechat_turns", "message_id", "messages"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_wechat_turns")),
    )
    op.create_table(
        "wechat_events",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wechat_events")),
    )
    op.create_index(op.f("ix_wechat_events_at"), "wechat_events", ["at"])


def _sendings() -> None:
    op.create_table(
        "wechat_sendings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("to_seq", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _named("wechat_sendings", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_sendings")),
        sa.UniqueConstraint(
            "conversation_id", "from_seq", "part",
            name=op.f("uq_wechat_sendings_conversation_id_from_seq_part"),
        ),
    )  # fmt: skip
    _partial(
        "ix_wechat_sendings_open",
        "wechat_sendings",
        ["conversation_id", "next_at"],
        "state IN ('waiting', 'sending', 'held')",
    )
    op.create_index(op.f("ix_wechat_sendings_created_at"), "wechat_sendings", ["created_at"])


def _media() -> None:
    op.create_table(
        "wechat_media",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _named("wechat_media", "message_id", "messages"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_wechat_media")),
    )
    _partial("ix_wechat_media_awaited", "wechat_media", ["next_at"], "state = 'waiting'")


def _shared_by_processes() -> None:
    op.create_table(
        "wechat_tokens",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_wechat_tokens")),
    )
    op.create_table(
        "wechat_cursors",
        sa.Column("open_kfid", sa.String(length=100), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("open_kfid", name=op.f("pk_wechat_cursors")),
    )


def _named(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), initially="DEFERRED",
        deferrable=True,
    )  # fmt: skip


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
