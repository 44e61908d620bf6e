"""Photos and videos that customers send."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the files themselves are kept outside of the database."""
    op.add_column("messages", sa.Column("files", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("copy_type", sa.String(length=32), nullable=False),
        sa.Column("copy_size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("conversation_id", sa.String(length=64), nullable=True),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _reference("message_id", "messages"),
        _reference("conversation_id", "conversations"),
        _reference("case_id", "cases"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    _index("channel", "external_id", "created_at")
    _index("message_id")
    _index("conversation_id", "created_at")
    _index("case_id")
    unused = sa.text("message_id IS NULL")
    op.create_index(
        "ix_attachments_unused", "attachments", ["created_at"], sqlite_where=unused, postgresql_where=unused
    )


def _index(*columns: str) -> None:
    op.create_index(op.f(f"ix_attachments_{'_'.join(columns)}"), "attachments", list(columns))


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_attachments_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
