"""What agents see of WeChat in their console: the window, and each line that did not surely arrive."""

import pytest

from bot.domain import wechat_errors as errors
from bot.services.wechat.signs import WechatSigns
from tests.carriers import served
from tests.rooms import reading

GREETS = reading("greet")


@pytest.fixture
async def in_hand(desk, database):
    """A follower whom an agent serves."""
    return await served(desk, database.reading_units())


@pytest.fixture
def sign_of(desk, database):
    """What is to be seen of a follower's conversation now."""

    async def look(follower):
        terms = {follower.channel: follower.carrier.terms}
        signs = WechatSigns(database.reading_units(), terms, desk.clock)
        return await signs.of(await follower.talk(), follower.channel)

    return look


async def last_line(desk, follower):
    talk = await follower.talk()
    async with desk.units() as uow:
        return (await uow.conversations.get(talk)).last_seq


async def test_messages_and_hours_left_in_the_window_are_shown(desk, in_hand, sign_of):
    await in_hand.is_told("在的", "请讲")
    desk.clock.turn(hours=1)
    sign = await sign_of(in_hand)
    assert (sign.channel, sign.left) == ("公众号", 3)
    assert (sign.until - desk.clock.now()).total_seconds() == 47 * 3600
    assert sign.lines == {}


async def test_a_shut_window_has_no_messages_left(desk, in_hand, sign_of):
    desk.clock.turn(hours=48)
    sign = await sign_of(in_hand)
    assert (sign.left, sign.until) == (0, None)


async def test_a_line_of_which_nobody_knows_may_not_have_arrived(desk, in_hand, sign_of):
    in_hand.carrier.problems = [errors.Unknown("没有回应")]
    await in_hand.is_told("在的", "请讲")
    sign = await sign_of(in_hand)
    seq = await last_line(desk, in_hand) - 1
    assert {at: line.words for at, line in sign.lines.items()} == {seq: "可能未送达"}


async def test_a_refused_line_says_that_it_did_not_arrive_and_why(desk, in_hand, sign_of):
    in_hand.carrier.problems = [errors.WechatRefused("这位顾客的账号已经不存在。", 40003)]
    await in_hand.is_told("在的")
    line = (await sign_of(in_hand)).lines[await last_line(desk, in_hand)]
    assert (line.words, line.why) == ("未送达", "这位顾客的账号已经不存在。")


async def test_what_is_held_is_counted_and_marked_until_it_has_gone_out(desk, in_hand, sign_of):
    desk.clock.turn(hours=49)
    await in_hand.is_told("您的退款已到账。")
    seq = await last_line(desk, in_hand)
    sign = await sign_of(in_hand)
    assert (sign.waiting, sign.lines[seq].words) == (1, "暂存，未发出")
    await in_hand.writes("好")
    await in_hand.deliver()
    sign = await sign_of(in_hand)
    assert (sign.waiting, sign.lines) == (0, {})


async def test_a_customer_who_follows_no_more_can_be_sent_nothing(in_hand, sign_of):
    await in_hand.change(lambda chat: setattr(chat, "subscribed", False))
    sign = await sign_of(in_hand)
    assert (sign.follows, sign.left) == (False, 0)


async def test_another_channel_has_no_sign(desk, database, in_hand):
    await desk.say("你好", GREETS)
    signs = WechatSigns(database.reading_units(), {"wechat": in_hand.carrier.terms}, desk.clock)
    talk = await desk.intake.conversation_id("web", "visitor")
    assert await signs.of(talk, "web") is None
