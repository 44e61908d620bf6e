"""Threats and other risks in what a customer writes: recorded with their words, and taken to a person."""

import pytest

from bot.domain.conversation import Owner
from tests.records import a_user, store
from tests.rooms import reading, risk

SPOILED = "八宝粥是酸的"
SOUR = reading("porridge.sour", product="八宝粥")


async def open_question(desk):
    return (await desk.conversation()).question


async def history(desk, case):
    async with desk.units() as uow:
        return [(event.kind, event.payload) for event in await uow.cases.history(case.id)]


async def test_a_threat_in_a_complaint_is_recorded_and_taken_to_a_person_once(desk):
    threat = [risk("media", "记者"), risk("association", "12315")]
    await desk.say(SPOILED, reading("porridge.sour", product="八宝粥", risks=threat))
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert await open_question(desk) == "unwell"
    await desk.say("没有，快点，不然找记者", reading("deny", risks=[risk("media", "记者")]))
    (case,) = await desk.cases()
    entries = await history(desk, case)
    assert [payload["risks"] for kind, payload in entries if kind == "risk_noted"] == [
        [{"kind": "media", "text": "记者"}, {"kind": "association", "text": "12315"}]
    ]
    assert [kind for kind, _ in entries].count("handed_over") == 1
    assert "may_be_exposed" in case.flags


async def test_a_child_that_is_mentioned_is_recorded_and_alerts_nobody(desk):
    await desk.say(SPOILED, reading("porridge.sour", product="八宝粥", risks=[risk("minor", "三岁")]))
    (case,) = await desk.cases()
    assert "risk_noted" in dict(await history(desk, case))
    assert (await desk.conversation()).owner is Owner.BOT


@pytest.mark.parametrize(
    "understood",
    [
        reading("porridge.sour", product="八宝粥", risks=[risk("media", "记者", denied=True)]),
        reading("chitchat", risks=[risk("media", "记者")]),
    ],
)
async def test_a_denied_or_chatty_mention_changes_nothing(desk, understood):
    await desk.say("没说要找记者", understood)
    assert (await desk.conversation()).owner is Owner.BOT
    for case in await desk.cases():
        assert "risk_noted" not in dict(await history(desk, case))


async def test_a_threat_after_the_case_was_accepted_is_recorded_on_it(desk):
    await desk.say(SPOILED, SOUR)
    await desk.say("就这些", reading("deny"), choice="submit")
    await desk.say("再不处理我找记者", reading("urge", risks=[risk("media", "记者")]))
    (case,) = await desk.cases()
    assert "risk_noted" in dict(await history(desk, case))
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_threats_are_recorded_while_a_person_answers(desk):
    await desk.say(SPOILED, SOUR)
    await store(desk.units, ("people", a_user("li")))
    await desk.agents.claim((await desk.conversation()).id, "li", "小李")
    await desk.say("我要起诉", reading("special.legal", risks=[risk("legal", "起诉")]))
    (case,) = await desk.cases()
    assert "risk_noted" in dict(await history(desk, case))
    assert "may_sue" in case.flags
