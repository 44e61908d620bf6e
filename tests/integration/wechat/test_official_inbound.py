"""What customers do in a 公众号: each message once and in order, whatever is repeated and whoever dies."""

import asyncio

from bot.domain.conversation import Delivery, Owner
from bot.domain.errors import Conflict
from bot.domain.wechat_records import WindowKind
from bot.services.wechat.passive import LOOK_SECONDS
from tests.official import ANNA, BELA, counted

PIPE = "水有怪味"


async def test_duplicate_msgid_one_after_the_other_is_one_turn_and_gets_the_same_answer(official):
    official.understands("你好", "greet")
    for _ in range(3):
        (await official.phone.write(ANNA, "你好", msg_id=7)).must_be_fine()
    await official.settle()
    assert await official.asked() == ["你好"]
    assert len(official.desk.room.turns) == 1
    assert set(official.passive()) == {"\n\n".join(await official.said())}
    assert official.carrier.said == []


async def test_duplicate_msgid_at_once_is_one_turn_and_one_answer(official):
    official.understands("你好", "greet")
    official.bot_takes(1)
    calls = asyncio.gather(*(official.phone.write(ANNA, "你好", msg_id=7) for _ in range(3)))
    await official.time.wake(1)
    for delivery in await calls:
        delivery.must_be_fine()
    await official.settle()
    assert await official.asked() == ["你好"]
    assert len(official.desk.room.turns) == 1
    assert set(official.passive()) == {"\n\n".join(await official.said())}
    assert official.carrier.said == []


async def test_duplicate_msgid_at_two_processes_is_one_turn_and_one_answer(official, another):
    for one in (official, another):
        one.understands("你好", "greet")
    calls = asyncio.gather(
        official.phone.write(ANNA, "你好", msg_id=7), another.phone.write(ANNA, "你好", msg_id=7)
    )
    while not calls.done():
        for one in (official, another):
            one.time.wake_all(LOOK_SECONDS)
        await asyncio.wait((calls,), timeout=0.01)
    await official.settle()
    await another.settle()
    assert await official.asked() == ["你好"]
    read = set(official.passive()) | set(official.carrier.said) | set(another.carrier.said)
    assert read == {"\n\n".join(await official.said())}
    assert len(official.carrier.said) + len(another.carrier.said) <= 1


async def test_duplicate_msgid_after_a_restart_gets_the_answer_of_before(official, another):
    official.understands("你好", "greet")
    first = await official.phone.write(ANNA, "你好", msg_id=7)
    await official.settle()
    await official.close()
    again = await another.phone.write(ANNA, "你好", msg_id=7)
    await another.settle()
    assert first.text == again.text != ""
    assert await another.asked() == ["你好"]
    assert another.desk.room.turns == []


async def test_duplicate_msgid_of_a_process_that_died_while_the_bot_was_thinking_is_answered_once(
    official, another
):
    official.bot_takes(60)
    call = asyncio.create_task(official.phone.write(ANNA, "你好", msg_id=7))
    await official.time.asleep(60)
    call.cancel()
    await official.close()
    another.understands("你好", "greet")
    (await another.phone.write(ANNA, "你好", msg_id=7)).must_be_fine()
    await another.settle()
    read = another.passive() + another.carrier.said
    assert (await another.asked(), len(read)) == (["你好"], 1)


async def test_same_msgid_from_two_customers_is_two_messages(official):
    official.understands("你好", "greet")
    for openid in (ANNA, BELA):
        (await official.phone.write(openid, "你好", msg_id=7)).must_be_fine()
    await official.settle()
    assert (await official.asked(ANNA), await official.asked(BELA)) == (["你好"], ["你好"])
    assert len(official.passive(ANNA)) == len(official.passive(BELA)) == 1


async def test_two_events_in_one_second_are_both_processed(official):
    await official.phone.unfollow(ANNA)
    (await official.phone.follow(ANNA)).must_be_fine()
    (await official.phone.tap(ANNA, "查进度")).must_be_fine()
    await official.settle()
    assert await official.asked() == ["查进度"]
    assert official.passive()[0] == official.desk.words.situation("introduce", "hans").text


async def test_events_without_msgid_are_processed_once_each_and_repeated_ones_answered_alike(official):
    first = [await official.phone.event(one, "subscribe", EventKey="", created=5) for one in (ANNA, BELA)]
    again = [await official.phone.event(one, "subscribe", EventKey="", created=5) for one in (ANNA, BELA)]
    assert [one.text for one in first] == [one.text for one in again]
    assert (len(await official.said(ANNA)), len(await official.said(BELA))) == (1, 1)
    await official.phone.event(ANNA, "subscribe", EventKey="", created=6)
    assert len(await official.said(ANNA)) == 2
    assert official.carrier.said == []


async def test_messages_at_once_keep_the_order_of_their_arrival_and_lose_no_slot(official):
    asked = [f"第{nth}句" for nth in range(6)]
    for text in asked:
        official.understands(text, "greet")
    first = asyncio.create_task(official.phone.write(ANNA, asked[0]))
    others = [asyncio.create_task(official.phone.write(ANNA, text)) for text in asked[1:]]
    for delivery in await asyncio.gather(first, *others):
        delivery.must_be_fine()
    await official.settle()
    lines = await official.lines()
    assert sorted(await official.asked()) == sorted(asked)
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    turns = [line.id for line in lines if line.author == "customer"]
    assert official.desk.room.turns == turns
    assert {line.delivery for line in lines if line.author == "customer"} == {Delivery.ANSWERED}
    assert counted(official.passive() + official.carrier.said) == counted(await official.said())


async def test_out_of_order_clocks_of_wechat_change_nothing_in_the_order_of_arrival(official):
    for nth, created in enumerate((200, 100)):
        query, body = official.call(official.text(f"第{nth}句", msg_id=nth + 1, at=created))
        official.understands(f"第{nth}句", "greet")
        await official.official.receive(query, body, lambda: True)
    assert await official.asked() == ["第0句", "第1句"]


async def test_a_menu_button_says_its_words_and_opens_a_short_window(official):
    official.understands("查进度", "ask_progress")
    (await official.phone.tap(ANNA, "progress")).must_be_fine()
    first = (await official.lines())[0]
    assert (first.text, first.choice) == ("查进度", "progress")
    talk = await official.talk()
    async with official.desk.units() as uow:
        assert (await uow.wechat.chat(talk)).window_kind is WindowKind.CLICK


async def test_unsubscribe_mid_complaint_sends_nothing_and_subscribing_again_keeps_the_case(official):
    official.understands(PIPE, "water.odor")
    await official.phone.write(ANNA, PIPE)
    (case,) = await official.cases()
    assert (await official.phone.unfollow(ANNA)).outcome == "success"
    await official.desk.silence(minutes=30)
    await official.settle()
    assert official.carrier.said == []
    assert (await official.phone.follow(ANNA)).must_be_fine()
    await official.settle()
    assert [one.id for one in await official.cases()] == [case.id]
    assert counted(official.passive() + official.carrier.said) == counted(await official.said())
    assert counted([official.carrier.said[-1]]) == counted([(await official.said())[-1]])


async def test_an_agent_owned_conversation_gets_success_and_no_words_of_the_bot(official):
    await official.door.person("wang")
    official.understands("你好", "greet")
    await official.phone.write(ANNA, "你好")
    await official.is_claimed()
    before, sent = await official.said(), list(official.carrier.said)
    for deliver in (official.phone.write(ANNA, "在吗"), official.phone.follow(ANNA)):
        assert (await deliver).outcome == "success"
    await official.settle()
    assert (await official.said(), official.carrier.said) == (before, sent)
    assert (await official.owner()) is Owner.AGENT


async def test_an_agent_s_customer_waits_for_no_machine_even_while_it_is_away(official):
    await official.door.person("wang")
    official.understands("你好", "greet")
    await official.phone.write(ANNA, "你好")
    await official.is_claimed()
    official.desk.room.down = True
    assert (await official.phone.write(ANNA, "在吗")).must_be_fine().outcome == "success"


async def test_a_message_that_cant_be_stored_is_not_acknowledged_as_if_it_were(official, monkeypatch):
    async def broken(*_, **__):
        raise Conflict("disk full")

    monkeypatch.setattr(official.desk.intake, "receive", broken)
    delivery = (await official.phone.write(ANNA, "你好")).must_be_fine()
    assert delivery.text == official.desk.words.situation("not_kept", "hans").text
