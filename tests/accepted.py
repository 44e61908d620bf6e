"""Accepted cases for tests, complained of through the whole desk by visitors with names."""

from bot.domain.case import CaseState
from bot.domain.people import Role
from bot.services.judging import Judging
from bot.services.outbreaks import Outbreaks
from tests.records import a_user
from tests.rooms import reading


async def accepted(desk, visitor, label="carton.empty", text=None, **facts):
    """A visitor complains and submits; their newest case. A phone number tells people apart, as in life."""
    before = {case.id for case in await desk.cases(visitor)}
    await desk.say(text or f"{visitor}：{label}", reading(label, **facts), visitor)
    await desk.say("就这些", reading("chitchat"), visitor, choice="submit")
    now = await desk.cases(visitor)
    case = next((case for case in now if case.id not in before), now[-1])
    assert case.state is CaseState.ACCEPTED
    return case


def judging(desk):
    return Judging(desk.units, desk.words, desk.clock)


def outbreaks(desk):
    return Outbreaks(desk.units, desk.words, desk.clock)


async def again(desk, case):
    """The case as it stands in the database now."""
    async with desk.units() as uow:
        return await uow.cases.get(case.id)


async def history(desk, case, kind=None):
    async with desk.units() as uow:
        events = await uow.cases.history(case.id)
    return [event for event in events if kind in (None, event.kind)]


async def version(desk, case):
    return (await history(desk, case))[-1].seq


async def employ(desk, id, role=Role.AGENT):
    """Somebody with a login."""
    user = a_user(id)
    user.role = role
    async with desk.units() as uow:
        uow.people.add(user)
        await uow.commit()
    return user
