"""The repository of what there is to do."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import tasks
from bot.domain.people import User
from bot.domain.task import Assignee, Task, TaskState

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

    async def inbox(self, user: User, positions: frozenset[str], limit: int = 200) -> list[Task]:
        """The open tasks of a person, their role, department and positions: the first due first."""
        mine = {Assignee.USER: {user.id}, Assignee.ROLE: {user.role.value}, Assignee.POSITION: positions}
        mine[Assignee.DEPARTMENT] = {user.department} if user.department else set()
        assigned = [
            and_(tasks.c.assignee_kind == kind, tasks.c.assignee.in_(sorted(names)))
            for kind, names in mine.items()
            if names
        ]
        found = select(Task).where(_IS_OPEN, or_(*assigned))
        return await self._all(found.order_by(*_FIRST_DUE).limit(limit))

    async def due_before(self, when: datetime, limit: int = 500) -> list[Task]:
        """Open tasks due before then, the first due first."""
        found = select(Task).where(_IS_OPEN, tasks.c.due_at < when)
        return await self._all(found.order_by(tasks.c.due_at, tasks.c.id).limit(limit))
