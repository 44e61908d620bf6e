"""The normal forms of a case's facts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; cases from before it have none."""
    op.add_column("cases", sa.Column("normals", sa.Text(), nullable=True))
