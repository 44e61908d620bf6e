"""What goes out to a follower of the 公众号: each line once, in order, as far as the window goes."""

import pytest

from bot.domain import wechat_errors as errors
from bot.domain.conversation import Author, Owner
from bot.domain.wechat_records import SendingState, Way
from bot.services.wechat import outcomes
from bot.services.wechat.carrying import Terms
from tests.carriers import Follower, served
from tests.complaints import EMPTY_PACK
from tests.people import person
from tests.rooms import reading

COMPLAINS = reading("carton.empty", product="奶茶")
GREETS = reading("greet")


@pytest.fixture
def follower(desk, database):
    return Follower.of(desk, database.reading_units())


@pytest.fixture
async def in_hand(desk, database):
    """A follower whom an agent serves, and who was sent nothing yet since they asked."""
    follower = await served(desk, database.reading_units())
    follower.carrier.parcels.clear()
    return follower


async def test_the_bots_lines_of_a_turn_go_out_as_one_message(desk, follower):
    said = await follower.hears(EMPTY_PACK, COMPLAINS)
    lines = [line.text for line in await follower.lines()]
    assert len(said) == 1
    assert all(line in said[0] for line in lines)
    assert follower.carrier.parcels[0].to == "oFollower"


async def test_what_went_out_is_not_sent_again(follower):
    await follower.hears("你好", GREETS)
    await follower.deliver()
    await follower.deliver()
    assert len(follower.carrier.tried) == 1


async def test_what_an_agent_says_goes_out_line_by_line(in_hand):
    await in_hand.is_told("您好，我是小李。", "请稍等。")
    assert in_hand.carrier.said == ["您好，我是小李。", "请稍等。"]
    assert all(parcel.by_agent for parcel in in_hand.carrier.parcels)


async def test_choices_go_out_as_a_menu_where_menus_are_allowed(desk, database):
    follower = Follower.of(desk, database.reading_units(), Terms(menus=True))
    await follower.hears("啊啊啊", reading(None, 0.1))
    await follower.hears("哦哦哦", reading(None, 0.1))
    menus = [parcel for parcel in follower.carrier.parcels if parcel.choices]
    offered = [line for line in await follower.lines() if line.choices]
    assert len(menus) == len(offered) > 0
    assert [choice.id for choice in menus[-1].choices] == [one["id"] for one in offered[-1].choices]


async def test_an_answer_that_wechat_still_waits_for_is_not_sent_by_us(desk, follower):
    message = await follower.writes("你好", GREETS, decided=False)
    await follower.is_answered()
    again = await follower.deliver()
    assert follower.carrier.tried == []
    assert again > desk.clock.now()
    async with desk.units() as uow:
        decision = await uow.wechat.decide(message.id, Way.PASSIVE, desk.clock.now(), "您好")
        chat = await uow.wechat.chat(message.conversation_id)
        chat.sent_seq = (await uow.conversations.get(message.conversation_id)).last_seq
        await uow.commit()
    assert decision.way is Way.PASSIVE
    desk.clock.turn(seconds=10)
    await follower.deliver()
    assert follower.carrier.tried == []


async def test_an_answer_that_nobody_decided_upon_is_sent_once_wechat_waits_no_longer(desk, follower):
    message = await follower.writes("你好", GREETS, decided=False)
    await follower.is_answered()
    desk.clock.turn(seconds=6)
    await follower.deliver()
    assert len(follower.carrier.parcels) == 1
    async with desk.units() as uow:
        late = await uow.wechat.decide(message.id, Way.PASSIVE, desk.clock.now(), "您好")
    assert late.way is Way.CUSTOM


@pytest.mark.parametrize("seconds", [3.4, 3.6, 4.9, 6, 30])
async def test_bot_answers_at_these_seconds_exactly_one_answer_is_sent(desk, follower, seconds):
    """Up to 3.5 s the answer is passive (nothing is sent), after that it is ours to send; never both."""
    message = await follower.writes("你好", GREETS, decided=False)
    desk.clock.turn(seconds=min(seconds, 3.5))
    way = Way.PASSIVE if seconds < 3.5 else Way.CUSTOM
    if way is Way.CUSTOM:
        await decide(desk, message, way)
        await follower.deliver()
        desk.clock.turn(seconds=seconds - 3.5)
    await follower.is_answered()
    if way is Way.PASSIVE:
        await decide(desk, message, way)
    for _ in range(3):
        await follower.deliver()
        desk.clock.turn(seconds=3)
    assert len(follower.carrier.tried) == (way is Way.CUSTOM)


async def test_bot_hangs_or_500s_one_apology_and_later_one_answer(desk, follower):
    desk.room.down = True
    message = await follower.writes("你好", GREETS, decided=False)
    await decide(desk, message, Way.CUSTOM)
    for _ in range(3):
        with pytest.raises(errors.KesuError):
            await follower.is_answered()
        await follower.deliver()
    assert len(follower.carrier.said) == 1
    desk.room.down = False
    await follower.is_answered()
    await follower.deliver()
    assert len(follower.carrier.said) == 2


async def test_a_closed_window_holds_what_is_undelivered_and_the_next_message_sends_it_first(desk, in_hand):
    desk.clock.turn(hours=49)
    await in_hand.is_told("您的退款已到账。")
    assert in_hand.carrier.tried[-1].text != "您的退款已到账。"
    held = (await in_hand.sendings())[-1]
    assert (held.state, held.error) == (SendingState.HELD, outcomes.HELD)
    await in_hand.writes("有人吗")
    await in_hand.deliver()
    assert in_hand.carrier.said == ["您的退款已到账。"]


async def test_only_as_much_goes_out_as_the_quota_holds(in_hand):
    await in_hand.is_told(*(f"第{nth}句" for nth in range(1, 8)))
    assert in_hand.carrier.said == [f"第{nth}句" for nth in range(1, 6)]
    assert (await in_hand.states())[-2:] == ["held", "held"]
    assert (await in_hand.sendings())[-1].error == outcomes.HELD_SPENT
    await in_hand.writes("好的")
    await in_hand.deliver()
    assert in_hand.carrier.said[5:] == ["第6句", "第7句"]


async def test_more_than_a_new_window_holds_is_put_together(in_hand):
    await in_hand.is_told(*(f"第{nth}句" for nth in range(1, 13)))
    await in_hand.writes("好的")
    await in_hand.deliver()
    rest = "\n\n".join(in_hand.carrier.said[5:]).split()
    assert rest == [f"第{nth}句" for nth in range(6, 13)]
    assert len(in_hand.carrier.said) == 10
    assert set(await in_hand.states()) == {"sent"}


async def test_nothing_is_sent_to_who_follows_no_more(in_hand):
    await in_hand.change(lambda chat: setattr(chat, "subscribed", False))
    await in_hand.is_told("在吗")
    assert in_hand.carrier.said == []
    assert (await in_hand.sendings())[-1].error == outcomes.HELD_GONE
    await in_hand.change(lambda chat: setattr(chat, "subscribed", True))
    await in_hand.deliver()
    assert in_hand.carrier.said == ["在吗"]


async def test_human_takes_over_while_the_bot_is_computing_and_the_bots_reply_is_discarded(desk, follower):
    await person(desk, "li")
    await follower.hears("你好", GREETS)

    async def take_over():
        await desk.agents.claim(await follower.talk(), "li", "小李")

    desk.room.before_answer = take_over
    said = await follower.hears(EMPTY_PACK, COMPLAINS)
    lines = await follower.lines(after=EMPTY_PACK)
    assert {line.author for line in lines} == {Author.DESK}
    assert said == ["\n\n".join(line.text for line in lines)]
    assert await owner(desk, follower) is Owner.AGENT


async def test_the_dispatcher_sends_what_changes_and_leaves_other_channels_alone(desk, follower):
    await desk.say("你好", GREETS)
    message = await follower.writes("你好", GREETS)
    await follower.is_answered()
    follower.dispatcher.wake(await desk.intake.conversation_id("web", "visitor"))
    follower.dispatcher.wake(message.conversation_id)
    await follower.dispatcher.idle()
    assert [parcel.conversation_id for parcel in follower.carrier.parcels] == [message.conversation_id]


async def test_the_dispatcher_comes_back_by_itself_when_a_repetition_is_due(desk, in_hand):
    in_hand.carrier.problems = [errors.TryLater("系统繁忙", -1)]
    await desk.write(await in_hand.talk(), "li", "一")
    in_hand.dispatcher.wake(await in_hand.talk())
    await in_hand.dispatcher.idle()
    await in_hand.dispatcher.look()
    await in_hand.dispatcher.idle()
    assert in_hand.carrier.said == []
    desk.clock.turn(seconds=3)
    await in_hand.dispatcher.look()
    await in_hand.dispatcher.idle()
    assert in_hand.carrier.said == ["一"]


async def test_a_new_desk_finds_what_was_never_handed_on(desk, follower):
    await follower.writes("你好", GREETS)
    await follower.is_answered()
    await follower.dispatcher.catch_up()
    await follower.dispatcher.idle()
    assert len(follower.carrier.said) == 1


async def owner(desk, follower):
    talk = await follower.talk()
    async with desk.units() as uow:
        return (await uow.conversations.get(talk)).owner


async def decide(desk, message, way):
    """What the answer to WeChat's own call does."""
    async with desk.units() as uow:
        await uow.wechat.decide(message.id, way, desk.clock.now(), "您好")
        if way is Way.PASSIVE:
            chat = await uow.wechat.chat(message.conversation_id)
            chat.sent_seq = (await uow.conversations.get(message.conversation_id)).last_seq
        await uow.commit()
