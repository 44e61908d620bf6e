"""Several processes on one PostgreSQL: each conversation is answered by one of them at a time."""

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.database.turn_leases import ALIVE, BEAT_SECONDS, TurnLeases
from bot.neighbours import TAKE_UP_SECONDS
from bot.services.runner import Runner
from tests.complaints import EMPTY_PACK
from tests.rooms import reading

pytestmark = pytest.mark.postgres


@pytest.fixture
def backend():
    return "postgresql"


@pytest.fixture
async def process(database):
    """Makes a process that is alive, and takes for dead who has not shown itself just now if `hasty`."""

    async def make(*, hasty=False):
        leases = TurnLeases(
            database.engine,
            alive=timedelta(0) if hasty else timedelta(minutes=1),
            waited=timedelta(0),
        )
        await leases.beat()
        return leases

    return make


async def test_of_two_processes_one_gets_a_conversation(process):
    here, there = await process(), await process()
    got = await asyncio.gather(here.take("talk"), there.take("talk"))
    assert sorted(got) == [False, True]


async def test_who_found_another_one_at_it_is_not_forgotten(process):
    here, there = await process(), await process()
    assert await here.take("talk")
    assert not await there.take("talk")
    assert await here.give_back("talk")
    assert await there.take("talk")
    assert not await there.give_back("talk")


async def test_the_leases_of_a_dead_process_are_free_and_those_of_a_living_one_are_not(process):
    dead, here = await process(), await process()
    await dead.take("talk")
    await here.beat()
    assert not await here.take("talk")
    await (await process(hasty=True)).beat()
    assert await here.take("talk")


async def test_a_process_that_leaves_keeps_nobody_waiting(process):
    leaving, here = await process(), await process()
    await leaving.take("talk")
    await leaving.leave()
    assert await here.take("talk")
    await here.beat()
    assert here.others == 0


async def test_processes_count_one_another(process):
    here, _, _ = await process(), await process(), await process()
    await here.beat()
    assert here.others == 2


async def test_what_a_lost_give_back_left_behind_is_free_after_the_next_beat(process, monkeypatch):
    here, there = await process(), await process()
    await here.take("talk")
    with monkeypatch.context() as away:
        away.setattr(here, "_engine", None)
        with pytest.raises(AttributeError):
            await here.give_back("talk")
    assert not await there.take("talk")
    await here.beat()
    assert await there.take("talk")


async def test_only_what_nobody_is_at_is_taken_up(desk, process):
    here, there = await process(), await process()
    message = await desk.send(EMPTY_PACK)
    assert await there.left_waiting() == [message.conversation_id]
    await here.take(message.conversation_id)
    assert await there.left_waiting() == []


async def test_two_processes_answer_a_conversation_once_and_leave_nothing_waiting(desk, process):
    runners = [Runner(desk.turns, desk.units, leases=await process()) for _ in range(2)]
    texts = [f"{EMPTY_PACK}{number}" for number in range(6)]
    for number, text in enumerate(texts):
        desk.room.table[text] = reading("carton.empty")
        message = await desk.send(text)
        runners[number % 2].wake(message.conversation_id)
    for runner in (*runners, *runners):
        await runner.idle()
    assert len(desk.room.turns) == len(set(desk.room.turns)) == len(texts)
    assert all(line.delivery != "waiting" for line in await desk.transcript())


def test_what_a_dead_process_left_is_taken_up_within_half_a_minute():
    assert ALIVE.total_seconds() + BEAT_SECONDS + TAKE_UP_SECONDS < 30
