"""What came in over WeChat faster than it could be handed to its conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "wechat_backlog",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_wechat_backlog")),
    )
    op.create_index(op.f("ix_wechat_backlog_kept_at"), "wechat_backlog", ["kept_at"])
