"""Which messages are worth a look, and why; each is found once."""

from dataclasses import replace

import pytest

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.review import ReviewReason
from bot.services.choices import MEANS
from bot.services.review import finding
from bot.services.review.finding import note_by_id
from tests.complaints import EMPTY_PACK
from tests.rooms import reading

STRAW = "吸管那里有点问题吧"


async def test_what_was_not_understood_is_worth_a_look(desk, noted):
    await desk.say("嘎嘣脆咯", reading(None, 0.2))
    assert await noted() == {"嘎嘣脆咯": ["not_understood"]}


async def test_a_sure_reading_is_not(desk, noted):
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.95))
    assert await noted() == {}


async def test_a_doubtful_reading_is_and_so_are_two_close_ones(desk, noted):
    close = replace(reading("carton.empty", 0.55), ranking=(("carton.empty", 0.55), ("carton.no_straw", 0.5)))
    await desk.say(STRAW, close)
    assert await noted() == {STRAW: ["low_confidence", "close"]}


async def test_an_answer_to_a_question_and_a_button_are_not(desk, noted):
    await desk.say("三月买的", replace(reading(None, 0.2), taken_as="inform"))
    await desk.say("转人工", reading(None, 0.2), choice="request_human")
    assert await noted() == {}


async def test_the_message_before_asking_for_a_person_is(desk, noted):
    await desk.say(STRAW, reading("carton.empty", 0.8))
    await desk.say("转人工", reading("request_human", 0.99))
    assert await noted() == {STRAW: ["handed_over"]}


async def test_it_is_not_when_it_was_read_surely_or_long_before(desk, noted):
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.97))
    await desk.say("转人工", reading("request_human", 0.99))
    await desk.say(STRAW, reading("carton.empty", 0.8), visitor="another")
    desk.clock.turn(hours=2)
    await desk.say("转人工", reading("request_human", 0.99), visitor="another")
    assert await noted() == {}


async def test_the_message_that_the_customer_says_was_not_meant_so_is(desk, noted):
    await desk.say(STRAW, reading("carton.empty", 0.99))
    await desk.say("不是这个意思", reading("deny", 0.95))
    assert await noted() == {STRAW: ["denied"]}


async def test_the_meaning_that_the_customer_picks_is_kept(desk, noted, review, zhou):
    doubtful = replace(reading(None, 0.3), ranking=(("carton.empty", 0.3), ("carton.no_straw", 0.25)))
    await desk.say(STRAW, doubtful)
    desk.clock.turn(seconds=1)
    await desk.say("没有吸管", doubtful, choice=f"{MEANS}carton.no_straw")
    assert (await noted())[STRAW] == ["not_understood", "picked"]
    (row,) = [one for one in (await review.pages.inbox(zhou)).listed if one.text == STRAW]
    shown = await review.pages.shown(row.message_id, zhou)
    assert [one.label for one in shown.likely] == ["carton.no_straw", "carton.empty"]


async def test_each_message_is_found_once_however_often_one_looks(desk, review, noted):
    await desk.say("嘎嘣脆咯", reading(None, 0.2))
    await noted()
    assert await review.finding.look() == 0
    await desk.say("不是这个意思", reading("deny", 0.95))
    assert await noted() == {"嘎嘣脆咯": ["not_understood", "denied"]}


async def test_the_ledger_is_looked_through_in_parts(desk, review, noted, monkeypatch):
    monkeypatch.setattr(finding, "_AT_ONCE", 2)
    for number in range(5):
        await desk.say(f"嘎嘣脆咯{number}", reading(None, 0.2))
        desk.clock.turn(seconds=1)
    assert len(await noted()) == 5


async def test_nothing_is_passed_over_while_a_message_waits(desk, noted):
    desk.room.table["嘎嘣脆咯"] = reading(None, 0.2)
    waiting = await desk.send("嘎嘣脆咯")
    desk.clock.turn(minutes=5)
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.5), visitor="another")
    assert await noted() == {}
    await desk.turns.answer_next(waiting.conversation_id)
    assert set(await noted()) == {"嘎嘣脆咯", EMPTY_PACK}


async def test_others_can_give_reasons_too(desk, noted):
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.97))
    message = (await desk.transcript())[0]
    async with desk.units() as uow:
        assert await note_by_id(uow, message.id, ReviewReason.SHADOW, desk.clock.now())
        assert not await note_by_id(uow, message.id, ReviewReason.SHADOW, desk.clock.now())
        await uow.commit()
    assert await noted() == {EMPTY_PACK: ["shadow"]}


async def test_a_case_that_somebody_gives_another_issue_shows_what_was_misread(desk, noted, review, zhou):
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.97))
    await desk.silence(minutes=30)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        version = (await uow.cases.last_event(case.id)).seq
    await review.refiling.refile(case.id, zhou, version, "courier.transport", "是快递压坏的")
    (case,) = await desk.cases()
    assert (case.issue, case.pack) == ("courier.transport", "courier")
    assert await noted() == {EMPTY_PACK: ["reclassified"]}
    (row,) = (await review.pages.inbox(zhou)).listed
    likely = (await review.pages.shown(row.message_id, zhou)).likely
    assert likely[0].label == "courier.transport"


async def test_another_issue_needs_a_reason_and_has_to_be_another(desk, review, zhou):
    await desk.say(EMPTY_PACK, reading("carton.empty", 0.97))
    await desk.silence(minutes=30)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        version = (await uow.cases.last_event(case.id)).seq
    for issue, reason in (("carton.empty", "错了"), ("greet", "错了"), ("water.odor", " ")):
        with pytest.raises(InvalidInput):
            await review.refiling.refile(case.id, zhou, version, issue, reason)
    await review.refiling.refile(case.id, zhou, version, "water.odor", "看错了")
    with pytest.raises(Conflict):
        await review.refiling.refile(case.id, zhou, version, "tea.turbid", "又错了")
