"""Shadow replays, people's judgements of them, and what they say about suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_READ = sa.text("author = 'customer' AND reading IS NOT NULL")


def upgrade() -> None:
    """Make the tables, and the index along which messages are re-read."""
    op.create_table(
        "shadow_runs",
        _id("id"),
        sa.Column("model_id", sa.String(length=100), nullable=False),
        sa.Column("live_model", sa.String(length=100), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("days", "most")),
        _moment("since"),
        _moment("created_at"),
        _id("created_by"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done", "changed", "others")),
        sa.Column("seconds", sa.Float(), nullable=False),
        _moment("cursor_at", nullable=True),
        sa.Column("cursor_id", sa.String(length=64), nullable=True),
        _moment("taken_at", nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _reference("shadow_runs", "created_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_runs")),
    )
    op.create_index(op.f("ix_shadow_runs_state"), "shadow_runs", ["state"])
    _differences()
    _judgements()
    op.create_index(
        "ix_messages_read",
        "messages",
        ["created_at", "id"],
        sqlite_where=_READ,
        postgresql_where=_READ,
    )


def _differences() -> None:
    table = "shadow_differences"
    op.create_table(
        table,
        _id("run_id"),
        _id("message_id"),
        _id("conversation_id"),
        sa.Column("before", sa.String(length=100), nullable=False),
        sa.Column("after", sa.String(length=100), nullable=False),
        sa.Column("before_confidence", sa.Float(), nullable=False),
        sa.Column("after_confidence", sa.Float(), nullable=False),
        sa.Column("risk", sa.String(length=16), nullable=False),
        _reference(table, "run_id", "shadow_runs"),
        _reference(table, "message_id", "messages"),
        _reference(table, "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("run_id", "message_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_run_id_before_after"), table, ["run_id", "before", "after"])


def _judgements() -> None:
    op.create_table(
        "shadow_judgements",
        _id("message_id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        _id("by"),
        _moment("at"),
        _reference("shadow_judgements", "message_id", "messages"),
        _reference("shadow_judgements", "by", "users"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_shadow_judgements")),
    )
    op.create_table(
        "suggestion_marks",
        _id("key"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("says", sa.String(length=100), nullable=False),
        _id("by"),
        _moment("at"),
        _reference("suggestion_marks", "by", "users"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_suggestion_marks")),
    )


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
