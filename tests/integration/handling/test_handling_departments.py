"""A case in a department's hands: by when it replies, and who of it may."""

import pytest

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState
from tests.moves import TO_DEPARTMENT, go
from tests.people import person


async def tasks(desk, case):
    async with desk.units() as uow:
        return await uow.tasks.of_case(case.id)


async def test_a_department_has_three_working_days_to_reply(desk, handling, case, li):
    await go(handling, case, li, *TO_DEPARTMENT)
    (now,) = await desk.cases()
    (task,) = [task for task in await tasks(desk, case) if task.state is TaskState.OPEN]
    assert (task.kind, task.assignee_kind, task.assignee) == (
        TaskKind.STEP, Assignee.DEPARTMENT, "responsible",
    )  # fmt: skip
    assert task.due_at == now.step_due_at
    assert (now.step_due_at - desk.clock.now()).days in (3, 4, 5)


async def test_a_department_that_nobody_knows_is_refused(desk, handling, case, li):
    standing = await go(handling, case, li, *TO_DEPARTMENT[:2])
    with pytest.raises(InvalidInput, match="moon"):
        await handling.move(case.id, "dispatch", li, standing.version, {"department": "moon"})
    (now,) = await desk.cases()
    assert (now.step, now.department) == ("founded", None)


async def test_a_department_handler_sees_only_what_was_handed_to_their_department(desk, handling, case, li):
    kitchen = await person(desk, "kitchen", Role.DEPARTMENT, "responsible")
    with pytest.raises(NotFound):
        await handling.moves(case.id, kitchen)
    await go(handling, case, li, *TO_DEPARTMENT)
    standing = await handling.moves(case.id, kitchen)
    assert [move.id for move in standing.moves] == ["reply"]
    await handling.move(case.id, "reply", kitchen, standing.version, {"plan": "换一箱新的"})
    (now,) = await desk.cases()
    assert (now.step, now.handler_id) == ("proposed", "li")


async def test_a_department_handler_of_another_department_sees_nothing(desk, handling, case, li):
    await go(handling, case, li, *TO_DEPARTMENT)
    other = await person(desk, "other", Role.DEPARTMENT, "legal")
    with pytest.raises(NotFound):
        await handling.move(case.id, "reply", other, 99, {"plan": "换"})
