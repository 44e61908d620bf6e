"""A human takes over: who asks for one gets one, and the bot and the agents keep out of each other's way."""

import asyncio

import pytest

from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.errors import Conflict
from tests.complaints import EMPTY_PACK, SICK, complain
from tests.records import a_user, store
from tests.rooms import reading


async def agent(desk, login="agent"):
    """Somebody who can claim conversations."""
    await store(desk.units, ("people", a_user(login)))
    return login


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
    reply, offer = await desk.say("转人工", reading("request_human"))
    assert "明天（周四）9:00" in reply
    assert offer == desk.words.situation("callback.offer", "hans").text


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
    await desk.write(conversation.id, who, "您好,我来处理")
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
        await desk.write((await desk.conversation()).id, who, "您好")
