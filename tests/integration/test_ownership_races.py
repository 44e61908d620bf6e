"""Two processes want the same conversation at once: one gets it, the other hears who did."""

import asyncio

import pytest

from bot.adapters.database.unit_of_work import Database
from bot.domain.company import Company
from bot.domain.conversation import Author, Owner
from bot.domain.duty import Assignment, Duty
from bot.domain.errors import Conflict
from bot.domain.people import Role
from bot.services.groups import Groups
from bot.services.ownership import Ownership
from bot.services.presence import Presences
from bot.services.shifts import Shifts
from tests.desks import make_desk
from tests.people import person
from tests.rooms import reading

AUTO = Company(name="测试公司", desk=Duty(assignment=Assignment.AUTO))


@pytest.fixture
async def elsewhere(database_url, sealer, live):
    """Units of a second `Database`: like another process, it shares nothing with the first but the data."""
    opened = Database(database_url, sealer)
    yield opened.units(live)
    await opened.close()


@pytest.fixture
def other(elsewhere, desk):
    """The same deeds in the other process."""
    return Ownership(elsewhere, desk.words, desk.clock)


@pytest.fixture
async def talk(desk):
    for login in ("li", "wang"):
        await person(desk, login)
    await person(desk, "boss", Role.SUPERVISOR)
    await desk.say("转人工", reading("request_human"))
    return (await desk.conversation()).id


async def boss(desk):
    async with desk.units() as uow:
        return await uow.people.get("boss")


def refused(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


async def test_of_two_who_claim_at_once_the_second_hears_the_winners_name(desk, other, talk):
    for _ in range(5):
        outcomes = await asyncio.gather(
            desk.agents.claim(talk, "li", "li"), other.claim(talk, "wang", "wang"), return_exceptions=True
        )
        winner = (await desk.conversation()).agent_id
        (refusal,) = refused(outcomes)
        assert isinstance(refusal, Conflict)
        assert f"{winner}已经接手了这个会话" in str(refusal)
        await desk.agents.release(talk, winner)


async def test_a_claim_and_a_supervisors_assignment_at_once_leave_one_owner(desk, other, talk):
    version, by = (await desk.conversation()).version, await boss(desk)
    outcomes = await asyncio.gather(
        desk.agents.claim(talk, "li", "li", expected=version),
        other.assign(talk, "wang", by, expected=version),
        return_exceptions=True,
    )
    assert [type(one) for one in refused(outcomes)] == [Conflict]
    conversation = await desk.conversation()
    assert conversation.version == version + 1
    assert conversation.agent_id == ("wang" if outcomes[1] is None else "li")


async def test_a_release_and_an_end_at_once_leave_one_of_both(desk, other, talk):
    await desk.agents.claim(talk, "li", "li")
    version, by = (await desk.conversation()).version, await boss(desk)
    outcomes = await asyncio.gather(
        desk.agents.release(talk, "li", expected=version),
        other.close(talk, by, expected=version),
        return_exceptions=True,
    )
    assert [type(one) for one in refused(outcomes)] == [Conflict]
    owner = (await desk.conversation()).owner
    assert owner is (Owner.CLOSED if outcomes[1] is None else Owner.BOT)


async def test_who_claims_two_at_once_gets_no_more_than_they_may_have(desk, other, talk):
    await Groups(desk.units, desk.words, desk.clock).set_cap("li", 1, by="zhou")
    await desk.say("转人工", reading("request_human"), "other")
    second = (await desk.conversation("other")).id
    outcomes = await asyncio.gather(
        desk.agents.claim(talk, "li", "li"), other.claim(second, "li", "li"), return_exceptions=True
    )
    assert [type(one) for one in refused(outcomes)] == [Conflict]


async def test_two_desks_that_give_out_at_once_give_each_conversation_once(units, elsewhere, sealer):
    desk = make_desk(units, sealer, AUTO)
    for login in ("li", "wang"):
        await person(desk, login)
        await desk.presence.sign(login)
    await Groups(units, desk.words, desk.clock).set_cap("li", 2, by="zhou")
    for visitor in "abcd":
        await desk.say("转人工", reading("request_human"), visitor)
    beside = Shifts(elsewhere, desk.words, desk.clock, Presences(elsewhere, desk.words, desk.clock))
    given = await asyncio.gather(desk.shifts.give_out(), beside.give_out())
    # What both wanted at one moment one of them leaves to the next round.
    given = [*given, await desk.shifts.give_out()]
    owners = [(await desk.conversation(visitor)).agent_id for visitor in "abcd"]
    assert (sum(given), set(owners)) == (4, {"li", "wang"})
    assert owners.count("li") <= 2


async def test_two_desks_that_take_back_at_once_tell_the_customer_once(desk, elsewhere, talk):
    await desk.presence.sign("li")
    beside = Shifts(elsewhere, desk.words, desk.clock, Presences(elsewhere, desk.words, desk.clock))
    await desk.agents.claim(talk, "li", "li")
    desk.clock.turn(minutes=4)
    assert sum(await asyncio.gather(desk.shifts.take_back(), beside.take_back())) == 1
    lines = [line for line in await desk.transcript() if line.clause == "K-HANDOVER-LOST"]
    assert [line.author for line in lines] == [Author.DESK]


async def test_who_comes_back_while_the_desk_takes_back_keeps_or_loses_it_whole(desk, elsewhere, talk):
    await desk.presence.sign("li")
    await desk.agents.claim(talk, "li", "li")
    desk.clock.turn(minutes=4)
    back = Presences(elsewhere, desk.words, desk.clock)
    taken, _ = await asyncio.gather(desk.shifts.take_back(), back.sign("li"))
    assert (await desk.conversation()).owner is (Owner.QUEUE if taken else Owner.AGENT)
