"""When sending goes wrong: the right class of trouble, nothing twice, what is undelivered is to be seen."""

import asyncio

import pytest

from bot.domain import wechat_errors as errors
from bot.domain.wechat_records import SendingState
from bot.services.wechat import outcomes
from bot.services.wechat.carrying import Terms
from tests.carriers import Follower, served
from tests.rooms import reading

GREETS = reading("greet")


@pytest.fixture
async def in_hand(desk, database):
    """A follower whom an agent serves, and who was sent nothing yet since they asked."""
    follower = await served(desk, database.reading_units())
    follower.carrier.parcels.clear()
    return follower


async def test_a_refused_menu_goes_out_at_once_as_numbered_text(desk, database):
    follower = Follower.of(desk, database.reading_units(), Terms(menus=True))
    await follower.hears("啊啊啊", reading(None, 0.1))
    follower.carrier.problems = [errors.WechatRefused("不支持菜单消息", 40200)]
    await follower.hears("哦哦哦", reading(None, 0.1))
    offered = [line for line in await follower.lines() if line.choices]
    assert not follower.carrier.parcels[-1].choices
    assert offered[-1].choices[0]["text"] in follower.carrier.said[-1]
    assert set(await follower.states()) == {"sent"}


async def test_45015_holds_the_line_until_the_next_message(in_hand):
    in_hand.carrier.problems = [errors.WindowClosed("超过48小时", 45015)]
    await in_hand.is_told("在吗")
    sending = (await in_hand.sendings())[-1]
    assert (sending.state, sending.code) == (SendingState.HELD, 45015)
    await in_hand.deliver()
    assert len(in_hand.carrier.tried) == 1 + before(in_hand)
    await in_hand.writes("在")
    await in_hand.deliver()
    assert in_hand.carrier.said == ["在吗"]


async def test_45047_holds_the_line_until_the_next_message(in_hand):
    in_hand.carrier.problems = [errors.QuotaSpent("条数用完", 45047)]
    await in_hand.is_told("在吗", "请回复")
    assert [(one.state, one.code) for one in (await in_hand.sendings())[-2:]] == [
        (SendingState.HELD, 45047),
        (SendingState.HELD, None),
    ]
    await in_hand.writes("在")
    await in_hand.deliver()
    assert in_hand.carrier.said == ["在吗", "请回复"]


async def test_45009_waits_for_midnight_with_everything_of_the_account(desk, in_hand):
    other = Follower(desk, in_hand.carrier, in_hand.deliveries, in_hand.dispatcher, openid="oOther")
    in_hand.carrier.problems = [errors.DailyQuota("今日调用次数已用完", 45009)]
    await in_hand.is_told("在吗")
    tried = len(in_hand.carrier.tried)
    await other.hears("您好", GREETS)
    assert len(in_hand.carrier.tried) == tried
    for follower in (in_hand, other):
        sending = (await follower.sendings())[-1]
        assert (sending.state, sending.error) == (SendingState.WAITING, "今日调用次数已用完")
    desk.clock.turn(hours=14, minutes=2)  # from 10:00 to past midnight in Beijing
    await in_hand.deliver()
    await other.deliver()
    assert "在吗" in in_hand.carrier.said
    assert set(await other.states()) == {"sent"}


async def test_minus_one_is_tried_again_later_and_in_order(desk, in_hand):
    in_hand.carrier.problems = [errors.TryLater("系统繁忙", -1)]
    await in_hand.is_told("一", "二")
    assert in_hand.carrier.said == []
    desk.clock.turn(seconds=3)
    await in_hand.deliver()
    assert in_hand.carrier.said == ["一", "二"]


async def test_minus_one_for_ever_fails_the_line_and_lets_the_next_one_go(desk, in_hand):
    in_hand.carrier.problems = [errors.TryLater("系统繁忙", -1)] * (len(outcomes.RETRIES) + 1)
    await in_hand.is_told("一", "二")
    for _ in outcomes.RETRIES:
        desk.clock.turn(minutes=31)
        await in_hand.deliver()
    assert [(one.state, one.error) for one in (await in_hand.sendings())[-2:]] == [
        (SendingState.FAILED, "系统繁忙"),
        (SendingState.SENT, ""),
    ]


async def test_timeout_after_accept_is_unsure_and_never_sent_again(desk, in_hand):
    in_hand.carrier.problems = [errors.Unknown("没有回应")]
    await in_hand.is_told("一", "二")
    for _ in range(3):
        desk.clock.turn(minutes=10)
        await in_hand.deliver()
    assert [parcel.text for parcel in in_hand.carrier.tried[-2:]] == ["一", "二"]
    assert (await in_hand.states())[-2:] == ["unsure", "sent"]


async def test_a_timeout_counts_in_the_window_as_if_it_had_arrived(in_hand):
    in_hand.carrier.problems = [errors.Unknown("没有回应")]
    await in_hand.is_told(*"一二三四五六")
    assert in_hand.carrier.said == list("二三四五")


async def test_where_messages_are_known_again_a_timeout_is_repeated(desk, database):
    follower = Follower.of(desk, database.reading_units(), Terms(repeatable=True), channel="kf")
    follower.carrier.problems = [errors.Unknown("没有回应")]
    await follower.hears("你好", GREETS)
    desk.clock.turn(seconds=3)
    await follower.deliver()
    first, second = follower.carrier.tried
    assert first.id == second.id
    assert await follower.states() == ["sent"]


async def test_what_is_refused_for_good_says_why(in_hand):
    in_hand.carrier.problems = [errors.WechatRefused("这位顾客的账号已经不存在。", 40003)]
    await in_hand.is_told("一", "二")
    assert [(one.state, one.error, one.code) for one in (await in_hand.sendings())[-2:]] == [
        (SendingState.FAILED, "这位顾客的账号已经不存在。", 40003),
        (SendingState.SENT, "", None),
    ]


async def test_trouble_with_the_token_is_tried_once_a_minute_and_costs_nothing(desk, in_hand):
    in_hand.carrier.problems = [errors.TokenTrouble("AppSecret 不对", 40001)] * 20
    await in_hand.is_told("一")
    tried = len(in_hand.carrier.tried)
    await in_hand.deliver()
    assert len(in_hand.carrier.tried) == tried
    for _ in range(19):
        desk.clock.turn(seconds=61)
        await in_hand.deliver()
    desk.clock.turn(seconds=61)
    await in_hand.deliver()
    assert in_hand.carrier.said == ["一"]


async def test_a_desk_that_died_while_sending_leaves_the_line_unsure(desk, database, in_hand):
    await in_hand.is_told("一")
    await desk.write(await in_hand.talk(), "li", "二")
    in_hand.carrier.before = killed
    with pytest.raises(KeyboardInterrupt):
        await in_hand.deliver()
    in_hand.carrier.before = None
    reborn = Follower.of(desk, database.reading_units())
    assert await reborn.deliver() > desk.clock.now()
    desk.clock.turn(minutes=3)
    await reborn.deliver()
    assert reborn.carrier.tried == []
    assert (await reborn.states())[-1] == "unsure"
    assert (await reborn.sendings())[-1].error == outcomes.LOST


async def test_two_desks_send_each_message_once_and_in_order(desk, database, in_hand):
    other = Follower.of(desk, database.reading_units())
    other.carrier.parcels = in_hand.carrier.parcels
    for text in "一二三四":
        await desk.write(await in_hand.talk(), "li", text)
    results = await asyncio.gather(in_hand.deliver(), other.deliver(), return_exceptions=True)
    await in_hand.deliver()
    desk.clock.turn(minutes=3)
    await in_hand.deliver()
    assert in_hand.carrier.said == list("一二三四"), results


async def test_a_desk_that_stops_hears_what_became_of_the_message_under_way_and_begins_no_other(
    desk, in_hand
):
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def wait(parcel):
        under_way.set()
        await go_on.wait()

    in_hand.carrier.before = wait
    await desk.write(await in_hand.talk(), "li", "一")
    await desk.write(await in_hand.talk(), "li", "二")
    in_hand.dispatcher.wake(await in_hand.talk())
    await under_way.wait()
    stopping = asyncio.create_task(in_hand.dispatcher.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert (await in_hand.states())[-2:] == ["sent", "waiting"]


async def test_a_customer_whose_messages_break_the_sending_is_tried_again(desk, in_hand, caplog):
    in_hand.carrier.problems = [ValueError("a bug")]
    await desk.write(await in_hand.talk(), "li", "一")
    await desk.write(await in_hand.talk(), "li", "二")
    in_hand.dispatcher.wake(await in_hand.talk())
    await in_hand.dispatcher.idle()
    desk.clock.turn(minutes=3)
    await in_hand.dispatcher.look()
    await in_hand.dispatcher.idle()
    assert (await in_hand.states())[-2:] == ["unsure", "sent"]
    assert "sending broke" in caplog.text


async def test_openids_and_words_are_in_no_log(in_hand, caplog):
    caplog.set_level("DEBUG", logger="bot")
    in_hand.carrier.problems = [errors.Unknown("没有回应"), errors.WechatRefused("拒收", 40003)]
    await in_hand.is_told("我的话", "第二句")
    assert caplog.text
    assert in_hand.openid not in caplog.text
    assert "我的话" not in caplog.text
    assert in_hand.openid not in repr(in_hand.carrier.tried)


async def killed(parcel):
    raise KeyboardInterrupt


def before(follower):
    return sum(parcel.text != "在吗" for parcel in follower.carrier.tried)
