"""What was read, which case a line announces, and whom a host site says that a customer is."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nobody is known to have read what was said before."""
    op.add_column("conversations", sa.Column("agent_read_seq", sa.Integer(), nullable=True))
    op.add_column("conversations", sa.Column("customer_read_seq", sa.Integer(), nullable=True))
    op.add_column("messages", sa.Column("case_id", sa.String(length=64), nullable=True))
    op.add_column("customers", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("customers", sa.Column("phone", sa.Text(), nullable=True))
