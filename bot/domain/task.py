"""What somebody at the desk has to do: approvals, calls, visits, promises, the next step of a case."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.errors import Conflict
from bot.domain.people import User

ASKED = "review"  # in a payload: the customer's message that somebody is asked about


class TaskKind(StrEnum):
    """Why there is something to do."""

    APPROVAL = "approval"  # say yes or no to what somebody else proposes
    STEP = "step"  # move a case on, before its deadline
    CALL = "call"  # telephone a customer who can't be reached otherwise
    PROMISE = "promise"  # keep what bot or agent promised
    VISIT = "visit"  # ask the customer afterwards (回访)
    ALERT = "alert"  # look at something out of the ordinary at once
    REVIEW = "review"  # confirm what a machine found


class Assignee(StrEnum):
    """Who is to do it: one person, or whoever has a position, a role, or belongs to a department."""

    USER = "user"
    POSITION = "position"
    ROLE = "role"
    DEPARTMENT = "department"


class TaskState(StrEnum):
    """Open until it is decided; dropped when it has become pointless."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"


@dataclass(eq=False)
class Task:
    """One thing to do, with a date where there is one. `payload` holds what its kind needs to know."""

    id: str
    kind: TaskKind
    title: str
    assignee_kind: Assignee
    assignee: str
    created_at: datetime
    created_by: str
    case_id: str | None = None
    due_at: datetime | None = None
    state: TaskState = TaskState.OPEN
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    warned_at: datetime | None = None
    broken_at: datetime | None = None

    @property
    def version(self) -> str:
        """Changes with everything on which a person decides, but not with warnings about it."""
        seen = {"title": self.title, "due": self.due_at and self.due_at.timestamp(), "more": self.payload}
        whole = json.dumps(seen, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def is_for(self, user: User, positions: Collection[str]) -> bool:
        """Whether it is this person's to do, who holds these positions."""
        if not user.active:
            return False
        if self.assignee_kind is Assignee.USER:
            return self.assignee == user.id
        if self.assignee_kind is Assignee.ROLE:
            return self.assignee in {role.value for role in user.roles}
        if self.assignee_kind is Assignee.DEPARTMENT:
            return self.assignee == user.department
        return self.assignee in positions

    def decide(self, state: TaskState, by: str, now: datetime, note: str = "") -> None:
        """Close it, once; Conflict when somebody else was quicker."""
        if self.state is not TaskState.OPEN:
            raise Conflict(f"“{self.title}”已经处理过了，请刷新后再看。")
        self.state, self.decided_by, self.decided_at, self.note = state, by, now, note


@dataclass(frozen=True)
class Decision:
    """What a person said to a task, and when: yes (or that it is done), or no. `note` is stripped."""

    task: Task
    approved: bool
    by: User
    at: datetime
    note: str = ""

    def close(self) -> None:
        """Close the task with it, unless that is done already."""
        if self.task.state is TaskState.OPEN:
            state = TaskState.DONE if self.approved else TaskState.REFUSED
            self.task.decide(state, self.by.id, self.at, self.note)
