"""How cases are judged, what they have in common, and the outbreaks they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'accepted'")


def upgrade() -> None:
    """Add columns, indexes and the table of things; open cases are judged when the desk starts."""
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
        cases.add_column(sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
        cases.add_column(sa.Column("judged", sa.Text(), nullable=True))
        cases.add_column(sa.Column("judged_by", sa.String(length=16), nullable=True))
        cases.add_column(sa.Column("judge_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("repeated", sa.Integer(), nullable=False, server_default="1"))
        cases.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="2"))
        cases.add_column(sa.Column("parent_id", sa.String(length=64), nullable=True))
        name = op.f("fk_cases_parent_id_cases")
        cases.create_foreign_key(name, "cases", ["parent_id"], ["id"], deferrable=True, initially="DEFERRED")
        cases.create_check_constraint(op.f("ck_cases_not_its_own_parent"), "parent_id <> id")
        cases.create_check_constraint(op.f("ck_cases_somebody"), "people > 0")
    _things()
    _indexes()


def _things() -> None:
    op.create_table(
        "case_things",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("issue", sa.String(length=100), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=True),
        _reference("case_id", "cases"),
        _reference("alert_id", "tasks"),
        sa.PrimaryKeyConstraint("case_id", "kind", "value", "issue", name=op.f("pk_case_things")),
    )
    op.create_index(op.f("ix_case_things_value_issue_at"), "case_things", ["value", "issue", "at"])
    op.create_index(op.f("ix_case_things_at"), "case_things", ["at"])


def _indexes() -> None:
    op.create_index(op.f("ix_cases_parent_id"), "cases", ["parent_id"])
    op.create_index(op.f("ix_cases_merged_into"), "cases", ["merged_into"])
    for columns in (
        ("state", "priority", "due_at", "id"),
        ("state", "accepted_at", "id"),
        ("state", "issue", "accepted_at", "id"),
    ):
        op.create_index(op.f(f"ix_cases_{'_'.join(columns)}"), "cases", list(columns))
    for name, column in (("ix_cases_to_judge", "judge_at"), ("ix_cases_judged_by", "judged_by")):
        op.create_index(name, "cases", [column], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_case_things_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
