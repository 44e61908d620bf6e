"""The same complaint again joins the open case, and the customer is told; another thing is another case."""

import pytest

from tests.accepted import accepted, again, history
from tests.rooms import reading

TEA = {"product": "奶茶"}


async def repeat(desk, text, label="carton.empty", **facts):
    return await desk.say(text, reading(label, **facts), "一")


@pytest.mark.parametrize("days", [0, 2, 29])
async def test_the_same_complaint_again_joins_the_open_case_and_the_customer_is_told(desk, days):
    case = await accepted(desk, "一", **TEA)
    desk.clock.turn(days=days, minutes=10)
    replies = await repeat(desk, "奶茶又有一盒空的", **TEA)
    assert len(await desk.cases("一")) == 1
    assert any(case.number in reply and "这件投诉里" in reply for reply in replies)
    assert "奶茶又有一盒空的" in (await again(desk, case)).text
    assert len(await history(desk, case, "said_again")) == 1


async def test_more_exactly_named_it_is_still_the_same_product(desk):
    await accepted(desk, "一", **TEA)
    desk.clock.turn(days=2)
    await repeat(desk, "珍珠奶茶又有一盒空的", product="珍珠奶茶")
    assert len(await desk.cases("一")) == 1


@pytest.mark.parametrize(
    ("known", "named"),
    [
        (TEA, {"product": "绿茶"}),
        ({"order_no": "SF001"}, {"order_no": "SF002"}),
        ({"place": "3栋"}, {"place": "8栋"}),
    ],
    ids=["product", "order", "place"],
)
async def test_another_product_order_or_place_is_another_case(desk, known, named):
    await accepted(desk, "一", **known)
    desk.clock.turn(days=2)
    await repeat(desk, "又有一盒空的", **named)
    assert len(await desk.cases("一")) == 2


async def test_another_issue_is_another_case(desk):
    await accepted(desk, "一", **TEA)
    desk.clock.turn(days=2)
    await repeat(desk, "奶茶没有吸管", "carton.no_straw", **TEA)
    assert len(await desk.cases("一")) == 2


async def test_what_no_label_fits_is_not_taken_for_the_same_after_a_day(desk):
    await accepted(desk, "一", "other_complaint", "停车场太乱了")
    desk.clock.turn(days=2)
    await repeat(desk, "发票一直没给", "other_complaint")
    assert len(await desk.cases("一")) == 2


async def test_somebody_elses_same_complaint_is_a_case_of_its_own(desk):
    await accepted(desk, "一", **TEA)
    await accepted(desk, "二", **TEA)
    assert len(await desk.cases("一")) == len(await desk.cases("二")) == 1
