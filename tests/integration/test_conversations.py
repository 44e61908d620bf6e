"""What a customer lives through, on both databases, with a room that reads what it is told."""

import asyncio

import pytest

from bot.domain.case import CaseState
from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.errors import Conflict, InvalidInput, TooLarge, UnderstandingUnavailable
from tests.desks import make_desk
from tests.rooms import reading

EMPTY_PACK = "一箱奶茶里有一盒是空的"
SICK = "我喝完拉肚子了"


@pytest.fixture
async def desk(units, sealer):
    return make_desk(units, sealer)


async def agent(desk, login="agent"):
    """Somebody who can claim conversations."""
    from bot.domain.people import Role, User

    user = User(
        id=login, login=login, name="客服一", role=Role.AGENT, password_hash="-", created_at=desk.clock.now()
    )
    async with desk.units() as uow:
        uow.people.add(user)
        await uow.commit()
    return user.id


async def complain(desk, visitor="visitor"):
    return await desk.say(EMPTY_PACK, reading("carton.empty", product="奶茶"), visitor)


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
    replies = await desk.say("13900001234", reading("inform", phone="13900001234"))
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
    assert await desk.silence(minutes=6) == 1
    assert await desk.silence(minutes=6) == 0
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
    await desk.silence(minutes=6)
    await complain(desk)
    assert len(await desk.cases()) == 1


async def test_asking_for_a_human_always_works_and_says_so(desk):
    replies = await desk.say("转人工", reading("request_human"))
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert replies == [desk.words.situation("hand_over", "hans").text]


async def test_the_bot_goes_on_helping_while_the_customer_waits_for_a_human(desk):
    await desk.say("转人工", reading("request_human"))
    replies = await complain(desk)
    assert replies
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_outside_office_hours_the_customer_hears_when_people_are_back(desk):
    desk.clock.turn(hours=12)
    (reply,) = await desk.say("转人工", reading("request_human"))
    assert desk.words.company.hours in reply


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


async def test_own_cases_are_reported_without_a_number(desk):
    await complain(desk)
    await desk.silence(minutes=6)
    replies = await desk.say("查一下我的投诉", reading("ask_progress"))
    (case,) = await desk.cases()
    assert any(case.number in reply for reply in replies)


async def accepted_with_phone(desk):
    await complain(desk)
    await desk.say("我电话13900001234", reading("inform", phone="13900001234"))
    await desk.silence(minutes=6)
    (case,) = await desk.cases()
    return case


async def test_another_visitor_needs_the_number_and_the_last_four_digits(desk):
    case = await accepted_with_phone(desk)
    right, wrong = f"{case.number} 尾号1234", f"{case.number} 尾号9999"
    asked = reading("ask_progress")
    assert not any("处理中" in line for line in await desk.say(case.number, asked, visitor="other"))
    assert not any("处理中" in line for line in await desk.say(wrong, asked, visitor="other"))
    assert any("处理中" in line for line in await desk.say(right, asked, visitor="other"))


async def test_guessing_numbers_is_stopped_after_five_attempts(desk):
    case = await accepted_with_phone(desk)
    asked = reading("ask_progress")
    for digit in range(5):
        await desk.say(f"{case.number} 尾号000{digit}", asked, visitor="other")
    (reply,) = await desk.say(f"{case.number} 尾号1234", asked, visitor="other")
    assert reply == desk.words.situation("progress.too_many", "hans").text
    desk.clock.turn(hours=2)
    assert any("处理中" in line for line in await desk.say(f"{case.number} 尾号1234", asked, visitor="other"))


async def test_the_second_urging_reaches_a_human(desk):
    await complain(desk)
    await desk.silence(minutes=6)
    await desk.say("催一下", reading("urge"))
    assert (await desk.conversation()).owner is Owner.BOT
    await desk.say("快点", reading("urge"))
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_after_two_misunderstandings_in_a_row_a_person_is_offered_and_after_three_takes_over(desk):
    await desk.say("嘎嘎嘎")
    (offer,) = await desk.say("呱呱呱")
    assert offer == desk.words.situation("not_understood.again", "hans").text
    assert (await desk.conversation()).owner is Owner.BOT
    await desk.say("咕咕咕")
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_a_misunderstanding_between_understood_messages_does_not_count(desk):
    for text in ("嘎嘎嘎", "呱呱呱"):
        await desk.say(text)
        await desk.say("你好", reading("greet"))
    assert (await desk.conversation()).owner is Owner.BOT


async def test_replies_follow_the_customers_script(desk):
    text = "鋁箔包飲料沒有吸管"
    replies = await desk.say(text, reading("carton.no_straw", script="hant"))
    printed = desk.words.handbook.say("S-BEV-TETRA-3", {}).text
    assert desk.words.clause("S-BEV-TETRA-3", "hant").text in replies
    assert printed not in replies


async def test_a_message_handed_in_twice_is_stored_and_answered_once(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    first = await desk.intake.receive("web", "visitor", EMPTY_PACK, client_id="same")
    second = await desk.intake.receive("web", "visitor", EMPTY_PACK, client_id="same")
    assert first.id == second.id
    while await desk.turns.answer_next(first.conversation_id):
        pass
    assert len(await desk.cases()) == 1
    assert desk.room.turns == [first.id]


async def test_a_turn_that_is_repeated_repeats_nothing(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    message = await desk.send(EMPTY_PACK)

    async def die():
        raise UnderstandingUnavailable("the answer was lost on its way")

    desk.room.before_answer = die
    with pytest.raises(UnderstandingUnavailable):
        await desk.turns.answer_next(message.conversation_id)
    desk.room.before_answer = None
    await desk.turns.answer_next(message.conversation_id)
    assert len(await desk.cases()) == 1
    printed = desk.words.clause("S-BEV-TETRA-1", "hans").text
    assert [line.text for line in await desk.transcript()].count(printed) == 1


async def test_a_reply_computed_during_takeover_is_dropped(desk):
    who = await agent(desk)
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    message = await desk.send(EMPTY_PACK)

    async def take_over():
        await desk.agents.claim(message.conversation_id, who, "客服一")

    desk.room.before_answer = take_over
    await desk.turns.answer_next(message.conversation_id)
    lines = await desk.transcript()
    assert not [line for line in lines if line.author is Author.BOT]
    assert lines[0].delivery is Delivery.FOR_HUMAN
    assert lines[0].reading["label"] == "carton.empty"


async def test_the_number_arrives_even_if_the_bots_reply_is_dropped(desk):
    who = await agent(desk)
    desk.room.table[SICK] = reading("illness")
    message = await desk.send(SICK)

    async def take_over():
        await desk.agents.claim(message.conversation_id, who, "客服一")

    desk.room.before_answer = take_over
    await desk.turns.answer_next(message.conversation_id)
    (case,) = await desk.cases()
    assert [line for line in await desk.transcript() if case.number in line.text]


async def test_while_an_agent_owns_the_conversation_the_bot_is_silent_but_reads(desk):
    who = await agent(desk)
    await complain(desk)
    conversation = await desk.conversation()
    await desk.agents.claim(conversation.id, who, "客服一")
    replies = await desk.say("电话13900001234", reading("inform", phone="13900001234"))
    assert replies == []
    (case,) = await desk.cases()
    assert case.fields["phone"] == "13900001234"


async def test_after_release_the_bot_answers_again_and_knows_the_case(desk):
    who = await agent(desk)
    await complain(desk)
    conversation = await desk.conversation()
    await desk.agents.claim(conversation.id, who, "客服一")
    await desk.agents.write(conversation.id, who, "您好,我来处理")
    await desk.agents.release(conversation.id, who)
    replies = await desk.say("查进度", reading("ask_progress"))
    (case,) = await desk.cases()
    assert any(case.number in reply for reply in replies)


async def test_two_agents_who_claim_at_once_have_one_winner(desk):
    first, second = await agent(desk, "first"), await agent(desk, "second")
    await desk.say("转人工", reading("request_human"))
    conversation = await desk.conversation()
    results = await asyncio.gather(
        *(desk.agents.claim(conversation.id, who, who) for who in (first, second)), return_exceptions=True
    )
    assert [type(result) for result in results].count(Conflict) == 1
    assert (await desk.conversation()).agent_id in (first, second)


async def test_an_agent_who_does_not_own_the_conversation_cannot_write(desk):
    who = await agent(desk)
    await complain(desk)
    with pytest.raises(Conflict):
        await desk.agents.write((await desk.conversation()).id, who, "您好")


async def test_while_the_room_is_down_the_customer_is_told_once_and_nothing_is_lost(desk):
    desk.room.down = True
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    message = await desk.send(EMPTY_PACK)
    for _ in range(3):
        with pytest.raises(UnderstandingUnavailable):
            await desk.turns.answer_next(message.conversation_id)
    holding = desk.words.situation("holding", "hans").text
    assert [line.text for line in await desk.transcript()].count(holding) == 1
    desk.room.down = False
    assert await desk.turns.answer_next(message.conversation_id)
    assert len(await desk.cases()) == 1


async def test_a_room_that_stays_away_too_long_gives_the_customer_to_a_human(desk):
    desk.room.down = True
    message = await desk.send(EMPTY_PACK)
    desk.runner.wake(message.conversation_id)
    await desk.runner.idle()
    assert (await desk.conversation()).owner is Owner.QUEUE
    assert (await desk.transcript())[0].delivery is Delivery.FOR_HUMAN


async def test_waiting_messages_are_answered_as_soon_as_the_room_is_back(desk):
    from bot.services.runner import Runner

    paused = asyncio.Event()

    async def for_ever(seconds):
        paused.set()
        await asyncio.Event().wait()

    runner = Runner(desk.turns, desk.units, sleep=for_ever)
    desk.room.down = True
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    runner.wake((await desk.send(EMPTY_PACK)).conversation_id)
    await paused.wait()
    desk.room.down = False
    runner.hurry()
    await runner.idle()
    assert len(await desk.cases()) == 1


async def test_a_restarted_desk_finds_the_waiting_messages(desk):
    desk.room.table[EMPTY_PACK] = reading("carton.empty")
    await desk.send(EMPTY_PACK)
    await desk.runner.start()
    await desk.runner.idle()
    assert len(await desk.cases()) == 1


async def test_messages_of_one_conversation_are_answered_in_order(desk):
    for number in range(5):
        desk.room.table[str(number)] = reading("greet")
    sent = [await desk.send(str(number)) for number in range(5)]
    for message in sent:
        desk.runner.wake(message.conversation_id)
    await desk.runner.idle()
    assert desk.room.turns == [message.id for message in sent]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07", "\ue000"])
async def test_an_empty_message_is_refused_politely_and_not_stored(desk, text):
    with pytest.raises(InvalidInput):
        await desk.send(text)
    assert await desk.intake.conversation_id("web", "visitor") is None


async def test_a_message_of_20000_characters_is_kept_whole(desk):
    text = "长" * 19_999 + "尾"
    assert (await desk.send(text)).text == text


async def test_a_longer_message_is_refused_with_its_limit(desk):
    with pytest.raises(TooLarge, match="20000"):
        await desk.send("长" * 20_001)


async def test_markup_is_kept_as_the_text_it_is(desk):
    text = "<script>alert(1)</script> {company.name} %s"
    message = await desk.send(text)
    assert message.text == text


async def test_every_change_of_a_case_stands_in_its_unbroken_history(desk):
    from bot.domain.history import first_break

    await complain(desk)
    await desk.say(SICK, reading("illness"))
    (case,) = await desk.cases()
    async with desk.units() as uow:
        history = await uow.cases.history(case.id)
    assert [event.kind for event in history] == ["opened", "issue_noted", "accepted", "handed_over"]
    assert first_break(history) is None
