"""What customers answer when they are asked: refusals, wishes, facts, changes of mind, or nothing."""

import itertools

import pytest

from bot.domain.case import CaseState
from tests.rooms import reading

EMPTY_PACK = "一箱奶茶里有一盒是空的"
BROKEN_LAMP = "豆浆机漏电"


async def complain(desk, text=EMPTY_PACK, label="carton.empty", **entities):
    """Complain, so that the first unknown fact is asked for: the batch number, for an empty carton."""
    return await desk.say(text, reading(label, **(entities or {"product": "奶茶"})))


async def asked_for_wish(desk):
    await complain(desk, BROKEN_LAMP, "product.quality", product="豆浆机")
    await desk.say("没单号", reading("deny"))
    await desk.say("上周", reading("inform", date="上周"))
    assert (await desk.conversation()).question == "wish"


async def the_case(desk):
    (case,) = await desk.cases()
    return case


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("好的", "affirm"),
        ("你问这个干嘛？", None),
        ("👌", None),
        ("不满意", "dissatisfied"),
    ],
)
async def test_what_cannot_be_a_batch_number_is_not_written_down_as_one(desk, text, label):
    await complain(desk)
    await desk.say(text, reading(label))
    assert "batch_no" not in (await the_case(desk)).fields
    assert (await desk.conversation()).question == "batch_no"


async def test_a_question_that_is_not_answered_twice_is_let_go(desk):
    await complain(desk)
    await desk.say("你问这个干嘛？", reading(None))
    await desk.say("什么是批号？", reading(None))
    assert (await the_case(desk)).fields["batch_no"] is None
    assert (await desk.conversation()).question == "bought_when"


async def test_a_bare_number_is_the_one_that_was_asked_for_whatever_it_looks_like(desk):
    await complain(desk)
    await desk.say("OL20260225", reading("inform", order_no="OL20260225"))
    assert (await the_case(desk)).fields["batch_no"] == "OL20260225"


async def test_a_doubtful_no_may_be_the_answer(desk):
    await complain(desk, "客服骂人", "service.quality", date="昨天")
    await desk.say("电话里", reading("deny", confidence=0.3))
    assert (await the_case(desk)).fields["place"] == "电话里"


async def test_a_fact_beside_the_question_is_acknowledged_and_a_corrected_one_too(desk):
    await complain(desk)
    noted = await desk.say("电话13900001234", reading("inform", phone="13900001234"))
    changed = await desk.say("错了,是13900005678", reading("inform", phone="13900005678"))
    assert noted[0] in {desk.words.situation("fact_noted", "hans", variant=nth).text for nth in range(2)}
    now = {"case.changes": "联系电话：13900005678"}
    ways = {desk.words.situation("fact_changed", "hans", variant=nth, values=now).text for nth in range(2)}
    assert changed[0] in ways
    assert (await the_case(desk)).fields["phone"] == "13900005678"


@pytest.mark.parametrize("text", ["电话１３９００００１２３４", "电话 1 3 9 0 0 0 0 1 2 3 4"])
async def test_a_phone_is_found_by_its_digits_when_the_model_misses_it(desk, text):
    await complain(desk)
    await desk.say(text, reading("inform"))
    assert (await the_case(desk)).phone_hash == desk.words.phone_hash("13900001234")


async def test_a_phone_that_was_taken_for_an_order_number_is_one_all_the_same(desk):
    await complain(desk)
    await desk.say("我的13900001234", reading("inform", order_no="13900001234"))
    fields = (await the_case(desk)).fields
    assert (fields["phone"], fields.get("order_no")) == ("13900001234", None)


async def test_a_long_order_number_holds_no_phone(desk):
    await complain(desk)
    await desk.say("单号9913900001234", reading("inform", order_no="9913900001234"))
    assert "phone" not in (await the_case(desk)).fields


async def test_a_fact_told_in_passing_makes_a_known_one_more_exact(desk):
    await complain(desk, "水有怪味", "water.odor", product="水")
    await desk.say("矿泉水有味", reading("water.odor", product="矿泉水"))
    assert (await the_case(desk)).fields["product"] == "矿泉水"


async def test_facts_told_before_the_complaint_are_not_asked_again(desk):
    await desk.say("13900001234", reading("inform", phone="13900001234"))
    await desk.say("昨天在楼下超市买的", reading("inform", date="昨天", place="楼下超市"))
    await complain(desk)
    fields = (await the_case(desk)).fields
    assert (fields["phone"], fields["bought_when"], fields["bought_where"]) == (
        "13900001234",
        "昨天",
        "楼下超市",
    )


async def test_facts_of_an_earlier_complaint_stay_with_it(desk):
    await complain(desk)
    await desk.say("批号20260118", reading("inform", batch_no="20260118"))
    await desk.silence(minutes=9)
    await complain(desk, "绿茶是浑的", "tea.turbid", product="绿茶")
    newest = max(await desk.cases(), key=lambda case: case.opened_at)
    assert "batch_no" not in newest.fields


@pytest.mark.parametrize(
    ("text", "label"), [("退钱", "ask_compensation"), ("尽快处理", "urge"), ("换新的", "suggest")]
)
async def test_a_wish_is_kept_whatever_it_sounds_like_and_not_asked_again(desk, text, label):
    await asked_for_wish(desk)
    await desk.say(text, reading(label))
    assert (await the_case(desk)).fields["wish"] == text
    assert (await desk.conversation()).question == "phone"


async def test_a_bare_yes_is_no_wish_and_the_question_comes_again(desk):
    await asked_for_wish(desk)
    replies = await desk.say("嗯", reading("affirm"))
    assert "wish" not in (await the_case(desk)).fields
    assert (await desk.conversation()).question == "wish"
    assert replies


async def test_a_yes_with_a_wish_is_a_wish(desk):
    await asked_for_wish(desk)
    await desk.say("可以给我换一台新的", reading("affirm"))
    assert (await the_case(desk)).fields["wish"] == "可以给我换一台新的"


async def test_after_the_last_answer_the_draft_is_read_back_even_when_it_is_a_wish(desk):
    await desk.say("13900001234", reading("inform", phone="13900001234"))
    await asked_for_wish(desk)
    *_, asked = await desk.say("退钱", reading("ask_compensation"))
    assert "您的要求：退钱" in asked
    await desk.say("对", reading("affirm"))
    assert (await the_case(desk)).state is CaseState.ACCEPTED


@pytest.mark.parametrize("text", ["就这些,别问了", "就按现在的内容提交"])
async def test_that_is_all_accepts_the_case_as_it_is(desk, text):
    await complain(desk)
    await desk.say(text, reading("deny"))
    assert (await the_case(desk)).state is CaseState.ACCEPTED


async def test_goodbye_accepts_the_case_and_is_returned_last(desk):
    await complain(desk)
    replies = await desk.say("先这样,再见", reading("goodbye"))
    case = await the_case(desk)
    assert case.state is CaseState.ACCEPTED
    assert case.number in replies[0]
    assert replies[-1] == desk.words.situation("goodbye", "hans").text


async def test_urging_a_draft_accepts_it_in_order_and_goes_on_asking(desk):
    await complain(desk)
    replies = await desk.say("快点", reading("urge"))
    case = await the_case(desk)
    assert [case.number in reply for reply in replies] == [False, True, False]
    assert (await desk.conversation()).question == "batch_no"


async def test_saying_it_again_confirms_a_withdrawal(desk):
    await complain(desk)
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say("对,撤了吧", reading("withdraw"))
    assert (await the_case(desk)).state is CaseState.WITHDRAWN


async def test_words_of_going_on_keep_the_case_whatever_they_were_taken_for(desk):
    await complain(desk)
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say("不,继续处理", reading("withdraw"))
    assert (await the_case(desk)).state is CaseState.DRAFT


@pytest.mark.parametrize(("text", "label"), [("你们赔不赔", "ask_compensation"), ("我想想", "chitchat")])
async def test_a_yes_to_something_else_withdraws_nothing(desk, text, label):
    await complain(desk)
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say(text, reading(label))
    await desk.say("好的", reading("affirm"))
    assert (await the_case(desk)).state is CaseState.DRAFT


async def test_an_answer_alike_in_both_scripts_does_not_change_the_script(desk):
    await desk.say("鋁箔包飲料沒有吸管", reading("carton.no_straw", script="hant"))
    await desk.say("不方便", reading("deny", script="hans"))
    assert (await desk.conversation()).script == "hant"


async def test_a_reading_without_facts_and_without_a_case_was_not_understood(desk):
    for text in ("{case.number} %s", "'; --x"):
        await desk.say(text, reading("inform"))
    assert (await desk.conversation()).misunderstood == 2


@pytest.mark.parametrize(
    ("text", "situation"), [("👌", "message.emoji"), ("<script>alert(1)</script>", "message.markup")]
)
async def test_what_holds_no_words_is_named_for_what_it_is(desk, text, situation):
    (reply,) = await desk.say(text, reading(None))
    assert reply == desk.words.situation(situation, "hans").text


async def test_an_emoji_that_sounds_like_an_insult_is_not_answered_as_one(desk):
    (reply,) = await desk.say("👌", reading("abuse"))
    assert reply == desk.words.situation("message.emoji", "hans").text


async def test_who_waits_for_a_human_at_night_hears_again_when_people_are_back(desk):
    desk.clock.turn(hours=12)
    await desk.say("转人工", reading("request_human"))
    (reply,) = await desk.say("人呢", reading("request_human"))
    assert "明天（周四）9:00" in reply


async def test_dissatisfaction_without_a_case_promises_nothing_and_asks(desk):
    (reply,) = await desk.say("结果我不接受", reading("dissatisfied"))
    assert "请告诉我" in reply


async def test_everything_asked_and_refused_after_acceptance_ends_with_thanks(desk):
    await desk.say("喝完拉肚子了", reading("illness", product="绿茶"))
    replies = []
    while (await desk.conversation()).question is not None:
        replies = await desk.say("没有", reading("deny"))
    assert replies[-1] == desk.words.situation("facts_complete", "hans").text


async def test_small_talk_never_gets_the_same_words_twice_in_a_row(desk):
    said = [tuple(await desk.say("好的", reading("affirm"))) for _ in range(7)]
    assert [one for one, next_one in itertools.pairwise(said) if one == next_one] == []
