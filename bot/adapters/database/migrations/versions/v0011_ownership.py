"""Who takes which conversation: reasons, groups, and who is at their console."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and make the tables."""
    for column in (
        _moment("owner_since"),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("group_id", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _moment("callback_asked_at"),
        sa.Column("callback_task_id", sa.String(length=64), nullable=True),
    ):
        op.add_column("conversations", column)
    op.create_table(
        "desk_groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("packs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_groups")),
        sa.UniqueConstraint("title", name=op.f("uq_desk_groups_title")),
    )
    op.create_table(
        "memberships",
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        _reference("memberships", "group_id", "desk_groups"),
        _reference("memberships", "user_id", "users"),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"])
    _make_presences()


def _make_presences() -> None:
    op.create_table(
        "presences",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        _moment("alive_at"),
        _moment("sign_at"),
        _moment("left_at"),
        sa.Column("chose_away", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        _moment("assigned_at"),
        sa.Column("cap", sa.Integer(), nullable=True),
        _reference("presences", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_presences")),
    )


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
