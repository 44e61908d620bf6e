"""Tasks for tests: put into a desk, looked up, decided."""

from bot.domain.errors import Conflict
from bot.domain.task import Assignee, Task, TaskKind
from bot.services.inbox import Outcome
from tests.desks import WORKDAY_MORNING as NOW
from tests.records import store

MANAGER = (Assignee.POSITION, "general_manager")


class Decisions:
    """What decided approvals made true; as long as `broken`, nothing can be made true."""

    def __init__(self):
        self.made = []
        self.broken = False

    async def __call__(self, uow, words, decision):
        if self.broken:
            raise Conflict("投诉在这期间有了变化。")
        self.made.append((decision.task.id, decision.approved, decision.by.login, decision.note))


async def put(door, kind=TaskKind.CALL, to=(Assignee.ROLE, "agent"), id="t1", **more):
    values = {"title": "给顾客回电", "created_at": NOW, "created_by": "desk", **more}
    task = Task(
        id, kind, values.pop("title"), *to, values.pop("created_at"), values.pop("created_by"), **values
    )
    await store(door.desk.units, ("tasks", task))
    return task


async def stored(door, id="t1"):
    async with door.desk.units() as uow:
        return await uow.tasks.get(id)


async def history(door, case):
    async with door.desk.units() as uow:
        return await uow.cases.history(case)


async def decide(inbox, task, user, outcome=Outcome.DONE, note=""):
    await inbox.decide(task.id, user, outcome, note, task.version)
