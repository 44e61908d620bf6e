"""The repository of what there is to do."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_

from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import tasks
from bot.domain.people import User
from bot.domain.task import Assignee, Task, TaskState
from bot.services.ports import Watched

_IS_OPEN = tasks.c.state == TaskState.OPEN
_FIRST_DUE = (tasks.c.due_at.is_(None), tasks.c.due_at, tasks.c.created_at, tasks.c.id)


class SqlTasks(Repository):
    """What there is to do (ports.Tasks)."""

    def add(self, task: Task) -> None:
        """Take a new one in."""
        self._session.add(task)

    async def get(self, id: str) -> Task:
        """By id; NotFound."""
        return await self._get(Task, id)

    async def of_case(self, case_id: str) -> list[Task]:
        """The case's tasks, oldest first."""
        mine = select(Task).where(tasks.c.case_id == case_id)
        return await self._all(mine.order_by(tasks.c.created_at, tasks.c.id))

    async def inbox(
        self, user: User, positions: frozenset[str], limit: int = 200, *, hidden: frozenset[str] = frozenset()
    ) -> list[Task]:
        """The open tasks of a person, their role, department and positions: the first due first."""
        found = select(Task).where(_IS_OPEN, _is_for(user, positions), _is_none_of(hidden))
        return await self._all(found.order_by(*_FIRST_DUE).limit(limit))

    async def count_inbox(
        self, user: User, positions: frozenset[str], *, hidden: frozenset[str] = frozenset()
    ) -> int:
        """How many open tasks there are for them."""
        theirs = (_IS_OPEN, _is_for(user, positions), _is_none_of(hidden))
        return await self._first(select(func.count()).select_from(tasks).where(*theirs)) or 0

    async def of_person(self, user_id: str) -> list[Task]:
        """The open tasks that are given to just this person."""
        theirs = (tasks.c.assignee_kind == Assignee.USER, tasks.c.assignee == user_id)
        return await self._all(select(Task).where(_IS_OPEN, *theirs).order_by(tasks.c.id))

    async def open_named(self, prefix: str) -> list[Task]:
        """The open tasks whose ids begin like this."""
        named = select(Task).where(_IS_OPEN, tasks.c.id.startswith(prefix, autoescape=True))
        return await self._all(named.order_by(tasks.c.created_at))

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open tasks that are due before then and not known to be broken, the first due first."""
        columns = (tasks.c.id, tasks.c.created_at, tasks.c.due_at, tasks.c.warned_at.is_not(None))
        found = select(*columns).where(_IS_OPEN, tasks.c.broken_at.is_(None), tasks.c.due_at < before)
        rows = await self._session.execute(found.order_by(tasks.c.due_at, tasks.c.id).limit(limit))
        return [Watched(*row) for row in rows]


def _is_none_of(hidden: frozenset[str]) -> ColumnElement[bool]:
    """The condition that a task is not of these cases."""
    return or_(tasks.c.case_id.is_(None), tasks.c.case_id.not_in(sorted(hidden))) if hidden else true()


def _is_for(user: User, positions: frozenset[str]) -> ColumnElement[bool]:
    """The condition that `Task.is_for` checks of one task."""
    mine = {
        Assignee.USER: {user.id},
        Assignee.ROLE: {role.value for role in user.roles},
        Assignee.POSITION: set(positions),
        Assignee.DEPARTMENT: {user.department} if user.department else set(),
    }
    # Not as an OR of conditions: of each of these SQLite would read the closed tasks too.
    assigned = [(kind, name) for kind, names in mine.items() for name in sorted(names)]
    return tuple_(tasks.c.assignee_kind, tasks.c.assignee).in_(assigned)
