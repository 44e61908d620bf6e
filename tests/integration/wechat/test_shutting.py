"""People are told before a window shuts while its customer still waits for something, and only then."""

import pytest

from bot.domain.task import Assignee, TaskState
from bot.services.wechat.shutting import TASKS, ShuttingWindows
from tests.carriers import Follower, served
from tests.rooms import reading


@pytest.fixture
async def in_hand(desk, database):
    """A follower whom an agent serves."""
    return await served(desk, database.reading_units())


@pytest.fixture
def look(desk, database, in_hand):
    """Look for windows that shut soon; the tasks that are open then."""
    terms = {"wechat": in_hand.carrier.terms}
    windows = ShuttingWindows(desk.units, database.reading_units(), desk.clock, terms)

    async def once():
        await windows.look()
        async with desk.units() as uow:
            return await uow.tasks.open_named(TASKS)

    return once


async def test_the_agent_is_told_once_two_hours_before_the_window_shuts(desk, in_hand, look):
    desk.clock.turn(hours=45, minutes=59)
    assert await look() == []
    desk.clock.turn(minutes=2)
    (task,) = await look()
    assert (task.assignee_kind, task.assignee) == (Assignee.USER, "li")
    assert task.title == "公众号的顾客还在等答复：3月20日10:00 之后就发不出消息了"
    assert task.payload["conversation"] == await in_hand.talk()
    assert [one.id for one in await look()] == [task.id]


async def test_nobody_is_told_of_a_customer_who_was_answered(desk, in_hand, look):
    await in_hand.is_told("在的")
    desk.clock.turn(hours=47)
    assert await look() == []


async def test_what_was_said_but_not_sent_counts_as_unanswered(desk, in_hand, look):
    await in_hand.is_told(*"一二三四五六")
    desk.clock.turn(hours=47)
    (task,) = await look()
    assert task.title.startswith("公众号有没发出的消息，这一轮的条数已用完")


async def test_an_answer_takes_the_task_back(desk, in_hand, look):
    desk.clock.turn(hours=47)
    (task,) = await look()
    await in_hand.is_told("在的")
    assert await look() == []
    async with desk.units() as uow:
        assert (await uow.tasks.get(task.id)).state is TaskState.DROPPED


async def test_a_new_message_takes_it_back_and_opens_a_window_of_which_is_told_again(desk, in_hand, look):
    desk.clock.turn(hours=47)
    await look()
    await in_hand.writes("有人吗")
    assert await look() == []
    desk.clock.turn(hours=47)
    assert len(await look()) == 1


async def test_nobody_is_told_of_a_bots_conversation(desk, database, look):
    other = Follower.of(desk, database.reading_units())
    other.openid = "oOther"
    await other.hears("你好", reading("greet"))
    desk.clock.turn(hours=47)
    assert {task.payload["conversation"] for task in await look()} == {
        await desk.intake.conversation_id("wechat", "oFollower")
    }
