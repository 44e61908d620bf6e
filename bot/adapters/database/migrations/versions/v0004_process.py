"""Where a case stands in its process."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, with what must hold of them; cases from before get a step when they are moved."""
    with op.batch_alter_table("cases") as cases:
        for name, kind in (
            ("pack", sa.String(length=100)),
            ("process", sa.String(length=100)),
            ("step", sa.String(length=100)),
            ("step_due_at", sa.DateTime(timezone=True)),
            ("department", sa.String(length=100)),
            ("verdict", sa.String(length=100)),
            ("handler_id", sa.String(length=64)),
            ("closed_at", sa.DateTime(timezone=True)),
            ("merged_into", sa.String(length=64)),
            ("paused_since", sa.DateTime(timezone=True)),
            ("paused_for", sa.String(length=100)),
            ("findings", sa.Text()),
            ("promise", sa.JSON()),
        ):
            cases.add_column(sa.Column(name, kind, nullable=True))
        for name in ("round", "paused_seconds"):
            cases.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for column, table in (("handler_id", "users"), ("merged_into", "cases")):
            cases.create_foreign_key(
                op.f(f"fk_cases_{column}_{table}"),
                table,
                [column],
                ["id"],
                deferrable=True,
                initially="DEFERRED",
            )
        cases.create_check_constraint(op.f("ck_cases_not_into_itself"), "merged_into <> id")
        cases.create_check_constraint(
            op.f("ck_cases_counted"), "state IN ('draft', 'withdrawn') OR number IS NOT NULL"
        )
    _indexes()


def _indexes() -> None:
    """The cases of a handler, a department and a step."""
    op.create_index(op.f("ix_cases_handler_id_state"), "cases", ["handler_id", "state"])
    op.create_index(op.f("ix_cases_department_state"), "cases", ["department", "state"])
