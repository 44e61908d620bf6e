"""Clocks that jump back while people work on a case, cases that grow old, and years without a calendar."""

import pytest

from bot.domain.case import CaseState
from bot.domain.history import first_break
from bot.domain.people import Role
from bot.domain.workdays import Calendar, Source
from tests.life import Life, complain, deadlines
from tests.people import person
from tests.rooms import reading

UNSURE = "2027年还没有官方放假通知"


@pytest.fixture
def life(desk):
    return Life(desk)


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


async def notes(life):
    return [event.payload["note"] for event in await life.history() if "note" in event.payload]


async def test_a_case_goes_on_after_the_clock_jumped_back_and_its_history_holds(life, li):
    life.begin("03-18", "10:00")
    await complain(life.desk)
    await life.take(li, "investigate")
    due = await deadlines(life)
    life.desk.clock.turn(days=-20)
    await life.take(li, "found", investigation="同批次有漏装")
    assert await life.desk.silence(minutes=1) == 0
    assert await deadlines(life) == due
    history = await life.history()
    assert [event.seq for event in history] == list(range(1, len(history) + 1))
    assert first_break(history) is None
    said = [line.seq for line in await life.desk.transcript()]
    assert said == sorted(said)


async def test_a_clock_that_jumped_back_before_acceptance_promises_no_day_twice(life, li):
    life.begin("03-18", "10:00")
    await life.desk.say("一箱奶茶里有一盒是空的", reading("carton.empty", product="奶茶"))
    life.desk.clock.turn(days=-2)
    assert await life.desk.silence(minutes=9) == 0  # nobody has been silent yet
    life.desk.clock.turn(days=2)
    assert await life.desk.silence(minutes=9) == 1
    assert [kind for _, kind, _ in await life.entries("accepted")] == ["accepted"]


@pytest.mark.parametrize(("label", "text"), [("urge", "还要多久啊"), ("dissatisfied", "拖了这么久，不满意")])
async def test_an_open_case_older_than_a_month_is_still_the_one_that_is_meant(life, li, label, text):
    life.begin("03-18", "10:00")
    await complain(life.desk)
    life.desk.clock.turn(days=45)
    await life.desk.say(text, reading(label))
    assert len(await life.entries("urged", "dissatisfied")) == 1


@pytest.mark.parametrize(("days", "state"), [(30, CaseState.ACCEPTED), (31, CaseState.CLOSED)])
async def test_dissatisfaction_reopens_what_was_closed_within_a_month(life, li, days, state):
    life.begin("03-18", "10:00")
    await complain(life.desk)
    life.desk.clock.turn(days=45)
    await life.take(li, "investigate")
    await life.take(li, "reject", investigation="监控里没有")
    await life.take(li, "return_opinion", opinion="经核实，包装完好。")
    life.desk.clock.turn(days=days, minutes=-1)
    await life.desk.say("这样的答复我不满意", reading("dissatisfied"))
    assert (await life.case()).state is state


async def test_a_promise_in_a_year_without_a_calendar_is_counted_and_says_so(life):
    assert Calendar().source(2027) is Source.STATUTORY
    life.begin("12-30", "10:00")
    await complain(life.desk)
    # 31 December, then 4 to 7 January: New Year's Day is a Friday
    assert await deadlines(life) == ("01-07 18:00", None)
    assert [note for note in await notes(life) if note.startswith(UNSURE)] != []
    assert any("最迟1月7日" in line.text for line in await life.desk.transcript())


async def test_a_step_that_ends_in_a_year_without_a_calendar_says_so_too(life, li):
    life.begin("12-23", "10:00")
    await complain(life.desk)
    assert await notes(life) == []
    life.begin("12-29", "10:00")
    await person(life.desk, "zhao", Role.DEPARTMENT, "responsible")
    await life.take(li, "investigate")
    await life.take(li, "found", investigation="同批次有漏装")
    assert await notes(life) == []
    await life.take(li, "dispatch", department="responsible")
    assert (await deadlines(life))[1] == "01-04 18:00"
    assert [note.partition("：")[0] for note in await notes(life)] == [UNSURE]
