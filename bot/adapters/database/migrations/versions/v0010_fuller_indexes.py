"""Indexes for a million cases: by what the list of cases, the inbox and the month's report ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN_CASE = sa.text("state = 'accepted'")
_OPEN_TASK = sa.text("state = 'open'")
_WAITING = sa.text("delivery = 'waiting'")
_REPLACED = (
    ("ix_cases_handler_id_state", "cases"),
    ("ix_cases_department_state", "cases"),
    ("ix_cases_state_priority_due_at_id", "cases"),
    ("ix_cases_state_accepted_at_id", "cases"),
    ("ix_cases_state_issue_accepted_at_id", "cases"),
    ("ix_tasks_state_assignee", "tasks"),
    ("ix_tasks_state_due_at", "tasks"),
    ("ix_messages_waiting", "messages"),
)
_OF_OPEN_CASES = (
    "priority", "due_at", "id", "step_due_at", "severity", "heat", "issue", "department", "handler_id",
    "accepted_at",
)  # fmt: skip
_LISTED = ("accepted_at", "id", "severity", "heat")


def upgrade() -> None:
    """Make the new ones in place of the narrower ones."""
    for name, table in _REPLACED:
        op.drop_index(name, table_name=table)
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    _partial("ix_cases_open", "cases", _OF_OPEN_CASES, _OPEN_CASE)
    op.create_index("ix_cases_listed", "cases", ["state", "accepted_at", "id"])
    op.create_index("ix_cases_of_severity", "cases", ["state", "severity", "accepted_at", "id", "heat"])
    op.create_index("ix_cases_of_heat", "cases", ["state", "heat", "accepted_at", "id", "severity"])
    op.create_index("ix_cases_of_issue", "cases", ["state", "issue", *_LISTED])
    op.create_index("ix_cases_of_department", "cases", ["department", "state", *_LISTED])
    op.create_index("ix_cases_of_handler", "cases", ["handler_id", "state", *_LISTED])
    _partial("ix_tasks_open", "tasks", ("assignee_kind", "assignee", "due_at"), _OPEN_TASK)
    op.create_index("ix_conversations_owner_updated_at", "conversations", ["owner", "updated_at"])
    _partial("ix_messages_waiting", "messages", ("conversation_id", "seq", "created_at"), _WAITING)


def _partial(name: str, table: str, columns: tuple[str, ...], where: sa.TextClause) -> None:
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
