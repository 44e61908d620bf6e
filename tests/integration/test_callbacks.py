"""While nobody is there a customer may have a telephone call instead of waiting."""

from datetime import datetime

import pytest

from bot.domain.conversation import Author, Owner
from bot.domain.reading import Entity
from bot.domain.task import Assignee, TaskKind, TaskState
from bot.domain.workdays import SHANGHAI
from bot.services.callbacks import CALL_BACK
from tests.complaints import complain
from tests.people import person
from tests.rooms import reading

HUMAN = reading("request_human")
EVENING = datetime(2026, 3, 18, 20, 0, tzinfo=SHANGHAI)  # a Wednesday


def words_of(desk, situation, **values):
    return desk.words.situation(situation, "hans", values=values).text


@pytest.fixture
def evening(desk):
    desk.clock.turn(seconds=(EVENING - desk.clock.now()).total_seconds())
    return desk


async def offered(desk):
    """The buttons of the offer."""
    return next((line.choices for line in await desk.transcript() if line.clause == "K-CALLBACK-OFFER"), [])


async def calls(desk):
    """The open calls that were agreed with customers."""
    li = await person(desk, f"li{desk.said}")
    async with desk.units() as uow:
        tasks = await uow.tasks.inbox(li, frozenset())
    return [task for task in tasks if task.kind is TaskKind.CALL]


async def press(desk, button):
    return await desk.say(button["text"], choice=button["id"])


def says(text, normal):
    return reading("inform", 0.9, normal=None) if normal is None else _dated(text, normal)


def _dated(text, normal):
    found = reading("inform")
    entity = Entity("date", text, 0, len(text), normal)
    return type(found)(label="inform", confidence=0.9, script="hans", normal=text, entities=(entity,))


async def test_outside_office_hours_the_next_half_days_are_offered(evening):
    await evening.say("转人工", HUMAN)
    assert [row["text"] for row in await offered(evening)] == [
        "明天（周四）9:00-12:00", "明天（周四）12:00-18:00", "3月20日（周五）9:00-12:00", "不用回电",
    ]  # fmt: skip
    assert (await evening.conversation()).owner is Owner.QUEUE


async def test_within_office_hours_it_is_offered_when_nobody_is_online(desk):
    await person(desk, "li")
    await desk.presence.sign("li")
    await desk.presence.left("li")
    said = await desk.say("转人工", HUMAN)
    assert said == [words_of(desk, "hand_over.nobody"), words_of(desk, "callback.offer")]
    assert (await offered(desk))[0]["text"] == "今天10:00-12:00"


async def test_nothing_is_offered_while_somebody_is_online(evening):
    await person(evening, "li")
    await evening.presence.sign("li")
    assert await evening.say("转人工", HUMAN) == [words_of(evening, "hand_over")]


async def test_a_pressed_time_becomes_a_call_with_a_date_and_the_conversation_waits_on(evening):
    await evening.say("转人工", HUMAN)
    said = await press(evening, (await offered(evening))[1])
    assert said == [
        words_of(evening, "callback.noted", **{"callback.time": "明天（周四）12:00-18:00"}),
        words_of(evening, "callback.phone"),
    ]
    (call,) = await calls(evening)
    conversation = await evening.conversation()
    assert (call.assignee_kind, call.assignee) == (Assignee.ROLE, "agent")
    assert call.due_at == EVENING.replace(day=19, hour=18)
    assert (call.payload["conversation"], call.id) == (conversation.id, conversation.callback_task_id)
    assert conversation.owner is Owner.QUEUE
    assert not evening.room.turns[1:]


async def test_the_call_belongs_to_the_case_and_its_number_is_not_asked_for_again(evening):
    await evening.say("盒子是空的，13900001234", reading("carton.empty", phone="13900001234", product="奶茶"))
    await evening.say("就这些", reading("chitchat"), choice="submit")
    await evening.say("转人工", HUMAN)
    said = await press(evening, (await offered(evening))[0])
    assert words_of(evening, "callback.phone") not in said
    (call,) = await calls(evening)
    (case,) = await evening.cases()
    assert (call.case_id, case.number in call.title) == (case.id, True)


async def test_no_call_is_wanted(evening):
    await evening.say("转人工", HUMAN)
    assert await press(evening, (await offered(evening))[-1]) == [words_of(evening, "callback.declined")]
    assert await calls(evening) == []


@pytest.mark.parametrize("choice", [f"{CALL_BACK}.20990101-0900-1200", f"{CALL_BACK}.", f"{CALL_BACK}.x-y"])
async def test_a_time_that_was_never_offered_agrees_nothing(evening, choice):
    await evening.say("转人工", HUMAN)
    await evening.say("随便", choice=choice)
    assert await calls(evening) == []


@pytest.mark.parametrize(("text", "normal", "told"), [
    ("明天下午三点", "2026-03-19T15:00", "明天（周四）15:00-16:00"),
    ("明天上午打给我", "2026-03-19", "明天（周四）9:00-12:00"),
    ("明天打电话吧", "2026-03-19", "明天（周四）9:00-12:00"),
    ("周六下午", "2026-03-21", "3月23日（周一）9:00-12:00"),
])  # fmt: skip
async def test_a_time_in_words_is_taken_within_working_hours(evening, text, normal, told):
    await evening.say("转人工", HUMAN)
    evening.room.table[text] = says(text, normal)
    said = await evening.say(text)
    assert said[0] == words_of(evening, "callback.noted", **{"callback.time": told})


@pytest.mark.parametrize(("text", "normal"), [
    ("昨天下午买的", "2026-03-17"), ("3月15日", "2026-03-15"), ("明天", "2026-03-19"),
    ("上午十点买的", "2026-03-18T10:00"), ("这几天下午", "2026-03-19/2026-03-21"),
])  # fmt: skip
async def test_a_day_that_names_no_time_to_come_is_heard_as_what_it_is(evening, text, normal):
    await evening.say("转人工", HUMAN)
    evening.room.table[text] = says(text, normal)
    await evening.say(text)
    assert await calls(evening) == []
    assert len(evening.room.turns) == 2


async def test_another_time_takes_the_place_of_the_first(evening):
    await evening.say("转人工", HUMAN)
    buttons = await offered(evening)
    await press(evening, buttons[0])
    (first,) = await calls(evening)
    await press(evening, buttons[1])
    (second,) = await calls(evening)
    assert second.id != first.id
    async with evening.units() as uow:
        assert (await uow.tasks.get(first.id)).state is TaskState.DROPPED


async def test_the_offer_is_made_once(evening):
    await evening.say("转人工", HUMAN)
    await evening.say("人呢", HUMAN)
    await press(evening, (await offered(evening))[0])
    await evening.say("还没人吗", HUMAN)
    offers = [line for line in await evening.transcript() if line.clause == "K-CALLBACK-OFFER"]
    assert len(offers) == 1


async def test_nothing_is_offered_beside_an_open_question(evening):
    await complain(evening)
    await evening.say("转人工", HUMAN)
    assert (await evening.conversation()).question is not None
    assert await offered(evening) == []


async def test_after_an_agent_came_a_time_is_no_answer_any_more(evening):
    await person(evening, "li")
    await evening.say("转人工", HUMAN)
    button = (await offered(evening))[0]
    talk = (await evening.conversation()).id
    await evening.agents.claim(talk, "li", "li")
    assert (await evening.conversation()).callback_asked_at is None
    assert await press(evening, button) == []
    assert await calls(evening) == []


async def test_whose_agent_vanishes_at_night_is_offered_a_call(evening):
    await person(evening, "li")
    await evening.presence.sign("li")
    await evening.say("转人工", HUMAN)
    await evening.agents.claim((await evening.conversation()).id, "li", "li")
    await evening.presence.left("li")
    evening.clock.turn(minutes=4)
    await evening.shifts.look()
    last = (await evening.transcript())[-1]
    assert (last.author, last.clause) == (Author.DESK, "K-CALLBACK-OFFER")
