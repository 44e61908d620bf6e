"""「催一下」: the truth about where a case stands, who has it and until when; and it reaches somebody."""

from datetime import timedelta

import pytest

from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskState
from bot.services.handling import Handling
from bot.services.progress import URGED
from tests.accepted import accepted, again, employ, history, version
from tests.complaints import complain
from tests.rooms import reading

URGE = reading("urge")


def handling(desk):
    return Handling(desk.units, desk.words, desk.clock)


async def take(desk, case, user, arrow, **values):
    await handling(desk).move(case.id, arrow, user, await version(desk, case), values, "")


async def alerts(desk, case):
    async with desk.units() as uow:
        tasks = await uow.tasks.of_case(case.id)
    return [task for task in tasks if URGED in task.payload and task.state is TaskState.OPEN]


async def with_department(desk):
    """A case that the department has had since this morning: three working days for its answer."""
    li = await employ(desk, "li")
    case = await accepted(desk, "visitor", product="奶茶")
    await take(desk, case, li, "investigate")
    await take(desk, case, li, "found", investigation="漏装")
    await take(desk, case, li, "dispatch", department="responsible")
    return case


async def test_an_urging_says_where_the_case_stands_who_has_it_and_until_when(desk):
    case = await with_department(desk)
    (said,) = await desk.say("催一下", URGE)
    for told in (
        case.number,
        "责任部门正在准备解决方案",
        "由责任部门负责",
        "最迟3月23日办完",
        "最迟在3月25日给您答复",
    ):
        assert told in said


async def test_whoever_has_the_case_finds_the_urging_once_in_the_inbox(desk):
    case = await with_department(desk)
    await desk.say("催一下", URGE)
    await desk.say("快点", URGE)
    (alert,) = await alerts(desk, case)
    assert (alert.assignee_kind, alert.assignee) == (Assignee.DEPARTMENT, "responsible")


async def test_without_a_step_of_its_own_the_urging_goes_to_the_case_s_handler_or_to_agents(desk):
    case = await accepted(desk, "visitor")
    await desk.say("催一下", URGE)
    (alert,) = await alerts(desk, case)
    assert (alert.assignee_kind, alert.assignee) == (Assignee.ROLE, Role.AGENT)


async def test_a_step_that_is_late_is_said_with_an_apology(desk):
    await with_department(desk)
    desk.clock.turn(days=6)
    (said,) = await desk.say("催一下", URGE)
    assert "原定3月23日办完，现在晚了" in said
    assert "最迟在3月25日给您答复" in said
    assert (await desk.conversation()).owner is Owner.BOT


async def test_a_promised_day_that_is_over_is_said_honestly_and_reaches_a_human_at_once(desk):
    case = await with_department(desk)
    desk.clock.turn(days=8)
    said = "".join(await desk.say("催一下", URGE))
    assert "我们答应3月25日给您答复，现在已经过了" in said
    assert "抱歉" in said
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert (await history(desk, case, "handed_over"))[-1].payload["reason"] == "urged"


async def test_the_second_urging_says_that_a_person_comes_in_other_words(desk):
    await with_department(desk)
    (first,) = await desk.say("催一下", URGE)
    second = await desk.say("还没好？", URGE)
    assert first not in second
    assert desk.words.situation("hand_over", "hans").text in second


async def test_nobody_s_name_is_told(desk):
    li = await employ(desk, "li")
    case = await accepted(desk, "visitor")
    await take(desk, case, li, "investigate")
    said = "".join([*await desk.say("催一下", URGE), *await desk.say("进度", reading("ask_progress"))])
    assert "由客服同事负责" in said
    assert li.name not in said


async def test_who_urges_a_draft_has_it_accepted_and_is_asked_on(desk):
    await complain(desk)
    said = await desk.say("快点处理", URGE)
    (case,) = await desk.cases()
    assert case.state is CaseState.ACCEPTED
    assert any(case.number in line for line in said)
    assert await alerts(desk, case)
    assert (await desk.conversation()).question is not None


async def test_of_two_open_cases_both_are_named_and_nothing_is_asked(desk):
    one = await accepted(desk, "visitor", "carton.empty")
    two = await accepted(desk, "visitor", "courier.fee")
    said = await desk.say("催一下", URGE)
    assert sum(one.number in line for line in said) == sum(two.number in line for line in said) == 1
    assert not any("？" in line for line in said)
    assert (await again(desk, one)).urged == (await again(desk, two)).urged == 1


async def test_the_case_that_is_named_is_urged_alone(desk):
    one = await accepted(desk, "visitor", "carton.empty")
    two = await accepted(desk, "visitor", "courier.fee")
    await desk.say(f"{one.number}催一下", URGE)
    assert ((await again(desk, one)).urged, (await again(desk, two)).urged) == (1, 0)


async def test_a_case_that_went_on_in_somebody_else_s_is_urged_under_its_own_number(desk):
    senior = await employ(desk, "zhou", Role.SENIOR)
    other = await accepted(desk, "neighbour", "property.equipment")
    case = await accepted(desk, "visitor", "property.equipment")
    await handling(desk).merge(case.id, other.number, senior, await version(desk, case), "同一部电梯")
    said = "".join(await desk.say("催一下", URGE))
    assert case.number in said
    assert other.number not in said
    assert "由客服同事负责" in said
    assert await alerts(desk, other)
    await desk.say("快点", URGE)
    assert (await desk.conversation()).owner is Owner.QUEUE


@pytest.mark.parametrize("label", ["urge", "ask_progress"])
async def test_a_withdrawn_case_is_called_withdrawn(desk, label):
    case = await accepted(desk, "visitor")
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say("是的", reading("affirm"))
    said = "".join(await desk.say("怎么样了", reading(label)))
    assert case.number in said
    assert "撤销" in said
    assert (await again(desk, case)).urged == 0


@pytest.mark.parametrize("label", ["urge", "ask_progress"])
async def test_a_closed_case_is_called_closed_and_not_urged(desk, label):
    li = await employ(desk, "li")
    case = await accepted(desk, "visitor")
    await take(desk, case, li, "investigate")
    await take(desk, case, li, "reject", investigation="无")
    await take(desk, case, li, "return_opinion", opinion="没有漏装")
    said = "".join(await desk.say("怎么样了", reading(label)))
    assert case.number in said
    assert "已经办结" in said
    assert (await again(desk, case)).urged == 0


async def test_a_case_that_waits_for_the_customer_is_neither_late_nor_anybody_s_fault(desk):
    li = await employ(desk, "li")
    case = await accepted(desk, "visitor")
    await take(desk, case, li, "investigate")
    await handling(desk).pause(case.id, li, await version(desk, case), "customer", "小票照片")
    desk.clock.turn(days=10)
    said = "".join(await desk.say("催一下", URGE))
    assert "等您补充需要的内容" in said
    assert "过了" not in said


async def a_case_with_a_phone(desk):
    await complain(desk)
    await desk.say("我电话13900001234", reading("inform", phone="13900001234"))
    await desk.say("就这些", reading("chitchat"), choice="submit")
    (case,) = await desk.cases()
    return case


@pytest.mark.parametrize("digits", ["尾号1234", "电话13900001234"])
async def test_a_new_visitor_urges_with_the_number_and_the_last_four_digits(desk, digits):
    case = await a_case_with_a_phone(desk)
    asked = await desk.say("催一下", URGE, visitor="other")
    assert asked == [desk.words.situation("urge.none", "hans").text]
    said = "".join(await desk.say(f"{case.number} {digits}", reading("inform"), visitor="other"))
    assert case.number in said
    assert (await again(desk, case)).urged == 1


async def test_a_new_visitor_with_wrong_digits_urges_nothing_and_learns_nothing(desk):
    case = await a_case_with_a_phone(desk)
    (said,) = await desk.say(f"催一下{case.number} 尾号9999", URGE, visitor="other")
    assert said == desk.words.situation("progress.unknown", "hans").text
    assert (await again(desk, case)).urged == 0


async def test_after_acceptance_number_next_step_date_and_how_to_ask_are_said(desk):
    await complain(desk)
    said = "".join(await desk.say("就这些", reading("chitchat"), choice="submit"))
    (case,) = await desk.cases()
    for told in (case.number, "接下来由客服同事了解原因，再由责任部门提出解决方案", "最迟3月25日", "查进度"):
        assert told in said


@pytest.mark.parametrize("days", [1, 8])
async def test_progress_is_told_with_who_has_it_and_late_when_it_is(desk, days):
    await with_department(desk)
    desk.clock.turn(seconds=timedelta(days=days).total_seconds())
    said = "".join(await desk.say("进度", reading("ask_progress")))
    assert "由责任部门负责" in said
    assert ("已经过了" in said) is (days > 7)
