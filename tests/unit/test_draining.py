"""What ends gently: turns, rounds of the background work, letters, sockets."""

import asyncio

import pytest

from bot.adapters.background import RasaHealth, background, every
from bot.domain.errors import UnderstandingUnavailable
from bot.services.runner import Runner
from bot.web.live import CHANGED, SENT_AWAY, Hub


class HeldTurns:
    """Turns that are under way until they are let go; the first message of each conversation waits."""

    def __init__(self, *, failing=False):
        self.begun, self.done = [], []
        self.go, self._failing = asyncio.Event(), failing
        self.begins = asyncio.Event()

    async def answer_next(self, conversation_id):
        if conversation_id in self.done:
            return False
        self.begun.append(conversation_id)
        self.begins.set()
        await self.go.wait()
        if self._failing:
            raise UnderstandingUnavailable("Rasa is being stopped")
        self.done.append(conversation_id)
        return True


async def nothing():
    """Let everything that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_turn_under_way_is_finished_and_no_further_one_begins():
    turns = HeldTurns()
    runner = Runner(turns, units=None)
    runner.wake("one")
    await turns.begins.wait()
    assert runner.answering == {"one"}
    finishing = asyncio.create_task(runner.finish(60))
    await nothing()
    runner.wake("two")
    turns.go.set()
    assert await asyncio.wait_for(finishing, 5)
    assert turns.done == turns.begun == ["one"]


async def test_a_turn_that_takes_too_long_is_left_to_the_next_start():
    turns = HeldTurns()
    runner = Runner(turns, units=None)
    runner.wake("one")
    await turns.begins.wait()
    assert not await asyncio.wait_for(runner.finish(0), 5)
    await asyncio.wait_for(runner.stop(), 5)
    assert turns.done == []
    assert not runner.answering


async def test_a_turn_that_waits_for_an_absent_rasa_keeps_nobody_waiting():
    turns = HeldTurns(failing=True)
    turns.go.set()
    runner = Runner(turns, units=None, sleep=lambda _seconds: asyncio.Event().wait())
    runner.wake("one")
    await turns.begins.wait()
    await nothing()
    assert await asyncio.wait_for(runner.finish(60), 5)


async def test_a_turn_whose_rasa_goes_while_the_desk_ends_is_not_tried_again():
    turns = HeldTurns(failing=True)
    runner = Runner(turns, units=None)
    runner.wake("one")
    await turns.begins.wait()
    finishing = asyncio.create_task(runner.finish(60))
    await nothing()
    turns.go.set()
    assert await asyncio.wait_for(finishing, 5)
    assert turns.begun == ["one"]


async def test_a_round_under_way_comes_to_its_end_and_is_the_last_one():
    over, go, done = asyncio.Event(), asyncio.Event(), []

    async def work():
        await go.wait()
        done.append(1)

    async with background(every(0, work, over)) as running:
        await nothing()
        over.set()
        assert not await running.ended(0)
        go.set()
        assert await running.ended(5)
    assert done == [1]


async def test_rounds_that_rest_end_at_once():
    over = asyncio.Event()

    async def work():
        pass

    async with background(every(3600, work, over)) as running:
        await nothing()
        over.set()
        assert await running.ended(5)


class AnsweringRasa:
    async def health(self):
        return {"model": "m"}


async def test_a_desk_that_leaves_is_not_ready_whatever_its_rasa_says():
    health = RasaHealth(AnsweringRasa(), lambda: None)
    await health.look()
    assert health.ready
    health.leaving = True
    await health.look()
    assert not health.ready


def heard(listener):
    news, listener._heard = listener._heard, set()
    return news


@pytest.fixture
def hub():
    return Hub()


async def test_a_socket_that_waits_for_an_answer_is_sent_away_after_it(hub):
    with hub.listening("one") as waiting, hub.listening("two") as idle, hub.listening("three") as nobody:
        hub.follow(waiting, "talk")
        hub.follow(idle, "other")
        heard(waiting), heard(idle)
        hub.send_away(but={"talk"})
        assert (heard(waiting), heard(idle), heard(nobody)) == (set(), {SENT_AWAY}, {SENT_AWAY})
        hub.changed("talk")
        hub.send_away()
        assert heard(waiting) == {CHANGED, SENT_AWAY}


async def test_a_socket_that_comes_too_late_is_sent_away_at_once(hub):
    hub.send_away()
    with hub.listening("late") as listener:
        assert heard(listener) == {SENT_AWAY}


async def test_the_hub_knows_when_all_sockets_have_gone(hub):
    with hub.listening("one"):
        await asyncio.wait_for(hub.empty(0), 5)
        waiting = asyncio.create_task(hub.empty(3600))
        await nothing()
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)
