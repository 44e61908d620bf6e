"""Second factors, browsers by name, one-time links, staff numbers, and who keeps out of which case."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns and tables; everybody's cases are looked through for their names after the start."""
    _users()
    op.add_column("sign_ins", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_ins", sa.Column("browser", sa.Text(), server_default="", nullable=False))
    op.add_column("sign_ins", sa.Column("address", sa.Text(), server_default="", nullable=False))
    op.add_column("sign_ins", sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False))
    _links()
    op.create_table(
        "avoidances",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _reference("avoidances", "user_id", "users"),
        _reference("avoidances", "case_id", "cases"),
        _reference("avoidances", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("user_id", "case_id", name=op.f("pk_avoidances")),
    )
    op.create_index(op.f("ix_avoidances_case_id"), "avoidances", ["case_id"])
    op.create_index(
        op.f("ix_avoidances_conversation_id_user_id"), "avoidances", ["conversation_id", "user_id"]
    )


def _users() -> None:
    op.add_column("users", sa.Column("staff_no", sa.String(length=100), nullable=True))
    op.add_column("users", sa.Column("aliases", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("users", sa.Column("email", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("totp", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("users", sa.Column("recovery", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("users", sa.Column("named_until", sa.String(length=64), server_default="", nullable=True))
    for column in ("email", "subject"):
        op.create_index(f"ix_users_{column}", "users", [column], unique=True)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=True),
        sa.Column("positions", sa.JSON(), nullable=False),
        _reference("links", "user_id", "users"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_user_id"), "links", ["user_id"])


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
