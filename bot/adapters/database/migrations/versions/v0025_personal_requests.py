"""Requests about personal data, and who is trusted with them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the register; so far only admins are trusted."""
    op.add_column(
        "users", sa.Column("personal_data", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "personal_requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.String(length=16), nullable=False) for name in ("kind", "asker", "way")),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("named_by", sa.String(length=100), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("checked", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.String(length=64), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _reference("made_by", "users"),
        _reference("customer_id", "customers"),
        _reference("proposed_by", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_requests")),
    )
    op.create_index(op.f("ix_personal_requests_customer_id"), "personal_requests", ["customer_id"])
    op.create_index(op.f("ix_personal_requests_state_id"), "personal_requests", ["state", "id"])


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_personal_requests_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
