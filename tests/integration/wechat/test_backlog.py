"""Storms: what comes in faster than it can be stored in its conversations is kept and handed on."""

import asyncio
from contextlib import ExitStack, asynccontextmanager

import pytest
from sqlalchemy import text

from bot.services.pressure import TOO_MANY
from bot.services.runner import RETRY_SECONDS
from bot.services.wechat.backlog import AT_ONCE, Backlog
from tests.official import ANNA, BELA, PASSIVE_S


@pytest.fixture
def storm(official):
    """As many messages are being stored as this process manages."""
    with ExitStack() as stack:
        for _ in range(TOO_MANY):
            stack.enter_context(official.desk.intake.pressure.storing())
        yield stack


async def kept(official):
    async with official.desk.units() as uow:
        return await uow.wechat.backlog(official.desk.clock.now())


async def settle(official):
    """Until all has come to rest; a turn that meets the next message being stored may have to try again."""
    rest = asyncio.create_task(official.settle())
    while not (await asyncio.wait({rest}, timeout=0.05))[0]:
        official.time.wake_all(RETRY_SECONDS[0])
    await rest


async def test_in_a_storm_messages_are_acknowledged_and_answered_afterwards_in_their_order(official, storm):
    official.understands("你好", "greet")
    said = [f"第{number}句" for number in range(AT_ONCE + 3)]
    for number, words in enumerate(said):
        delivery = await official.phone.write(ANNA, words, msg_id=number + 1)
        assert delivery.must_be_fine().outcome == "success"
    await official.phone.write(BELA, "你好", msg_id=99)
    storm.close()
    await settle(official)
    assert await official.asked() == said
    assert official.passive(BELA) == []
    assert official.desk.words.situation("greet", "hans").text in "".join(official.carrier.said)
    assert await kept(official) == []


async def test_calls_that_wait_for_the_bot_are_let_go_when_a_storm_begins(official):
    official.bot_takes(60)
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(PASSIVE_S)
    with ExitStack() as storm:
        for _ in range(TOO_MANY):
            storm.enter_context(official.desk.intake.pressure.storing())
        await official.phone.write(BELA, "你好")
        assert (await call).must_be_fine().outcome == "success"
    official.desk.room.before_answer = None
    official.time.wake_all(60)
    await settle(official)
    assert official.passive() == []
    assert len(official.carrier.said) == 2


async def test_an_answer_that_was_lost_with_its_call_is_given_again_in_a_storm(official):
    official.understands("你好", "greet")
    first = await official.phone.write(ANNA, "你好", msg_id=7)
    with ExitStack() as storm:
        for _ in range(TOO_MANY):
            storm.enter_context(official.desk.intake.pressure.storing())
        again = await official.phone.write(ANNA, "你好", msg_id=7)
    assert (again.outcome, again.text) == (first.outcome, first.text)
    await settle(official)
    assert await official.asked() == ["你好"]


async def test_what_comes_three_times_in_a_storm_is_heard_once(official, storm):
    official.understands("你好", "greet")
    for _ in range(3):
        await official.phone.write(ANNA, "你好", msg_id=7)
    storm.close()
    await settle(official)
    assert await official.asked() == ["你好"]
    assert len(official.carrier.said) == 1


async def test_following_and_leaving_is_never_kept(official, storm):
    assert (await official.phone.follow(ANNA)).text
    assert await kept(official) == []


async def inbounds(official, *texts):
    """What was posted, read."""
    callbacks, clock = official.official._callbacks, official.desk.clock
    calls = (official.call(official.text(words, msg_id=nth + 1)) for nth, words in enumerate(texts))
    return [callbacks.read(*call, clock.now())[0] for call in calls]


async def test_what_a_process_kept_and_died_is_handed_on_by_the_next(official):
    died = Backlog(official.desk.units, official.desk.clock, lambda _: asyncio.Event().wait())
    for inbound in await inbounds(official, "水有怪味", "还有杂质"):
        await died.keep(inbound)
    await died.stop()
    await official.official.backlog.look()
    await settle(official)
    assert await official.asked() == ["水有怪味", "还有杂质"]
    assert await kept(official) == []


async def test_a_message_that_breaks_is_tried_again_later_and_holds_up_nobody(official):
    taken, broken = [], {"第一句"}

    async def take(inbound):
        if inbound.text in broken:
            raise RuntimeError("a broken row")
        taken.append(inbound.text)

    backlog = Backlog(official.desk.units, official.desk.clock, take)
    for inbound in await inbounds(official, "第一句", "第二句"):
        await backlog.keep(inbound)
    await backlog.idle()
    assert taken == ["第二句"]
    assert [one.text for one in await kept(official)] == ["第一句"]
    broken.clear()
    await backlog.look()
    await backlog.idle()
    assert taken == ["第二句", "第一句"]


async def test_what_cannot_be_kept_is_not_acknowledged_as_if_it_were(official, storm):
    async def refuse(_):
        raise RuntimeError("the disk is full")

    official.official.backlog._kept_back = refuse
    told = await official.phone.write(ANNA, "水有怪味")
    assert told.text == official.desk.words.situation("not_kept", "hans").text


async def test_nothing_of_what_is_kept_can_be_read_in_the_table(official, database):
    waiting = Backlog(official.desk.units, official.desk.clock, lambda _: asyncio.Event().wait())
    for inbound in await inbounds(official, "我的电话是13900001234"):
        await waiting.keep(inbound)
    async with database.engine.connect() as connection:
        row = str((await connection.execute(text("SELECT * FROM wechat_backlog"))).one())
    assert not [secret for secret in (ANNA, "13900001234", "电话") if secret in row]
    await waiting.stop()


async def test_what_is_to_be_kept_goes_before_what_is_to_be_handed_on(official, monkeypatch):
    monkeypatch.setattr("bot.services.wechat.backlog.GIVEN_WAY_S", 60)
    happened = []

    @asynccontextmanager
    async def units():
        async with official.desk.units() as uow:
            yield uow
        happened.append("stored")

    async def take(inbound):
        happened.append(inbound.text)

    backlog = Backlog(units, official.desk.clock, take)
    first, second = await inbounds(official, "水有怪味", "还有杂质")
    calls = [asyncio.create_task(backlog.keep(first))]
    await asyncio.sleep(0)  # the first is being kept when the second comes
    await asyncio.sleep(0)
    calls.append(asyncio.create_task(backlog.keep(second)))
    await asyncio.gather(*calls)
    await backlog.idle()
    assert happened[:3] == ["stored", "stored", "水有怪味"]
    assert happened[3:].count("还有杂质") == 1
