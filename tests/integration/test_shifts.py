"""Who is there, who is gone, and who gets the next conversation. The clock is turned by hand."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.domain.company import Company
from bot.domain.conversation import Author, Owner
from bot.domain.duty import Assignment, Duty
from bot.domain.groups import State
from bot.services.groups import Groups
from bot.services.shifts import Shifts, in_order
from tests.complaints import SICK, complain
from tests.desks import make_desk
from tests.people import person
from tests.rooms import reading

HUMAN = reading("request_human")


@pytest.fixture
async def consoles(desk):
    """Open consoles: `await consoles(name)` opens one, closing the stack shuts them."""
    async with AsyncExitStack() as stack:
        desk.open = stack
        yield lambda name: stack.enter_async_context(desk.presence.console(name))


@pytest.fixture
async def li(desk, consoles):
    user = await person(desk, "li")
    await consoles("li")
    return user


@pytest.fixture
def giving(units, sealer):
    """A desk that gives conversations out by itself."""
    return make_desk(units, sealer, Company(name="测试公司", desk=Duty(assignment=Assignment.AUTO)))


async def asks(desk, visitor="visitor"):
    await desk.say("转人工", HUMAN, visitor)
    return (await desk.conversation(visitor)).id


async def pass_by(desk, **by):
    """Time passes, with the rounds of the background work in it."""
    step, whole = timedelta(seconds=15), timedelta(**by)
    while whole > timedelta(0):
        desk.clock.turn(seconds=min(step, whole).total_seconds())
        whole -= step
        await desk.shifts.look()


async def state(desk, name="li"):
    return (await desk.presence.states()).get(name, State.OFFLINE)


def lost(desk, lines):
    return [line for line in lines if line.clause == "K-HANDOVER-LOST"]


async def test_who_opens_a_console_is_there_and_who_shuts_the_last_one_has_a_minute(desk, li):
    assert await state(desk) is State.ONLINE
    await desk.open.aclose()
    await pass_by(desk, seconds=45)
    assert await state(desk) is State.ONLINE
    await pass_by(desk, seconds=30)
    assert await state(desk) is State.OFFLINE


async def test_of_two_consoles_one_is_enough(desk, li, consoles):
    async with desk.presence.console("li"):
        pass
    await pass_by(desk, minutes=2)
    assert await state(desk) is State.ONLINE


async def test_who_does_nothing_for_five_minutes_is_away_and_back_with_the_next_sign(desk, li):
    await pass_by(desk, minutes=5)
    assert await state(desk) is State.AWAY
    await desk.presence.sign("li")
    assert await state(desk) is State.ONLINE


async def test_who_says_that_they_are_away_stays_so_whatever_they_do(desk, li):
    await desk.presence.choose("li", away=True)
    desk.clock.turn(minutes=1)
    await desk.presence.sign("li")
    assert await state(desk) is State.AWAY
    await desk.presence.choose("li", away=False)
    assert await state(desk) is State.ONLINE


async def test_who_signs_out_is_offline_at_once(desk, li):
    await desk.presence.left("li")
    assert await state(desk) is State.OFFLINE
    await pass_by(desk, seconds=30)
    assert await state(desk) is State.OFFLINE


async def test_the_round_says_whose_state_changed(desk, li):
    assert await desk.presence.look() == []
    desk.clock.turn(minutes=5)
    assert await desk.presence.look() == ["li"]


async def test_who_vanishes_loses_the_conversation_in_time_and_the_customer_is_told_once(desk, li):
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    await desk.open.aclose()
    await pass_by(desk, minutes=2, seconds=45)
    assert (await desk.conversation()).owner is Owner.AGENT
    await pass_by(desk, seconds=30)
    conversation = await desk.conversation()
    assert (conversation.owner, conversation.agent_id, conversation.reason) == (
        Owner.QUEUE, None, "agent_gone",
    )  # fmt: skip
    await pass_by(desk, minutes=10)
    assert len(lost(desk, await desk.transcript())) == 1


async def test_who_comes_back_in_time_keeps_the_conversation(desk, li, consoles):
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    await desk.open.aclose()
    await pass_by(desk, minutes=2)
    async with desk.presence.console("li"):
        await pass_by(desk, minutes=10)
        assert (await desk.conversation()).agent_id == "li"


async def test_who_is_only_silent_keeps_the_conversation(desk, li):
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    await pass_by(desk, minutes=30)
    assert await state(desk) is State.AWAY
    assert (await desk.conversation()).agent_id == "li"


async def test_a_grave_reason_outlives_the_agent(desk, li):
    await desk.say(SICK, reading("illness"))
    talk = (await desk.conversation()).id
    await desk.agents.claim(talk, "li", "li")
    await desk.presence.left("li")
    await pass_by(desk, minutes=4)
    assert (await desk.conversation()).reason == "illness"


async def test_the_customer_comes_back_to_the_place_that_their_waiting_deserves(desk, li):
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    await desk.write(talk, "li", "请稍等")
    desk.clock.turn(seconds=10)
    written = await desk.send("好的")
    await desk.presence.left("li")
    await pass_by(desk, minutes=4)
    assert (await desk.conversation()).waiting_since == written.created_at


async def test_a_desk_that_was_down_takes_nothing_from_whoever_worked_before(desk, li):
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    desk.clock.turn(hours=2)
    restarted = Shifts(desk.units, desk.words, desk.clock, desk.presence)
    assert await restarted.take_back() == 0
    desk.clock.turn(minutes=3)
    assert await restarted.take_back() == 1


async def test_who_never_opened_a_console_is_not_watched(desk):
    await person(desk, "li")
    talk = await asks(desk)
    await desk.agents.claim(talk, "li", "li")
    await pass_by(desk, minutes=30)
    assert (await desk.conversation()).agent_id == "li"


async def test_whoever_is_free_gets_the_next_one_when_the_company_wants_it_so(giving):
    await person(giving, "li")
    await giving.presence.sign("li")
    await asks(giving)
    await giving.shifts.give_out()
    assert (await giving.conversation()).agent_id == "li"
    last = (await giving.transcript())[-1]
    assert (last.author, "li" in last.text) == (Author.DESK, True)


async def test_nobody_gets_anything_unasked_at_a_desk_that_lets_people_claim(desk, li):
    await asks(desk)
    await pass_by(desk, minutes=1)
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_two_people_share_what_comes(giving):
    for name in ("li", "wang"):
        await person(giving, name)
        await giving.presence.sign(name)
    for visitor in ("a", "b", "c", "d"):
        await asks(giving, visitor)
    assert await giving.shifts.give_out() == 4
    owners = [(await giving.conversation(visitor)).agent_id for visitor in ("a", "b", "c", "d")]
    assert sorted(owners) == ["li", "li", "wang", "wang"]


async def test_who_is_away_or_full_gets_nothing(giving):
    for name in ("li", "wang"):
        await person(giving, name)
        await giving.presence.sign(name)
    await giving.presence.choose("li", away=True)
    await Groups(giving.units, giving.words, giving.clock).set_cap("wang", 1, by="zhou")
    for visitor in ("a", "b"):
        await asks(giving, visitor)
        giving.clock.turn(seconds=1)
    assert await giving.shifts.give_out() == 1
    assert (await giving.conversation("a")).agent_id == "wang"
    assert (await giving.conversation("b")).owner is Owner.QUEUE


async def test_a_business_goes_to_its_people(giving):
    for name in ("li", "wang"):
        await person(giving, name)
        await giving.presence.sign(name)
    groups = Groups(giving.units, giving.words, giving.clock)
    await groups.save("饮料组", by="zhou", packs=["beverage"], members=["wang"])
    await complain(giving)
    await giving.say("转人工", HUMAN)
    await giving.shifts.give_out()
    assert (await giving.conversation()).agent_id == "wang"


async def test_the_queue_begins_with_the_gravest_then_what_is_due_then_who_waits_longest(desk):
    await asks(desk, "first")
    desk.clock.turn(minutes=1)
    await desk.say(SICK, reading("illness"), "ill")
    desk.clock.turn(minutes=1)
    await asks(desk, "second")

    async def order():
        async with desk.units() as uow:
            waiting = await in_order(uow, desk.clock.now())
            return [(await uow.customers.get(one.customer_id)).external_id for one in waiting]

    assert await order() == ["ill", "first", "second"]
    await desk.say("快递费多收了", reading("courier.fee"), "second")
    await desk.say("就这些", reading("chitchat"), "second", choice="submit")
    (case,) = await desk.cases("second")
    desk.clock.turn(seconds=(case.due_at - desk.clock.now() - timedelta(hours=1)).total_seconds())
    assert await order() == ["ill", "second", "first"]
