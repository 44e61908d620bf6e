"""What a customer threatens with marks the case, and its level follows; only people say that it came true."""

import pytest

from bot.domain.handbook.severity import Heat
from tests.accepted import accepted, again, history
from tests.rooms import reading, risk


async def said(desk, text, label, *risks):
    await desk.say(text, reading(label, risks=risks))


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        ("legal", "may_sue"),
        ("media", "may_be_exposed"),
        ("association", "may_be_exposed"),
        ("black_cat", "may_be_exposed"),
        ("illness", "health"),
    ],
)
async def test_words_mark_the_case_with_an_entry_of_before_and_after(desk, kind, flag):
    case = await accepted(desk, "visitor")
    await said(desk, "再不处理你们等着", "urge", risk(kind, "等着"))
    assert (await again(desk, case)).flags == [flag]
    (entry,) = await history(desk, case, "risk_noted")
    assert (entry.payload["before"], entry.payload["after"]) == ({"flags": []}, {"flags": [flag]})


async def test_a_threat_makes_an_accepted_case_hot_at_once_with_the_reason_in_words(desk):
    case = await accepted(desk, "visitor")
    assert case.heat == Heat.NORMAL
    await said(desk, "再不处理我找记者", "urge", risk("media", "记者"))
    case = await again(desk, case)
    assert case.heat == Heat.HOT
    assert "可能被曝光" in case.judged["reasons"][0]["text"]


async def test_a_threat_in_the_first_message_counts_when_the_case_is_accepted(desk):
    await said(desk, "盒子是空的，我要起诉", "carton.empty", risk("legal", "起诉"))
    await desk.say("就这些", reading("chitchat"), choice="submit")
    (case,) = await desk.cases()
    assert (case.heat, case.flags) == (Heat.HOT, ["may_sue"])


async def test_a_threat_read_while_a_person_answers_judges_the_case_too(desk, talk):
    case = await accepted(desk, "visitor")
    await desk.agents.claim(case.conversation_id, "li", "小李")
    await said(desk, "我发到黑猫去", "urge", risk("black_cat", "黑猫"))
    assert (await again(desk, case)).heat == Heat.HOT


async def test_what_is_denied_marks_nothing(desk):
    case = await accepted(desk, "visitor")
    await said(desk, "我没说要起诉", "urge", risk("legal", "起诉", denied=True))
    case = await again(desk, case)
    assert (case.flags, case.heat) == ([], Heat.NORMAL)


async def test_no_words_make_a_lawsuit_or_a_report_in_the_media(desk):
    case = await accepted(desk, "visitor")
    await said(desk, "法院和电视台都去过了", "urge", risk("legal", "法院"), risk("media", "电视台"))
    assert not {"lawsuit", "media"} & set((await again(desk, case)).flags)


async def test_the_same_words_again_change_nothing(desk):
    case = await accepted(desk, "visitor")
    for text in ("找记者", "我真的找记者"):
        await said(desk, text, "urge", risk("media", "记者"))
    assert len(await history(desk, case, "risk_noted")) == 1
