"""「不对，电话写错了」, 「是绿茶不是乌龙」: during the questions, before and after acceptance."""

import pytest

from bot.domain.case import CaseState
from tests.accepted import history
from tests.complaints import complain
from tests.rooms import reading


async def the_case(desk):
    (case,) = await desk.cases()
    return case


async def accepted(desk, **facts):
    await desk.say("乌龙茶是浑的", reading("tea.turbid", product="乌龙茶", **facts))
    await desk.say("就这些", reading("deny"), choice="submit")
    assert (await the_case(desk)).state is CaseState.ACCEPTED


async def test_a_denied_value_is_replaced_and_not_taken(desk):
    await desk.say("乌龙茶是浑的", reading("tea.turbid", product="乌龙茶"))
    replies = await desk.say("是绿茶不是乌龙", reading("tea.turbid", product="绿茶"))
    assert (await the_case(desk)).fields["product"] == "绿茶"
    assert "产品：绿茶" in replies[0]


@pytest.mark.parametrize("text", ["是绿茶不是乌龙茶", "不是乌龙茶，是绿茶", "乌龙茶改成绿茶"])
async def test_both_values_may_be_found_and_one_is_denied(desk, text):
    await accepted(desk)
    both = reading("product.quality")
    both = type(both)(
        label="product.quality", confidence=0.9, script="hans",
        entities=(*reading(None, product="绿茶").entities, *reading(None, product="乌龙茶").entities),
    )  # fmt: skip
    await desk.say(text, both)
    case = await the_case(desk)
    assert case.fields["product"] == "绿茶"
    (entry,) = await history(desk, case, "fact_corrected")
    assert entry.actor == "customer"
    assert (entry.payload["before"], entry.payload["after"]) == ({"product": "乌龙茶"}, {"product": "绿茶"})


async def test_a_value_that_the_model_misses_is_taken_from_the_words(desk):
    await accepted(desk, date="昨天")
    (reply,) = await desk.say("不是昨天买的，是大前天买的", reading(None, 0.2))
    assert (await the_case(desk)).fields["bought_when"] == "大前天"
    assert "大前天" in reply


@pytest.mark.parametrize("label", ["deny", "dissatisfied", "inform", None, "other_complaint"])
async def test_a_wrong_phone_is_asked_for_after_acceptance_too_whatever_it_is_read_as(desk, label):
    await accepted(desk, phone="13900001234")
    (asked,) = await desk.say("不对，电话写错了", reading(label, 0.45))
    assert "正确的联系电话" in asked
    (told,) = await desk.say("13900005678", reading("inform", phone="13900005678"))
    case = await the_case(desk)
    assert case.fields["phone"] == "13900005678"
    assert case.phone_hash == desk.words.phone_hash("13900005678")
    assert "联系电话：13900005678" in told
    assert (await desk.conversation()).question is None


async def test_the_right_phone_in_the_same_breath_is_taken_at_once(desk):
    await accepted(desk, phone="13900001234")
    await desk.say("电话应该是13900005678", reading("deny"))
    assert (await the_case(desk)).fields["phone"] == "13900005678"


async def test_in_the_middle_of_the_questions_the_open_one_comes_again_in_other_words(desk):
    await complain(desk)
    await desk.say("A123", reading("inform", batch_no="A123"))
    (asked,) = await desk.say("昨天", reading("inform", date="昨天"))
    told, again = await desk.say("说错了，是前天", reading("deny", date="前天"))
    assert "前天" in told
    assert again != asked
    fields = (await the_case(desk)).fields
    assert fields["bought_when"] == "前天"
    assert "bought_where" not in fields


async def test_who_gives_no_right_value_keeps_what_was_there(desk):
    await accepted(desk, phone="13900001234")
    await desk.say("电话写错了", reading("deny"))
    await desk.say("算了，不改了", reading("deny"))
    assert (await the_case(desk)).fields["phone"] == "13900001234"
    assert (await desk.conversation()).question is None


@pytest.mark.parametrize(
    "text", ["不是我的错，是你们的错", "这不是钱的问题，是态度问题", "你们是不是骗子", "不对吧"]
)
async def test_what_denies_nothing_that_is_known_changes_nothing(desk, text):
    await accepted(desk, phone="13900001234")
    before = (await the_case(desk)).fields
    await desk.say(text, reading(None, 0.2))
    case = await the_case(desk)
    assert case.fields == before
    assert not await history(desk, case, "fact_corrected")


async def test_a_threat_is_no_correction(desk):
    await accepted(desk, phone="13900001234")
    await desk.say("电话写错了我就打12315", reading("special.consumer_association"))
    assert (await the_case(desk)).issue == "special.consumer_association"


async def test_traditional_characters_correct_as_well(desk):
    hant = {"script": "hant"}
    await desk.say("烏龍茶是濁的", reading("tea.turbid", product="烏龍茶", **hant))
    await desk.say("就這些", reading("deny", **hant), choice="submit")
    (reply,) = await desk.say("應該是綠茶，不是烏龍茶", reading("deny", product="綠茶", **hant))
    assert (await the_case(desk)).fields["product"] == "綠茶"
    assert "產品：綠茶" in reply
