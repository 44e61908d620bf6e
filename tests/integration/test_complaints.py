"""What becomes of a complaint: it is answered with its clause, asked about, filed, or withdrawn."""

from bot.domain.case import CaseState
from bot.domain.conversation import Author, Owner
from bot.domain.history import first_break
from tests.complaints import SICK, complain
from tests.rooms import reading


async def test_a_complaint_is_answered_with_the_clause_as_printed_and_opens_a_draft(desk):
    replies = await complain(desk)
    clause = desk.words.handbook.say("S-BEV-TETRA-1", {})
    assert clause.text in replies
    (case,) = await desk.cases()
    assert (case.issue, case.state, case.number) == ("carton.empty", CaseState.DRAFT, None)
    assert case.fields["product"] == "奶茶"
    assert "S-BEV-TETRA-1" in case.clauses


async def test_what_is_known_is_not_asked(desk):
    await complain(desk)
    conversation = await desk.conversation()
    assert conversation.question == "batch_no"


async def test_a_question_that_is_asked_again_is_asked_in_other_words(desk):
    await complain(desk)
    first = (await desk.say("你好", reading("greet")))[-1]
    second = (await desk.say("谢谢", reading("thank")))[-1]
    assert first != second


async def test_answers_and_refusals_complete_the_case_and_the_desk_announces_the_number(desk):
    await complain(desk)
    await desk.say("没有批号", reading("deny"))
    await desk.say("上周三", reading("inform", date="上周三"))
    await desk.say("楼下超市", reading("inform", place="楼下超市"))
    await desk.say("13900001234", reading("inform", phone="13900001234"))
    replies = await desk.say("没错", reading("affirm"))
    (case,) = await desk.cases()
    assert case.state is CaseState.ACCEPTED
    assert case.fields["batch_no"] is None
    assert case.fields["phone"] == "13900001234"
    assert case.phone_hash == desk.words.phone_hash("139-0000-1234")
    assert any(case.number in reply for reply in replies)
    last = (await desk.transcript())[-1]
    assert last.author is Author.DESK


async def test_the_submit_button_accepts_the_case_as_it_is(desk):
    await complain(desk)
    await desk.say("就这些,请受理", reading("chitchat"), choice="submit")
    (case,) = await desk.cases()
    assert case.state is CaseState.ACCEPTED


async def test_silence_accepts_the_draft_once(desk):
    await complain(desk)
    assert await desk.silence(minutes=9) == 1
    assert await desk.silence(minutes=9) == 0
    (case,) = await desk.cases()
    numbers = [line.text for line in await desk.transcript() if case.number in line.text]
    assert len(numbers) == 1


async def test_illness_raises_the_case_keeps_the_first_issue_and_reaches_a_human(desk):
    await complain(desk)
    replies = await desk.say(SICK, reading("illness"))
    (case,) = await desk.cases()
    assert (case.issue, case.second_issue, case.severity) == ("illness", "carton.empty", "重大")
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert any(case.number in reply for reply in replies)


async def test_internal_text_is_never_said_about_illness(desk):
    await complain(desk)
    replies = await desk.say(SICK, reading("illness"))
    for unit in desk.words.handbook.clause("S-BEV-ILL-1").wording:
        assert not any(unit.text in reply for reply in replies)


async def test_another_complaint_opens_a_case_of_its_own(desk):
    await complain(desk)
    desk.clock.turn(minutes=1)
    await desk.say("水有怪味", reading("water.odor"))
    first, second = await desk.cases()
    assert (first.issue, first.state) == ("carton.empty", CaseState.ACCEPTED)
    assert (second.issue, second.state) == ("water.odor", CaseState.DRAFT)


async def test_a_doubtful_other_complaint_opens_nothing(desk):
    await complain(desk)
    await desk.say("水嘛", reading("water.odor", confidence=0.4))
    assert len(await desk.cases()) == 1


async def test_the_same_complaint_again_opens_no_second_case(desk):
    await complain(desk)
    await desk.silence(minutes=9)
    await complain(desk)
    assert len(await desk.cases()) == 1


async def test_withdrawing_is_asked_once_and_done(desk):
    await complain(desk)
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say("是的", reading("affirm"))
    (case,) = await desk.cases()
    assert case.state is CaseState.WITHDRAWN


async def test_a_no_keeps_the_case(desk):
    await complain(desk)
    await desk.say("不投诉了", reading("withdraw"))
    await desk.say("算了,不撤", reading("deny"))
    (case,) = await desk.cases()
    assert case.state is CaseState.DRAFT


async def test_replies_follow_the_customers_script(desk):
    text = "鋁箔包飲料沒有吸管"
    replies = await desk.say(text, reading("carton.no_straw", script="hant"))
    printed = desk.words.handbook.say("S-BEV-TETRA-3", {}).text
    assert desk.words.clause("S-BEV-TETRA-3", "hant").text in replies
    assert printed not in replies


async def test_every_change_of_a_case_stands_in_its_unbroken_history(desk):
    await complain(desk)
    await desk.say(SICK, reading("illness"))
    (case,) = await desk.cases()
    async with desk.units() as uow:
        history = await uow.cases.history(case.id)
    assert [event.kind for event in history] == ["opened", "issue_noted", "accepted", "handed_over"]
    assert first_break(history) is None
