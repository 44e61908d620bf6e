"""Answers of a word or two, and what the desk makes of those that the model reads as something else."""

import pytest

from bot.domain.conversation import Owner
from bot.domain.reasons import Reason
from bot.services import unwell
from tests.complaints import complain
from tests.rooms import reading


async def the_case(desk):
    (case,) = await desk.cases()
    return case


@pytest.mark.parametrize("found", [{"date": "20251230"}, {"order_no": "20251230B"}, {}])
async def test_a_bare_code_is_the_batch_number_that_was_asked_for(desk, found):
    await complain(desk)
    assert (await desk.conversation()).question == "batch_no"
    await desk.say("20251230B", reading("inform", **found))
    case = await the_case(desk)
    assert case.fields["batch_no"] == "20251230B"
    assert "bought_when" not in case.fields


async def test_a_phone_number_is_no_batch_number(desk):
    await complain(desk)
    await desk.say("13900001234", reading("inform"))
    case = await the_case(desk)
    assert (case.fields.get("batch_no"), case.fields["phone"]) == (None, "13900001234")


async def test_an_authority_that_reads_like_a_place_is_the_organisation_that_was_asked_for(desk):
    await desk.say("我们抽检了你们的核桃乳，不合格", reading("special.inspection", product="核桃乳"))
    assert (await desk.conversation()).question == "organisation"
    await desk.say("城东区市场监管局", reading("inform", place="城东区市场监管局"))
    assert (await the_case(desk)).fields["organisation"] == "城东区市场监管局"


async def test_who_wants_no_questions_and_threatens_is_heard_with_the_threat(desk):
    await complain(desk)
    await desk.say("别问了，我打12315", reading("special.consumer_association"))
    case = await the_case(desk)
    assert (case.issue, case.second_issue) == ("special.consumer_association", "carton.empty")


async def test_that_nobody_drank_it_opens_no_second_case_whatever_it_is_read_as(desk):
    await desk.say("桶装水有股怪味", reading("water.odor", product="桶装水"))
    assert (await desk.conversation()).question == unwell.FIELD
    await desk.say("没人喝", reading("carton.no_straw"))
    case = await the_case(desk)
    assert (case.issue, case.fields[unwell.FIELD]) == ("water.odor", "没人喝")


async def test_who_says_that_they_were_misread_has_refused_nothing(desk):
    await complain(desk)
    asked = (await desk.conversation()).question
    replies = await desk.say("不是这个意思", reading("deny", 0.97))
    assert desk.words.situation("not_understood.again", "hans").text in replies
    assert asked not in (await the_case(desk)).fields
    assert (await desk.conversation()).question == asked


async def test_who_says_a_second_time_that_they_were_misread_gets_a_person(desk):
    await complain(desk)
    await desk.say("不是这个意思", reading("deny", 0.97))
    await desk.say("你理解错了", reading("deny", 0.97))
    conversation = await desk.conversation()
    assert (conversation.owner, conversation.reason) == (Owner.QUEUE, Reason.NOT_UNDERSTOOD)


async def test_who_only_looks_for_what_was_asked_gets_no_person(desk):
    await complain(desk)
    await desk.say("我找找", reading("request_human", 0.9))
    assert (await desk.conversation()).owner is Owner.BOT
    assert (await the_case(desk)).postponed


async def test_who_asks_to_find_somebody_gets_a_person(desk):
    await complain(desk)
    await desk.say("我要找人工客服", reading("request_human", 0.9))
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_a_few_words_that_sound_like_a_vague_grievance_answer_the_question(desk):
    await complain(desk)
    await desk.say("学校门口小卖部", reading("other_complaint", 0.95, place="学校门口小卖部"))
    assert (await the_case(desk)).fields["bought_where"] == "学校门口小卖部"
