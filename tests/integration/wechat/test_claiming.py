"""A complaint that was told on the web goes on in WeChat: with its number and the phone it was left with."""

import asyncio

import pytest

from tests.messengers import OPENID, PHONE, complained_on_the_web, customer, write
from tests.rooms import reading

ASKED, TOLD = reading("ask_progress"), reading("inform")


def said(desk, situation):
    return {
        desk.words.situation(situation, "hans", variant=nth).text
        for nth, _ in enumerate(desk.words.handbook.situation(situation))
    }


async def persons(desk, case, who=OPENID, channel="wechat"):
    """The person of the case's customer and of somebody in WeChat."""
    async with desk.units() as uow:
        return (await uow.customers.get(case.customer_id)).person_id, (
            await uow.customers.find(channel, who)
        ).person_id


@pytest.mark.parametrize("channel", ["wechat", "kf"])
async def test_number_and_phone_make_a_case_of_the_web_the_customer_s_own_in_wechat(desk, channel):
    case = await complained_on_the_web(desk)
    first = await write(desk, "查一下我的投诉", ASKED, channel=channel)
    assert set(first) <= said(desk, "claim.identify")
    answer = await write(desk, f"{case.number} {PHONE}", TOLD, channel=channel)
    assert any("关联" in line for line in answer)
    assert any("处理中" in line for line in answer)
    web, own = await persons(desk, case, channel=channel)
    assert web == own is not None
    again = await write(desk, "进度", ASKED, channel=channel)
    assert any(case.number in line for line in again)


async def test_the_phone_may_come_in_a_message_of_its_own(desk):
    case = await complained_on_the_web(desk)
    assert set(await write(desk, case.number, TOLD)) <= said(desk, "claim.identify")
    answer = await write(desk, "手机是139-0000-1234", TOLD)
    assert any("关联" in line for line in answer)


@pytest.mark.parametrize("text", ["{} 13900009999", "{} 13911111234", "{} 0571-88881234", "{} 尾号9999"])
async def test_a_wrong_phone_is_told_nothing_and_claims_nothing(desk, text):
    case = await complained_on_the_web(desk)
    (wrong,) = await write(desk, text.format(case.number), ASKED)
    assert wrong in said(desk, "claim.unknown")
    web, own = await persons(desk, case)
    assert web is None
    assert own is None


async def test_a_wrong_phone_and_a_number_that_never_was_are_answered_alike(desk):
    case = await complained_on_the_web(desk)
    wrong = await write(desk, f"{case.number} 13900009999", ASKED)
    never = await write(desk, "K0000-00000 13900009999", ASKED)
    mistyped = await write(desk, "K0000-00001 13900009999", ASKED)
    assert wrong == never == mistyped


async def test_the_right_phone_with_a_stranger_s_number_claims_nothing(desk):
    case = await complained_on_the_web(desk)
    other = await complained_on_the_web(desk, "neighbour", "13700005678")
    (answer,) = await write(desk, f"{other.number} {PHONE}", ASKED)
    assert answer in said(desk, "claim.unknown")
    assert await persons(desk, case) == await persons(desk, other) == (None, None)


async def test_the_last_four_digits_tell_how_it_stands_once_and_claim_nothing(desk):
    case = await complained_on_the_web(desk)
    assert any("处理中" in line for line in await write(desk, f"{case.number} 尾号1234", ASKED))
    assert await persons(desk, case) == (None, None)
    assert set(await write(desk, "进度", ASKED)) <= said(desk, "claim.identify")


async def test_attempts_to_claim_are_limited_even_for_the_right_phone(desk):
    case = await complained_on_the_web(desk)
    for digit in range(5):
        await write(desk, f"{case.number} 1390000999{digit}", ASKED)
    assert await write(desk, f"{case.number} {PHONE}", ASKED) == list(said(desk, "progress.too_many"))
    assert await persons(desk, case) == (None, None)
    desk.clock.turn(hours=2)
    assert any("关联" in line for line in await write(desk, f"{case.number} {PHONE}", ASKED))


async def test_a_case_that_somebody_in_wechat_has_claimed_is_not_taken_from_them(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", ASKED)
    answer = await write(desk, f"{case.number} {PHONE}", ASKED, who="oSomebodyElse")
    assert not any("关联" in line for line in answer)
    assert any("处理中" in line for line in answer)
    assert (await customer(desk, "oSomebodyElse")).person_id is None


async def test_the_web_page_does_not_learn_what_the_person_complains_of_in_wechat(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", ASKED)
    await write(desk, "快递多收了运费", reading("courier.fee"))
    await desk.silence(minutes=9)
    async with desk.units() as uow:
        known = await uow.cases.of_person(case.customer_id)
    (new,) = [one for one in known if one.id != case.id]
    in_wechat = "".join(await write(desk, "进度", ASKED))
    on_the_web = "".join(await desk.say("进度", ASKED))
    assert case.number in in_wechat
    assert new.number in in_wechat
    assert case.number in on_the_web
    assert new.number not in on_the_web


async def test_the_claim_stands_in_the_case_s_history(desk):
    case = await complained_on_the_web(desk)
    await write(desk, f"{case.number} {PHONE}", ASKED)
    async with desk.units() as uow:
        (event,) = [one for one in await uow.cases.history(case.id) if one.kind == "linked"]
    assert (event.actor, event.payload["channel"]) == ("customer", "wechat")
    assert OPENID not in str(event.payload)


async def test_of_two_who_claim_at_once_one_gets_the_case(desk):
    case = await complained_on_the_web(desk)
    await write(desk, "你好", reading("greet"))
    await write(desk, "你好", reading("greet"), who="oSomebodyElse")
    text = f"{case.number} {PHONE}"
    desk.room.table[text] = ASKED
    both = [desk.intake.receive("wechat", who, text, client_id="claim") for who in (OPENID, "oSomebodyElse")]
    talks = [message.conversation_id for message in await asyncio.gather(*both)]
    await asyncio.gather(*map(desk.turns.answer_next, talks))
    async with desk.units() as uow:
        known = await uow.customers.same_person(case.customer_id)
    assert sorted(one.channel for one in known) == ["web", "wechat"]
