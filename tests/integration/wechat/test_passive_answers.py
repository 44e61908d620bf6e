"""The answer goes with WeChat's own call or by a message of ours: never both, never twice, always in time."""

import asyncio
from functools import partial

import pytest

from bot.domain.conversation import Author, Owner
from bot.domain.reading import Reply
from bot.domain.wechat_errors import DailyQuota
from bot.services.runner import AT_ONCE, RETRY_SECONDS
from bot.services.turn import line
from bot.services.wechat.patience import CROWD
from tests.official import ANNA, BELA, PASSIVE_S, Official
from tests.rooms import reading


async def test_an_answer_in_time_goes_with_the_call(official):
    official.understands("你好", "greet")
    delivery = (await official.phone.write(ANNA, "你好")).must_be_fine()
    await official.settle()
    assert delivery.outcome == "reply"
    assert official.passive() == ["\n\n".join(await official.said())]
    assert official.carrier.said == []


@pytest.mark.parametrize("seconds", [3.4, 3.6, 4.9, 6, 30])
async def test_bot_answers_at_some_second_and_the_customer_gets_exactly_one_answer(official, seconds):
    official.understands("你好", "greet")
    official.bot_takes(seconds)
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(seconds)
    await official.time.asleep(PASSIVE_S)
    first, second = sorted((seconds, PASSIVE_S))
    await official.time.wake(first)
    delivery = (await call).must_be_fine()
    if second != PASSIVE_S:
        await official.time.wake(second)
    await official.settle()
    assert len(delivery.attempts) == 1
    read = "\n\n".join(await official.said())
    if seconds < PASSIVE_S:
        assert (official.passive(), official.carrier.said) == ([read], [])
    else:
        assert delivery.outcome == "success"
        assert (official.passive(), official.carrier.said) == ([], [read])


async def test_bot_answers_in_the_moment_in_which_it_is_too_late_and_the_customer_gets_one_answer(official):
    official.understands("你好", "greet")
    official.bot_takes(PASSIVE_S + 0.001)
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(PASSIVE_S + 0.001)
    await asyncio.gather(official.time.wake(PASSIVE_S), official.time.wake(PASSIVE_S + 0.001))
    (await call).must_be_fine()
    await official.settle()
    assert official.passive() + official.carrier.said == ["\n\n".join(await official.said())]


async def test_bot_hangs_and_the_customer_is_told_once_when_it_is_known(official):
    official.bot_takes(60)
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(60)
    await official.time.wake(PASSIVE_S)
    assert (await call).must_be_fine().outcome == "success"
    await official.dispatcher.idle()
    assert (official.passive(), official.carrier.said, await official.said()) == ([], [], [])


async def test_bot_500s_and_the_customer_gets_one_apology(official):
    official.desk.room.down = True
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(RETRY_SECONDS[0])
    await official.time.wake(PASSIVE_S)
    assert (await call).must_be_fine().outcome == "reply"
    await official.dispatcher.idle()
    assert official.passive() == [official.desk.words.situation("holding", "hans").text]
    assert official.carrier.said == []


async def test_what_the_bot_says_after_an_apology_is_sent_once_it_is_back(official):
    official.understands("你好", "greet")
    official.desk.room.down = True
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(RETRY_SECONDS[0])
    await official.time.wake(PASSIVE_S)
    await call
    official.desk.room.down = False
    await official.time.wake(RETRY_SECONDS[0])
    await official.settle()
    apology, *answer = await official.said()
    assert (official.passive(), official.carrier.said) == ([apology], ["\n\n".join(answer)])


async def test_a_call_that_nobody_waits_for_any_more_is_answered_by_a_message_of_ours(official):
    official.understands("你好", "greet")
    query, body = official.call(official.text("你好"))
    assert await official.official.receive(query, body, lambda: False) is None
    await official.settle()
    assert official.carrier.said == ["\n\n".join(await official.said())]


async def test_a_human_takes_over_while_the_bot_is_computing_and_its_answer_goes_neither_way(official):
    wang = await official.door.person("wang")
    official.understands("你好", "greet")
    official.bot_takes(2)
    call = asyncio.create_task(official.phone.write(ANNA, "你好"))
    await official.time.asleep(2)
    await official.desk.agents.claim(await official.talk(), wang.id, wang.name)
    await official.time.wake(2)
    (await call).must_be_fine()
    await official.settle()
    read = official.passive() + official.carrier.said
    assert "\n\n".join(read) == "\n\n".join(await official.said())
    assert official.desk.words.situation("greet", "hans").text not in await official.said()


async def test_what_takes_more_than_one_text_goes_by_messages_of_ours(official):
    official.desk.room.table["流程"] = reading("ask_process")
    long = "请您耐心等待处理结果。" * 100
    official.desk.room.before_answer = partial(_say, official, long)
    assert (await official.phone.write(ANNA, "流程")).must_be_fine().outcome == "success"
    await official.settle()
    assert official.passive() == []
    assert len(official.carrier.said) > 1
    assert "".join(official.carrier.said).count("请您耐心等待处理结果。") == 100


async def test_after_a_crowd_waited_in_vain_calls_are_acknowledged_at_once_and_answered_later(official):
    official.bot_takes(60)
    crowd = [asyncio.create_task(official.phone.write(f"o{nth}", "你好")) for nth in range(CROWD)]
    await official.time.all_asleep(60, min(CROWD, AT_ONCE))
    await official.time.all_asleep(PASSIVE_S, CROWD)
    official.time.wake_all(PASSIVE_S)
    assert {(await call).outcome for call in crowd} == {"success"}
    official.understands("在吗", "greet")
    official.desk.room.before_answer = None
    for _ in range(2):
        assert (await official.phone.write(ANNA, "在吗", msg_id=9)).must_be_fine().outcome == "success"
    official.time.wake_all(60)
    await official.settle()
    assert official.passive() == []
    assert "\n\n".join(await official.said()) in official.carrier.said
    assert len(official.carrier.said) == CROWD + 1


async def test_with_no_time_to_wait_every_call_is_acknowledged_at_once(database, sealer, aiohttp_client):
    official = await Official(database, sealer, passive_s=0.0).serve(aiohttp_client)
    official.understands("你好", "greet")
    assert (await official.phone.write(ANNA, "你好")).outcome == "success"
    await official.settle()
    assert (official.passive(), official.carrier.said) == ([], ["\n\n".join(await official.said())])
    await official.close()


async def test_choices_stand_as_numbers_in_the_answer_and_a_number_picks_one(official):
    official.understands("盒子是空的", "carton.empty", product="奶茶")
    delivery = await official.phone.write(ANNA, "盒子是空的")
    assert "1. 没有/不方便" in delivery.text
    official.desk.room.table.clear()
    (await official.phone.write(ANNA, "选 3")).must_be_fine()
    await official.settle()
    assert [one.choice for one in await official.lines() if one.text == "转人工"] == ["request_human"]
    assert (await official.owner()) is Owner.QUEUE


async def test_choices_go_as_a_menu_where_it_is_allowed_and_a_tap_picks_one(database, sealer, aiohttp_client):
    official = await Official(database, sealer, menus=True).serve(aiohttp_client)
    official.understands("盒子是空的", "carton.empty", product="奶茶")
    delivery = await official.phone.write(ANNA, "盒子是空的")
    await official.settle()
    assert delivery.outcome == "success"
    offered = official.carrier.parcels[-1].choices
    assert [one.id for one in offered] == ["refuse", "submit", "request_human"]
    await official.phone.write(ANNA, offered[2].text, menu_id=offered[2].id)
    await official.settle()
    assert (await official.owner()) is Owner.QUEUE
    await official.close()


async def test_choices_go_as_numbers_with_the_call_while_the_account_may_send_nothing(
    database, sealer, aiohttp_client
):
    official = await Official(database, sealer, menus=True).serve(aiohttp_client)
    official.understands("盒子是空的", "carton.empty", product="奶茶")
    official.carrier.problems = [DailyQuota("今日调用次数已用完", 45009)]
    await official.phone.write(BELA, "盒子是空的")
    await official.settle()
    tried = len(official.carrier.tried)
    delivery = await official.phone.write(ANNA, "盒子是空的")
    await official.settle()
    assert "1. 没有/不方便" in delivery.text
    assert len(official.carrier.tried) == tried
    await official.phone.write(ANNA, "选 3")
    assert (await official.owner()) is Owner.QUEUE
    official.desk.clock.turn(hours=14, minutes=2)  # from 10:00 to past midnight in Beijing
    await official.phone.write("oCarla-openid", "盒子是空的")
    await official.settle()
    assert official.passive("oCarla-openid") == []
    await official.close()


async def _say(official, text):
    """A colleague of the bot's says something long while it thinks."""
    talk = await official.talk()
    async with official.desk.units() as uow:
        conversation = await uow.conversations.get(talk)
        uow.messages.add(line(conversation, Author.DESK, Reply(text), official.desk.clock.now()))
        await uow.commit()
