"""What an agent promises in writing becomes a dated task, once they say that it was a promise."""

import pytest

from bot.domain.people import Role
from bot.domain.task import TaskKind, TaskState
from bot.domain.workdays import SHANGHAI
from bot.services.deadlines import Watch
from bot.services.following import EFFECTS
from bot.services.inbox import Inbox, Outcome
from bot.services.promises import Promises
from tests.complaints import complain
from tests.people import person
from tests.rooms import reading

SENT = "给您添麻烦了，我们48小时内给您回电。"


@pytest.fixture
def promises(desk):
    return Promises(desk.units, desk.units, desk.room, desk.words, desk.clock)


@pytest.fixture
def inbox(desk):
    return Inbox(desk.units, desk.words, desk.clock, str, EFFECTS)


@pytest.fixture
async def li(desk):
    await complain(desk)
    await desk.silence(minutes=9)
    agent = await person(desk, "li")
    await desk.agents.claim((await desk.conversation()).id, "li", "小李")
    return agent


async def write(desk, text):
    return await desk.write((await desk.conversation()).id, "li", text)


async def tasks(desk, kind):
    (case,) = await desk.cases()
    async with desk.units() as uow:
        return [task for task in await uow.tasks.of_case(case.id) if task.kind is kind]


async def history(desk):
    (case,) = await desk.cases()
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def test_a_promise_in_what_an_agent_wrote_is_proposed_to_them_once(desk, promises, li):
    message = await write(desk, SENT)
    await promises.look()
    await promises.look()
    (task,) = await tasks(desk, TaskKind.REVIEW)
    assert (task.assignee, task.payload["words"], task.payload["message"]) == ("li", "48小时内", message.id)
    assert (task.due_at - message.created_at).total_seconds() == 48 * 3600
    assert "3月20日" in task.title


async def test_a_confirmed_promise_is_to_be_kept_and_kept_in_time(desk, promises, li, inbox):
    await write(desk, SENT)
    await promises.look()
    (proposed,) = await tasks(desk, TaskKind.REVIEW)
    await inbox.decide(proposed.id, li, Outcome.DONE, "", proposed.version)
    (promise,) = await tasks(desk, TaskKind.PROMISE)
    assert promise.due_at == proposed.due_at
    await inbox.decide(promise.id, li, Outcome.DONE, "已回电", promise.version)
    assert [kind for kind in await history(desk) if "promise" in kind] == ["promised", "promise_kept"]


async def test_what_the_agent_says_was_no_promise_is_none(desk, promises, li, inbox):
    await write(desk, SENT)
    await promises.look()
    (proposed,) = await tasks(desk, TaskKind.REVIEW)
    await inbox.decide(proposed.id, li, Outcome.REFUSED, "说的是快递", proposed.version)
    assert await tasks(desk, TaskKind.PROMISE) == []


async def test_a_broken_promise_is_told_to_the_supervisors_and_may_still_be_kept_late(
    desk, promises, li, inbox
):
    await write(desk, SENT)
    await promises.look()
    (proposed,) = await tasks(desk, TaskKind.REVIEW)
    await inbox.decide(proposed.id, li, Outcome.DONE, "", proposed.version)
    desk.clock.turn(hours=49)
    await Watch(desk.units, desk.units, desk.words, desk.clock).look()
    (promise,) = await tasks(desk, TaskKind.PROMISE)
    assert promise.broken_at == desk.clock.now()
    assert Role.SUPERVISOR in [task.assignee for task in await tasks(desk, TaskKind.ALERT)]
    await inbox.decide(promise.id, li, Outcome.DONE, "晚了一小时", promise.version)
    kinds = [kind for kind in await history(desk) if "promise" in kind]
    assert kinds == ["promised", "promise_broken", "promise_kept_late"]


async def test_a_day_is_read_by_the_room(desk, promises, li):
    text = "明天给您答复。"
    found = reading("inform", date="明天").entities[0]
    desk.room.table[text] = reading("inform")
    desk.room.table[text] = type(desk.room.table[text])(
        label="inform", confidence=0.9, entities=(type(found)("date", "明天", 0, 2, "2026-03-19"),)
    )
    await write(desk, text)
    await promises.look()
    (task,) = await tasks(desk, TaskKind.REVIEW)
    assert task.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == "03-19 18:00"


async def test_while_rasa_is_away_nothing_is_found_and_nothing_is_lost(desk, promises, li):
    await write(desk, SENT)
    desk.room.down = True
    assert await promises.look() == 0
    assert await tasks(desk, TaskKind.REVIEW) == []
    desk.room.down = False
    await promises.look()
    assert len(await tasks(desk, TaskKind.REVIEW)) == 1


async def test_what_promises_nothing_is_read_once_and_proposes_nothing(desk, promises, li):
    await write(desk, "我们会尽快给您答复。")
    assert await promises.look() == 1
    assert await promises.look() == 0
    assert await tasks(desk, TaskKind.REVIEW) == []


async def test_what_the_bot_announces_is_the_cases_promise_already(desk, promises, li):
    assert "accepted" in await history(desk)
    assert await promises.look() == 0
    assert await tasks(desk, TaskKind.REVIEW) == []


async def test_an_unconfirmed_promise_is_warned_of_too(desk, promises, li):
    await write(desk, SENT)
    await promises.look()
    desk.clock.turn(hours=47)
    await Watch(desk.units, desk.units, desk.words, desk.clock).look()
    (task,) = await tasks(desk, TaskKind.REVIEW)
    assert (task.state, task.warned_at) == (TaskState.OPEN, desk.clock.now())
