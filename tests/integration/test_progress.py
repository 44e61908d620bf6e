"""A customer asks what has become of a case, or urges; nobody else learns it."""

from bot.domain.conversation import Owner
from tests.complaints import complain
from tests.rooms import reading


async def accepted_with_phone(desk):
    await complain(desk)
    await desk.say("我电话13900001234", reading("inform", phone="13900001234"))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    return case


async def test_own_cases_are_reported_without_a_number(desk):
    await complain(desk)
    await desk.silence(minutes=9)
    replies = await desk.say("查一下我的投诉", reading("ask_progress"))
    (case,) = await desk.cases()
    assert any(case.number in reply for reply in replies)


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
    await desk.silence(minutes=9)
    await desk.say("催一下", reading("urge"))
    assert (await desk.conversation()).owner is Owner.BOT
    await desk.say("快点", reading("urge"))
    assert (await desk.conversation()).owner is Owner.QUEUE


async def test_a_case_number_is_looked_up_even_while_something_else_is_asked(desk):
    case = await accepted_with_phone(desk)
    await desk.say("我要查投诉", reading("other_complaint"), visitor="other")
    said = await desk.say(f"{case.number} 尾号1234", reading("inform"), visitor="other")
    assert any("处理中" in line for line in said)
    assert (await desk.conversation("other")).question is not None


async def test_an_order_number_that_looks_like_one_of_ours_is_an_answer(desk):
    await desk.say("快递多收了运费", reading("courier.fee"))
    await desk.say("K1234-56780", reading("inform", order_no="K1234-56780"))
    (case,) = await desk.cases()
    assert "K1234-56780" in case.fields.values()
