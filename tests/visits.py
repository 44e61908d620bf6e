"""Walking cases to their visits (回访) in tests, and looking at what became of them."""

import pytest

from bot.domain.followup import VisitState
from bot.domain.process import Filled, Mover
from bot.domain.task import TaskState
from bot.services import moves
from tests.rooms import reading

TO_REMEDY = (("investigate", {}), ("settle", {"result": "已经换货"}))


async def remedy(desk, user, issue="product.quality", **facts):
    """An accepted case of an issue that was settled just now."""
    await desk.say("我要投诉", reading(issue, **facts))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    for arrow, values in TO_REMEDY:
        await take(desk, case.id, arrow, user, values)
    return case


async def take(desk, case_id, arrow, user, values=None, reason=""):
    async with desk.units() as uow:
        case = await uow.cases.get(case_id)
        filled, mover = Filled(values or {}, reason), Mover(user.id, user)
        await moves.perform(uow, desk.words, case, arrow, filled, mover, desk.clock.now())
        await uow.commit()


async def case_of(desk):
    (case,) = await desk.cases()
    return case


async def visits(desk):
    case = await case_of(desk)
    async with desk.units() as uow:
        return await uow.visits.of_case(case.id)


async def tasks(desk, kind):
    case = await case_of(desk)
    async with desk.units() as uow:
        found = await uow.tasks.of_case(case.id)
    return [task for task in found if task.kind is kind and task.state is TaskState.OPEN]


async def history(desk):
    case = await case_of(desk)
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def last(desk):
    return (await desk.transcript())[-1]


async def until(desk, following, wanted, most=40):
    """Turn the clock by half days until `wanted()` holds; the background work goes on meanwhile."""
    for _ in range(most):
        await following.followups.look()
        if await wanted():
            return
        desk.clock.turn(hours=12)
    pytest.fail("it never came to that")


async def asked(desk, following, nth=1):
    async def is_asked():
        done = await visits(desk)
        return len(done) >= nth and done[nth - 1].state is VisitState.ASKED

    await until(desk, following, is_asked)
