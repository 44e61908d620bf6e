"""Before a complaint counts it is read back: confirmed, changed, added to, or left alone."""

import pytest

from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from tests.complaints import complain
from tests.rooms import reading

PHONE = "13900001234"


async def to_confirm(desk):
    """Answer everything, so that the draft is read back; what is said with it."""
    await complain(desk)
    await desk.say("没有批号", reading("deny"))
    await desk.say("昨天", reading("inform", date="昨天"))
    await desk.say("永辉超市", reading("inform", place="永辉超市"))
    replies = await desk.say(PHONE, reading("inform", phone=PHONE))
    assert (await desk.conversation()).question == "confirm"
    return replies


async def the_case(desk):
    (case,) = await desk.cases()
    return case


async def is_accepted(desk):
    return (await the_case(desk)).state is CaseState.ACCEPTED


async def test_the_draft_is_read_back_in_the_customers_words_without_what_is_empty(desk):
    (reply,) = await to_confirm(desk)
    assert reply.splitlines() == [
        "跟您核对一下：", "问题：软包装饮料空包", "产品：奶茶", "购买时间：昨天", "购买地点：永辉超市",
        f"联系电话：{PHONE}", "这样对吗？",
    ]  # fmt: skip
    assert not await is_accepted(desk)
    buttons = [choice["text"] for choice in (await desk.transcript())[-1].choices]
    assert buttons == ["没错，提交", "要改一下", "转人工"]


async def test_the_customers_characters_are_kept_whatever_the_script(desk):
    hant = {"script": "hant"}
    await desk.say("一箱奶茶裡有一盒是空的", reading("carton.empty", product="奶茶", **hant))
    await desk.say("沒有", reading("deny", **hant))
    await desk.say("台北里前天買的", reading("inform", date="前天", place="台北里", **hant))
    *_, reply = await desk.say("不方便", reading("deny"))
    assert "購買地點：台北里" in reply
    assert "這樣對嗎" in reply


@pytest.mark.parametrize(("text", "label"), [("没错", "affirm"), ("对", None), ("好的，提交吧", "chitchat")])
async def test_a_yes_accepts_the_case_and_its_number_is_said(desk, text, label):
    await to_confirm(desk)
    (reply,) = await desk.say(text, reading(label))
    case = await the_case(desk)
    assert case.state is CaseState.ACCEPTED
    assert case.number in reply


async def test_the_buttons_confirm_or_ask_what_to_change(desk):
    await to_confirm(desk)
    (asked,) = await desk.say("要改一下", reading("deny"), choice="change")
    assert asked == desk.words.situation("confirm_case.change", "hans").text
    await desk.say("没错，提交", reading("affirm"), choice="confirm")
    assert await is_accepted(desk) or (await desk.conversation()).question == "confirm"


async def test_a_correction_is_told_back_and_asked_about_in_other_words(desk):
    (first,) = await to_confirm(desk)
    changed, asked = await desk.say("不是昨天，是前天", reading("deny", date="前天"))
    assert "购买时间：前天" in changed
    assert "永辉超市" not in changed + asked
    assert asked == desk.words.situation("confirm_case.again", "hans").text != first
    assert (await the_case(desk)).fields["bought_when"] == "前天"


async def test_a_wrong_phone_is_asked_for_and_changed(desk):
    await to_confirm(desk)
    (asked,) = await desk.say("不对，电话写错了", reading("dissatisfied"))
    assert "正确的联系电话" in asked
    replies = await desk.say("13900005678", reading("inform", phone="13900005678"))
    assert "13900005678" in replies[0]
    case = await the_case(desk)
    assert case.fields["phone"] == "13900005678"
    assert case.phone_hash == desk.words.phone_hash("13900005678")
    assert not await is_accepted(desk)


async def test_it_is_asked_at_most_twice(desk):
    await to_confirm(desk)
    for text in ("瓶子上还有一个小洞", "而且盒子是瘪的"):
        await desk.say(text, reading(None))
    case = await the_case(desk)
    assert case.state is CaseState.ACCEPTED
    assert "瓶子上还有一个小洞" in case.text
    assert "而且盒子是瘪的" in case.text


async def test_a_further_fact_is_taken(desk):
    await to_confirm(desk)
    await desk.say("批号其实有，20260101A", reading("inform", batch_no="20260101A"))
    assert (await the_case(desk)).fields["batch_no"] == "20260101A"
    assert (await desk.conversation()).question == "confirm"


@pytest.mark.parametrize(
    ("text", "label"), [("查进度", "ask_progress"), ("谢谢", "thank"), ("什么破公司", "abuse")]
)
async def test_an_interruption_is_answered_and_the_confirmation_comes_in_other_words(desk, text, label):
    (first,) = await to_confirm(desk)
    answer, asked = await desk.say(text, reading(label))
    assert asked == desk.words.situation("confirm_case.again", "hans").text
    assert first not in (answer, asked)
    assert not await is_accepted(desk)


@pytest.mark.parametrize(
    ("text", "label"),
    [("就这些，请受理", "deny"), ("再见", "goodbye"), ("转人工", "request_human"), ("快点", "urge")],
)
async def test_who_wants_no_more_questions_has_the_case_accepted_as_it_stands(desk, text, label):
    await to_confirm(desk)
    await desk.say(text, reading(label))
    assert await is_accepted(desk)
    assert (await desk.conversation()).question is None


async def test_who_is_not_content_is_asked_nothing_more_and_reaches_a_person(desk):
    await to_confirm(desk)
    replies = await desk.say("等于没处理，我很不满意", reading("dissatisfied"))
    assert await is_accepted(desk)
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert "抱歉" in replies[0]
    assert desk.words.situation("facts_complete", "hans").text not in replies


async def test_another_complaint_leaves_the_first_one_as_it_was_read_back(desk):
    await to_confirm(desk)
    desk.clock.turn(minutes=1)
    await desk.say("还有你们客服骂人", reading("service.quality"))
    first, second = await desk.cases()
    assert (first.state, second.state) == (CaseState.ACCEPTED, CaseState.DRAFT)
    assert (await desk.conversation()).case_id == second.id


async def test_how_to_reach_the_customer_is_not_asked_again_in_the_same_talk(desk):
    await to_confirm(desk)
    desk.clock.turn(minutes=1)
    await desk.say("还有你们客服骂人", reading("service.quality"))
    _, second = await desk.cases()
    assert second.fields == {"phone": PHONE}
    assert second.phone_hash == desk.words.phone_hash(PHONE)


async def test_a_draft_of_which_nothing_else_is_known_is_not_read_back(desk):
    await desk.say("你们客服骂人", reading("service.quality"))
    for _ in range(4):
        await desk.say("不方便", reading("deny"))
    assert await is_accepted(desk)


async def test_an_accepted_case_is_not_read_back(desk):
    await desk.say("喝完拉肚子了", reading("illness", product="绿茶"))
    for _ in range(12):
        await desk.say("没有", reading("deny"))
    said = [line.clause for line in await desk.transcript()]
    assert "K-CONFIRM" not in said
    assert (await desk.conversation()).question is None


async def test_who_thinks_better_of_withdrawing_goes_on_where_they_were(desk):
    await to_confirm(desk)
    await desk.say("算了不投诉了", reading("withdraw"))
    await desk.say("不撤", reading("deny"))
    assert (await desk.conversation()).question == "confirm"
