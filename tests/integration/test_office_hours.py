"""When nobody is at work: people are announced with day and time, the place is kept, the bot goes on."""

from datetime import datetime, timedelta

import pytest

from bot.domain.company import Company
from bot.domain.conversation import Owner
from bot.domain.workdays import SHANGHAI, Calendar, spoken
from tests.complaints import complain
from tests.rooms import reading

HUMAN = reading("request_human")


def china(*moment):
    return datetime(*moment, tzinfo=SHANGHAI)


FRIDAY_EVENING, SATURDAY, SUNDAY = china(2026, 3, 20, 19), china(2026, 3, 21, 11), china(2026, 3, 22, 8)


def at(desk, moment):
    desk.clock.turn(seconds=(moment - desk.clock.now()).total_seconds())


@pytest.mark.parametrize(("moment", "told"), [
    (FRIDAY_EVENING, "3月23日（周一）9:00"),
    (SUNDAY, "明天（周一）9:00"),
    (china(2026, 3, 23, 7, 30), "今天9:00"),
    (china(2026, 2, 13, 20, 0), "明天（周六）9:00"),  # worked, before the festival
    (china(2026, 2, 14, 20, 0), "2月24日（周二）9:00"),
])  # fmt: skip
async def test_who_asks_for_a_person_hears_when_people_are_back(desk, moment, told):
    at(desk, moment)
    said = "".join(await desk.say("转人工", HUMAN))
    assert told in said
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_in_a_year_whose_days_off_are_not_known_only_the_hours_are_said(desk):
    at(desk, china(2032, 3, 6, 11, 0))
    said = "".join(await desk.say("转人工", HUMAN))
    assert desk.words.company.hours in said
    assert "周一" not in said


async def test_the_open_question_is_asked_again_at_once_and_its_answer_taken(desk):
    at(desk, SATURDAY)
    await complain(desk)
    question = (await desk.conversation()).question
    said = await desk.say("转人工", HUMAN)
    assert "9:00" in said[-2]
    assert (await desk.conversation()).question == question
    await desk.say("批号A1", reading("inform", batch_no="A1"))
    (case,) = await desk.cases()
    assert case.fields["batch_no"] == "A1"
    assert case.number is not None


async def test_in_office_hours_a_person_asks_the_rest(desk):
    await complain(desk)
    await desk.say("转人工", HUMAN)
    assert (await desk.conversation()).question is None


async def test_asking_again_keeps_the_place_in_the_queue(desk):
    at(desk, SATURDAY)
    await desk.say("转人工", HUMAN)
    since = (await desk.conversation()).waiting_since
    at(desk, SATURDAY + timedelta(hours=2))
    (said,) = await desk.say("人呢", HUMAN)
    assert "位置一直给您留着" in said
    assert "3月23日（周一）9:00" in said
    assert (await desk.conversation()).waiting_since == since


async def test_the_bot_goes_on_helping_while_nobody_is_there(desk):
    at(desk, SATURDAY)
    await desk.say("转人工", HUMAN)
    assert any("全自动利乐充填机" in line for line in await complain(desk))


def test_people_come_on_the_same_day_only_before_the_opening():
    company, calendar = Company(), Calendar()
    monday = china(2026, 3, 23, 8, 59)
    assert company.opens_next(monday, calendar) == monday.replace(hour=9, minute=0)
    assert company.opens_next(monday + timedelta(minutes=1), calendar) == datetime(
        2026, 3, 24, 9, tzinfo=SHANGHAI
    )


def test_a_moment_further_away_is_said_with_its_date():
    now = china(2026, 3, 20, 19, 0)
    assert spoken(now.replace(day=23, hour=8, minute=30), now) == "3月23日（周一）8:30"
