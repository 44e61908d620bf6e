"""What a complaining message is filed as: one issue or two, a case or a part of one."""

from dataclasses import replace

import pytest

from tests.rooms import reading


async def complain(desk):
    return await desk.say("一箱奶茶里有一盒是空的", reading("carton.empty", product="奶茶"))


async def the_case(desk):
    (case,) = await desk.cases()
    return case


async def test_an_outburst_inside_a_complaint_is_no_second_one(desk):
    await complain(desk)
    await desk.say("我要投诉你们", reading("other_complaint"))
    assert (await the_case(desk)).second_issue is None


@pytest.mark.parametrize("announced", ["我要投诉", "投速你们", "投拆你们老板", "头诉你们"])
async def test_a_complaint_about_nothing_in_particular_becomes_what_it_turns_out_to_be(desk, announced):
    replies = await desk.say(announced, reading("other_complaint"))
    assert (await desk.conversation()).question == "details"
    assert desk.words.clause("K-OTHER-1", "hans").text not in replies
    await desk.say("八宝粥里有虫", reading("porridge.foreign_object", product="八宝粥"))
    case = await the_case(desk)
    assert (case.issue, case.second_issue, case.category) == ("porridge.foreign_object", None, "产品质量")


async def test_what_was_told_is_not_asked_for_again(desk):
    await desk.say("健身房跑路了,年卡没处退", reading("other_complaint"))
    assert (await the_case(desk)).fields["details"] == "健身房跑路了,年卡没处退"
    assert (await desk.conversation()).question == "wish"


async def test_the_first_case_is_announced_before_the_second_is_answered(desk):
    await complain(desk)
    desk.clock.turn(minutes=1)
    replies = await desk.say("快递员还骂人", reading("courier.service"))
    first, _ = await desk.cases()
    assert first.number in replies[0]


@pytest.mark.parametrize(
    ("ranking", "issues"),
    [
        ((("illness", 0.8), ("carton.spoiled", 0.15)), ("illness", "carton.spoiled")),
        ((("carton.spoiled", 0.55), ("illness", 0.4)), ("illness", "carton.spoiled")),
        ((("carton.spoiled", 0.9), ("illness", 0.1)), ("carton.spoiled", None)),
        ((("carton.spoiled", 0.5), ("food.quality", 0.45)), ("carton.spoiled", None)),
    ],
)
async def test_a_message_that_holds_a_grave_issue_and_its_cause_files_both(desk, ranking, issues):
    understood = replace(reading(ranking[0][0], confidence=ranking[0][1]), ranking=ranking)
    await desk.say("奶茶馊了,孩子喝完吐了", understood)
    case = await the_case(desk)
    assert (case.issue, case.second_issue) == issues


async def test_a_grave_turn_is_answered_without_small_print(desk):
    await complain(desk)
    replies = await desk.say("喝完拉肚子了", reading("illness"))
    assert desk.words.situation("second_issue", "hans").text not in replies


async def test_an_authority_gets_an_answer_and_no_sympathy(desk):
    replies = await desk.say("市场监管局抽检不合格", reading("special.inspection"))
    assert replies[0] == desk.words.clause("K-INSPECTION-1", "hans").text


async def test_a_cream_that_hurts_is_not_spoken_of_as_food(desk):
    replies = await desk.say("面霜用了起疹子", reading("illness", product="面霜"))
    assert desk.words.clause("K-CARE-1", "hans").text in replies
