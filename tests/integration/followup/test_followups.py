"""Asking customers afterwards (回访), on a virtual clock: who is asked when and how."""

import pytest

from bot.domain.case import CaseState
from bot.domain.errors import InvalidInput
from bot.domain.followup import Satisfaction, VisitState, Way
from bot.domain.task import TaskKind
from bot.domain.workdays import SHANGHAI
from bot.services.inbox import Outcome
from tests.rooms import reading
from tests.visits import asked, case_of, history, last, take, tasks, until, visits


async def test_the_first_visit_is_planned_with_the_remedy_so_that_three_tries_fall_within_five_days(
    desk, remedied
):
    await remedied()  # on Wednesday 18 March
    (visit,) = await visits(desk)
    assert (visit.nth, visit.state) == (1, VisitState.PLANNED)
    assert visit.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == "03-20 09:00"


async def test_nobody_is_asked_before_it_is_time_or_outside_of_working_hours(desk, following, remedied):
    await remedied()
    assert await following.followups.look() == 0
    desk.clock.turn(days=2, hours=10)  # Friday evening
    assert await following.followups.look() == 0
    desk.clock.turn(days=1)
    assert await following.followups.look() == 0  # Saturday


async def test_the_question_goes_out_through_the_chat_with_five_buttons(desk, following, remedied):
    case = await remedied()
    await asked(desk, following)
    line = await last(desk)
    assert case.number in line.text
    assert [choice["text"] for choice in line.choices] == list(Satisfaction)
    assert (await case_of(desk)).step == "follow_up"
    assert "visited" in await history(desk)


async def test_the_question_is_asked_once_however_often_somebody_looks(desk, following, remedied):
    await remedied()
    await asked(desk, following)
    before = len(await desk.transcript())
    for _ in range(3):
        await following.followups.look()
    assert len(await desk.transcript()) == before


async def test_a_clock_that_jumps_back_asks_nobody_again(desk, following, remedied):
    await remedied()
    await asked(desk, following)
    before = len(await desk.transcript())
    desk.clock.turn(days=-2)
    await following.followups.look()
    desk.clock.turn(days=2)
    await following.followups.look()
    assert len(await desk.transcript()) == before


async def closed_unreached(desk, following):
    async def is_closed():
        return (await case_of(desk)).state is CaseState.CLOSED

    await until(desk, following, is_closed)


async def test_whoever_never_answers_is_tried_on_three_working_days_and_then_closed(
    desk, following, remedied
):
    await remedied()
    await closed_unreached(desk, following)
    (visit,) = await visits(desk)
    assert (visit.state, visit.tries) == (VisitState.UNREACHED, 3)
    assert (await case_of(desk)).findings["outcome"] == "未联系上"
    assert (await history(desk)).count("visited") == 3
    # asked on Friday 20, Monday 23 and Tuesday 24 March; given up on Wednesday 25, the fifth working day
    assert (await case_of(desk)).closed_at.astimezone(SHANGHAI).strftime("%m-%d") == "03-25"


async def test_any_message_of_a_customer_who_could_not_be_reached_reopens_the_case(desk, following, remedied):
    await remedied()
    await closed_unreached(desk, following)
    await desk.say("我前几天出差了", reading("inform"))
    case = await case_of(desk)
    assert (case.state, case.step) == (CaseState.ACCEPTED, "investigating")


async def test_a_late_answer_is_taken_and_the_case_stays_closed(desk, following, remedied):
    await remedied()
    await closed_unreached(desk, following)
    await desk.say("满意")
    (visit,) = await visits(desk)
    assert (visit.satisfaction, (await case_of(desk)).state) == (Satisfaction.SATISFIED, CaseState.CLOSED)


async def test_a_customer_with_a_phone_becomes_a_call_when_the_chat_stays_silent(
    desk, following, remedied, inbox, li
):
    await remedied(phone="13812345678")

    async def second_try():
        (visit,) = await visits(desk)
        return visit.tries == 2

    await until(desk, following, second_try)
    (call,) = await tasks(desk, TaskKind.CALL)
    assert "13812345678" in call.title
    assert call.due_at is not None
    with pytest.raises(InvalidInput, match="未接通"):
        await inbox.decide(call.id, li, Outcome.DONE, "打过了", call.version)
    await inbox.decide(call.id, li, Outcome.DONE, "顾客说非常满意", call.version)
    (visit,) = await visits(desk)
    assert (visit.satisfaction, visit.answered_by) == (Satisfaction.VERY_SATISFIED, "li")
    assert (await case_of(desk)).state is CaseState.CLOSED


async def test_a_call_that_nobody_took_leaves_the_visit_open(desk, following, remedied, inbox, li):
    await remedied(phone="13812345678")

    async def called():
        return bool(await tasks(desk, TaskKind.CALL))

    await until(desk, following, called)
    (call,) = await tasks(desk, TaskKind.CALL)
    await inbox.decide(call.id, li, Outcome.DONE, "未接通", call.version)
    (visit,) = await visits(desk)
    assert (visit.state, visit.way) == (VisitState.ASKED, Way.CALL)


async def test_the_answer_in_the_chat_takes_the_call_out_of_the_inbox(desk, following, remedied):
    await remedied(phone="13812345678")

    async def called():
        return bool(await tasks(desk, TaskKind.CALL))

    await until(desk, following, called)
    await desk.say("2")
    assert await tasks(desk, TaskKind.CALL) == []


async def test_an_answer_while_an_agent_has_the_conversation_counts_too(desk, following, remedied, li):
    await remedied()
    await asked(desk, following)
    await desk.agents.claim((await desk.conversation()).id, "li", "小李")
    await desk.say("1")
    assert (await case_of(desk)).state is CaseState.CLOSED


async def test_a_number_without_a_question_is_no_answer(desk, remedied):
    await remedied()
    await desk.say("2")
    (visit,) = await visits(desk)
    assert visit.state is VisitState.PLANNED


async def test_a_visit_of_a_case_that_was_withdrawn_is_dropped(desk, following, remedied, li):
    case = await remedied()
    await take(desk, case.id, "withdraw", li)

    async def dropped():
        return (await visits(desk))[0].state is VisitState.DROPPED

    await until(desk, following, dropped)
    assert "visited" not in await history(desk)


async def test_visits_go_past_the_spring_festival(desk, following, remedied):
    desk.clock.turn(days=-33)  # to 13 February 2026, the last Friday before 春节
    await remedied()
    (visit,) = await visits(desk)
    # the 14th is a worked Saturday, the 24th the first working day after the festival
    assert visit.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == "02-24 09:00"
    await asked(desk, following)
    assert desk.clock.now().astimezone(SHANGHAI).strftime("%m-%d") == "02-24"
