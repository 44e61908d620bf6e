"""Which desk processes there are, and which conversation each of them is answering."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables.

    On PostgreSQL they are unlogged: what they hold means nothing after a crash of the database, and so a turn
    need not wait for the disk for them.
    """
    quick = ["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else []
    op.create_table(
        "desk_processes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_processes")),
        prefixes=quick,
    )
    op.create_table(
        "turn_leases",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_turn_leases")),
        prefixes=quick,
    )
