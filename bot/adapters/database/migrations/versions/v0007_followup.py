"""Visits, what is sent outside, and warnings of promised days."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'accepted' AND broken_at IS NULL")
_OPEN_TASK = sa.text("state = 'open' AND broken_at IS NULL")
_UNREAD = sa.text("author = 'agent' AND reading IS NULL")


def upgrade() -> None:
    """Make the tables and columns; of open cases from before it is noted when they were or will be late."""
    op.add_column("cases", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("broken_at", sa.DateTime(timezone=True), nullable=True))
    _index("ix_cases_watched", "cases", "due_at", _OPEN)
    _index("ix_tasks_watched", "tasks", "due_at", _OPEN_TASK)
    _index("ix_messages_unread", "messages", "created_at", _UNREAD)
    _visits()
    _letters()


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("way", sa.String(length=16), nullable=True),
        sa.Column("satisfaction", sa.String(length=16), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=100), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _reference("visits", "case_id", "cases"),
        _reference("visits", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("case_id", "round", "nth", name=op.f("uq_visits_case_id_round_nth")),
    )
    op.create_index(op.f("ix_visits_conversation_id_state"), "visits", ["conversation_id", "state"])
    op.create_index(op.f("ix_visits_answered_at"), "visits", ["answered_at"])
    _index("ix_visits_open", "visits", "next_at", sa.text("state IN ('planned', 'asked')"))


def _letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=True),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _reference("letters", "case_id", "cases"),
        _reference("letters", "visit_id", "visits"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_case_id"), "letters", ["case_id"])
    _index("ix_letters_waiting", "letters", "next_at", sa.text("state IN ('waiting', 'sending')"))


def _index(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
