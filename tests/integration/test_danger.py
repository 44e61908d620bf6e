"""Danger now: advice first, a person at once, nothing asked."""

from datetime import timedelta

import pytest

from bot.domain import risk as risks
from bot.domain.case import CaseState
from bot.domain.company import Company
from bot.domain.conversation import Owner
from tests.complaints import complain
from tests.desks import WORKDAY_MORNING, make_desk
from tests.rooms import reading, risk

TRAPPED = reading("property.equipment", risks=[risk("lift_trapped", "困在电梯里", now=True)])
GAS = reading(None, 0.2, risks=[risk("gas", "煤气味", now=True)])


def first_sentence(desk, situation, script="hans"):
    return desk.words.situation(situation, script).text.partition("。")[0]


@pytest.mark.parametrize(("kind", "situation"), risks.DANGERS.items())
async def test_each_danger_is_answered_with_its_advice_first(desk, kind, situation):
    words = reading(None, 0.2, risks=[risk(kind.value, "……", now=True)])
    replies = await desk.say("快来人", words)
    own = f"{situation}.property"
    wanted = own if kind in (risks.RiskKind.LIFT_TRAPPED, risks.RiskKind.GAS) else situation
    assert replies[0].startswith(first_sentence(desk, wanted))
    assert any(number in replies[0] for number in ("110", "119", "120"))


async def test_a_danger_opens_and_accepts_the_case_and_calls_a_person_without_a_question(desk):
    replies = await desk.say("我被困在电梯里了", TRAPPED)
    (case,) = await desk.cases()
    conversation = await desk.conversation()
    assert (case.issue, case.state) == ("property.equipment", CaseState.ACCEPTED)
    assert conversation.owner is Owner.QUEUE
    assert (conversation.case_id, conversation.question) == (None, None)
    assert any(case.number in reply for reply in replies)
    assert not any("请问" in reply for reply in replies)
    assert not any(line.choices for line in await desk.transcript())


async def test_a_danger_that_the_model_did_not_understand_is_met_all_the_same(desk):
    await desk.say("屋里有股味道", GAS)
    (case,) = await desk.cases()
    assert (case.issue, case.state) == ("property.equipment", CaseState.ACCEPTED)
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_in_the_middle_of_a_form_the_danger_comes_first_and_the_form_stops(desk):
    await complain(desk)
    assert (await desk.conversation()).question is not None
    replies = await desk.say("屋里有股味道", GAS)
    assert replies[0].startswith(first_sentence(desk, "danger.gas"))
    assert (await desk.conversation()).question is None
    (case,) = await desk.cases()
    assert case.state is CaseState.ACCEPTED
    assert "屋里有股味道" in case.text


async def test_a_danger_of_another_kind_than_the_open_complaint_becomes_a_case_of_its_own(desk):
    await complain(desk)
    desk.clock.turn(minutes=1)
    await desk.say("我被困在电梯里了", TRAPPED)
    first, second = await desk.cases()
    assert (first.issue, second.issue) == ("carton.empty", "property.equipment")
    assert {first.state, second.state} == {CaseState.ACCEPTED}


async def test_in_traditional_characters_the_advice_is_in_them_too(desk):
    said = reading("property.equipment", script="hant", risks=[risk("lift_trapped", "困在電梯裡", now=True)])
    replies = await desk.say("我被困在電梯裡", said)
    assert "請先別慌" in replies[0]


async def test_outside_working_hours_the_advice_comes_before_that_nobody_is_there(desk):
    desk.clock.turn(hours=12)
    replies = await desk.say("我被困在电梯里了", TRAPPED)
    assert replies[0].startswith(first_sentence(desk, "danger.lift.property"))
    assert any("不在工作时间" in reply for reply in replies[1:])


async def test_the_duty_phone_is_named_where_the_company_has_one(units, sealer):
    desk = make_desk(units, sealer, Company(name="测试物业", duty_phone="021-5555-0110"))
    assert desk.clock.now() - WORKDAY_MORNING == timedelta(0)
    replies = await desk.say("我被困在电梯里了", TRAPPED)
    assert "021-5555-0110" in replies[0].partition("。")[0]


async def test_the_advice_on_a_danger_is_said_once(desk):
    first = await desk.say("我被困在电梯里了", TRAPPED)
    again = await desk.say("还困在电梯里呢", TRAPPED)
    assert first[0] not in again
    assert len(await desk.cases()) == 1


async def test_who_repeats_a_danger_in_words_nobody_understands_hears_that_a_person_comes(desk):
    await desk.say("屋里有股味道", GAS)
    replies = await desk.say("屋里那股味道", GAS)
    waiting = [way.clause.id for way in desk.words.handbook.situation("hand_over.waiting")]
    assert [line.clause for line in await desk.transcript()][-len(replies)] in waiting
    assert (await desk.conversation()).misunderstood == 0


@pytest.mark.parametrize(
    "found", [risk("lift_trapped", "电梯困人"), risk("gas", "煤气味", denied=True), risk("illness", "拉肚子")]
)
async def test_what_is_past_denied_or_no_danger_is_an_ordinary_message(desk, found):
    replies = await desk.say("上次电梯困人", reading("property.equipment", risks=[found]))
    assert not any("请先别慌" in reply for reply in replies)
    assert (await desk.conversation()).question is not None


async def test_who_may_hurt_themselves_hears_gentle_words_and_the_help_line(desk):
    said = reading("chitchat", risks=[risk("self_harm", "不想活了", now=True)])
    replies = await desk.say("我真的不想活了", said)
    assert replies[0].startswith("谢谢您愿意说出来")
    assert "12356" in replies[0]
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_a_danger_is_in_the_history_with_its_words(desk):
    await desk.say("我被困在电梯里了", TRAPPED)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        entries = {event.kind: event.payload for event in await uow.cases.history(case.id)}
    assert entries["risk_noted"]["risks"] == [{"kind": "lift_trapped", "text": "困在电梯里"}]
    assert entries["handed_over"]["reason"] == "danger.lift_trapped"
