"""Illness as a conversation, and the question whether anybody feels unwell."""

import pytest

from bot.domain.case import CaseState
from bot.domain.conversation import Owner
from tests.complaints import SICK
from tests.rooms import reading, risk

SPOILED = "八宝粥是酸的"
SOUR = reading("porridge.sour", product="八宝粥")
STEPS = {
    "symptoms": ("拉肚子，还有点头晕", reading("illness")),
    "phone": ("13900001234", reading("inform", phone="13900001234")),
    "product": ("八宝粥", reading("inform", product="八宝粥")),
    "taken_when": ("昨晚八点", reading("inform", date="昨晚八点")),
    "taken_amount": ("半罐", reading("inform", quantity="半罐")),
    "batch_no": ("20260105A", reading("inform", batch_no="20260105A")),
    "food_before": ("中午吃了面条，前天吃了火锅", reading("inform")),
    "bought_where": ("永辉超市", reading("inform", place="永辉超市")),
    "storage": ("买回来一直放在冰箱里", reading("inform")),
    "remainder": ("罐子还在，剩一点", reading("inform")),
    "doctor": ("今天早上去了医院，开了药", reading("inform")),
}


async def open_question(desk):
    return (await desk.conversation()).question


async def test_illness_is_asked_about_in_the_handbooks_steps_one_at_a_time(desk):
    await desk.say(SICK, reading("illness"))
    asked = []
    while (question := await open_question(desk)) is not None:
        asked.append(question)
        text, understood = STEPS[question]
        await desk.say(text, understood)
    assert asked == list(STEPS)
    (case,) = await desk.cases()
    assert {name: case.fields[name] for name in STEPS} == {name: text for name, (text, _) in STEPS.items()}


async def test_a_person_is_alerted_at_once_and_the_bot_goes_on_asking(desk):
    replies = await desk.say(SICK, reading("illness"))
    assert (await desk.conversation()).owner is Owner.QUEUE
    (case,) = await desk.cases()
    assert case.state is CaseState.ACCEPTED
    assert "不舒服" in replies[-1]
    assert await open_question(desk) == "symptoms"


async def test_every_question_about_an_illness_can_be_skipped(desk):
    await desk.say(SICK, reading("illness"))
    for _ in STEPS:
        await desk.say("不方便说", reading("deny"))
    assert await open_question(desk) is None
    (case,) = await desk.cases()
    assert all(case.fields[name] is None for name in STEPS)


async def test_who_is_ill_hears_of_the_doctor_and_of_keeping_the_rest(desk):
    replies = "".join(await desk.say(SICK, reading("illness")))
    assert "尽快去医院" in replies
    assert "剩余的产品连同包装" in replies


@pytest.mark.parametrize(
    "risks",
    [
        [risk("urgent", "呼吸困难")],
        [risk("illness", "拉肚子"), risk("minor", "婴儿")],
        [risk("illness", "吐了"), risk("minor", "六个月大")],
    ],
)
async def test_urgent_symptoms_first_hear_of_the_doctor_and_120(desk, risks):
    replies = await desk.say("喝完不对劲", reading("illness", risks=risks))
    assert "现在就去医院" in replies[0].partition("；")[0]
    assert "120" in replies[0]
    assert await open_question(desk) == "symptoms"


async def test_urgent_symptoms_told_as_an_answer_are_met_too_and_once(desk):
    await desk.say(SICK, reading("illness"))
    urgent = reading("inform", risks=[risk("urgent", "昏迷")])
    first = await desk.say("刚才昏迷了一会儿", urgent)
    second = await desk.say("醒了又昏迷", urgent)
    assert "120" in first[0]
    assert not any("现在就去医院" in reply for reply in second)


async def test_an_illness_that_is_not_urgent_is_not_frightened_with_120(desk):
    replies = await desk.say(SICK, reading("illness", risks=[risk("illness", "拉肚子")]))
    assert not any("120" in reply for reply in replies)


async def test_an_urgent_symptom_of_small_talk_says_nothing_of_a_doctor(desk):
    replies = await desk.say("男子晕倒", reading("chitchat", risks=[risk("urgent", "晕倒")]))
    assert not any("120" in reply for reply in replies)


async def test_with_spoiled_food_the_first_question_is_whether_anybody_feels_unwell(desk):
    replies = await desk.say(SPOILED, SOUR)
    assert await open_question(desk) == "unwell"
    assert "不舒服" in replies[-1]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("没有", reading("deny")),
        ("没人喝", reading(None, 0.1)),
        ("就我喝了一口，没事", reading("inform")),
        ("没有不舒服", reading("affirm")),
        ("没拉肚子", reading("deny", risks=[risk("illness", "拉肚子", denied=True)])),
    ],
)
async def test_when_nobody_is_unwell_the_form_goes_on(desk, text, understood):
    await desk.say(SPOILED, SOUR)
    await desk.say(text, understood)
    (case,) = await desk.cases()
    assert (case.issue, case.fields["unwell"]) == ("porridge.sour", text)
    assert await open_question(desk) == "batch_no"
    assert (await desk.conversation()).owner is Owner.BOT


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("有", reading("affirm")),
        ("喝了有点不舒服", reading(None, 0.2)),
        ("我女儿吐了", reading("inform", risks=[risk("illness", "吐了")])),
        ("拉肚子了", reading("illness")),
    ],
)
async def test_who_feels_unwell_makes_it_an_illness_and_a_person_is_alerted(desk, text, understood):
    await desk.say(SPOILED, SOUR)
    replies = await desk.say(text, understood)
    (case,) = await desk.cases()
    assert (case.issue, case.second_issue) == ("illness", "porridge.sour")
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert any("尽快去医院" in reply for reply in replies)
    assert await open_question(desk) == "symptoms"


async def test_whether_anybody_feels_unwell_is_asked_once(desk):
    await desk.say(SPOILED, SOUR)
    await desk.say("批号20260105A", reading("inform", batch_no="20260105A"))
    (case,) = await desk.cases()
    assert (case.asked["unwell"], case.fields["batch_no"]) == (1, "20260105A")
    assert await open_question(desk) == "bought_when"


async def test_who_says_that_nobody_drank_it_is_not_asked(desk):
    await desk.say("八宝粥是酸的，还没吃就倒了", SOUR)
    assert await open_question(desk) == "batch_no"


async def test_a_bare_all_right_is_no_illness_and_the_question_comes_once_more(desk):
    await desk.say(SPOILED, SOUR)
    await desk.say("好的", reading("affirm"))
    (case,) = await desk.cases()
    assert (case.issue, await open_question(desk)) == ("porridge.sour", "unwell")
    await desk.say("好的", reading("affirm"))
    (case,) = await desk.cases()
    assert case.fields["unwell"] is None
    assert await open_question(desk) == "batch_no"


async def test_dishes_answer_what_was_eaten_before(desk):
    await desk.say(SICK, reading("illness"))
    while await open_question(desk) != "food_before":
        await desk.say(*STEPS[await open_question(desk)])
    dishes = "昨晚吃的面条，前天吃的火锅"
    await desk.say(dishes, reading("inform", date="昨晚", product="面条"))
    (case,) = await desk.cases()
    assert case.fields["food_before"] == dishes
