"""Rasa is away, or the desk was: nothing that customers wrote is lost, and nothing is done twice."""

import asyncio

import pytest

from bot.domain.conversation import Delivery, Owner
from bot.domain.errors import UnderstandingUnavailable
from bot.services.runner import Runner
from tests.complaints import EMPTY_PACK
from tests.rooms import reading


async def test_a_turn_that_is_repeated_repeats_nothing(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    message = await desk.send(EMPTY_PACK)

    async def die():
        raise UnderstandingUnavailable("the answer was lost on its way")

    desk.room.before_answer = die
    with pytest.raises(UnderstandingUnavailable):
        await desk.turns.answer_next(message.conversation_id)
    desk.room.before_answer = None
    await desk.turns.answer_next(message.conversation_id)
    assert len(await desk.cases()) == 1
    printed = desk.words.clause("S-BEV-TETRA-1", "hans").text
    assert [line.text for line in await desk.transcript()].count(printed) == 1


async def test_while_the_room_is_down_the_customer_is_told_once_and_nothing_is_lost(desk):
    desk.room.down = True
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    message = await desk.send(EMPTY_PACK)
    for _ in range(3):
        with pytest.raises(UnderstandingUnavailable):
            await desk.turns.answer_next(message.conversation_id)
    holding = desk.words.situation("holding", "hans").text
    assert [line.text for line in await desk.transcript()].count(holding) == 1
    desk.room.down = False
    assert await desk.turns.answer_next(message.conversation_id)
    assert len(await desk.cases()) == 1


async def test_a_room_that_stays_away_too_long_gives_the_customer_to_a_human(desk):
    desk.room.down = True
    message = await desk.send(EMPTY_PACK)
    desk.runner.wake(message.conversation_id)
    await desk.runner.idle()
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert (await desk.transcript())[0].delivery is Delivery.FOR_HUMAN


async def test_waiting_messages_are_answered_as_soon_as_the_room_is_back(desk):
    paused = asyncio.Event()

    async def for_ever(seconds):
        paused.set()
        await asyncio.Event().wait()

    runner = Runner(desk.turns, desk.units, sleep=for_ever)
    desk.room.down = True
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    runner.wake((await desk.send(EMPTY_PACK)).conversation_id)
    await paused.wait()
    desk.room.down = False
    runner.hurry()
    await runner.idle()
    assert len(await desk.cases()) == 1


async def test_a_restarted_desk_finds_the_waiting_messages(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    await desk.send(EMPTY_PACK)
    await desk.runner.take_up()
    await desk.runner.idle()
    assert len(await desk.cases()) == 1
