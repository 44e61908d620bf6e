"""微信客服: what customers write is fetched and answered, whatever happens to doorbells and processes."""

import pytest

from bot.domain.conversation import Author, Owner
from bot.domain.wechat_records import SendingState
from bot.services.wechat import kf_sync
from tests.complaints import EMPTY_PACK
from tests.kf_desk import LI, kf_desk, process
from tests.people import person
from tests.rooms import reading
from tests.wechat.kf import BOT
from tests.wechat.kf_api import SEND, SEND_ON_EVENT, SYNC

COMPLAINS = reading("carton.empty", product="奶茶")
GREETS = reading("greet")


@pytest.fixture
async def kf(desk, database, live):
    async with kf_desk(desk, database.reading_units(), live) as made:
        await person(desk, "wang")
        yield made


async def test_a_customer_is_answered_through_their_session(kf):
    said = await kf.writes(EMPTY_PACK, COMPLAINS)
    lines = await kf.lines()
    assert lines[0].text == EMPTY_PACK
    assert said
    assert all(any(line.text in text for text in said) for line in lines[1:])
    assert kf.session().state == BOT


async def test_lost_callback_is_made_good_by_the_next_look(kf):
    kf.phone.rings = False
    assert await kf.writes("你好", GREETS) == []
    assert await kf.lines() == []
    await kf.channel.sync.look()
    await kf.run()
    assert len(kf.screen()) == 1


async def test_duplicate_callback_changes_nothing(kf):
    token = kf.fake.corp.doorbell()
    kf.phone.wrote(LI, "你好")
    kf.desk.room.table["你好"] = GREETS
    for _ in range(3):
        delivery = await kf.phone.ring(token=token)
        assert delivery.outcome == "success"
    await kf.run()
    assert [line.author for line in await kf.lines()].count(Author.CUSTOMER) == 1
    assert len(kf.screen()) == 1


async def test_crash_between_process_and_cursor_doubles_nothing(kf, monkeypatch):
    async def dies(*_):
        raise RuntimeError("the process was killed")

    kf.desk.room.table["你好"] = GREETS
    with monkeypatch.context() as broken:
        broken.setattr(kf.channel.sync, "_advance", dies)
        await kf.phone.write(LI, "你好")
        await kf.run()
    before = [line.id for line in await kf.lines()]
    await kf.phone.ring()
    await kf.run()
    assert "cursor" not in kf.fake.kf_api.journal.calls(SYNC)[-1].body  # the page was read anew
    assert [line.id for line in await kf.lines()] == before
    assert len(kf.desk.room.turns) == len(kf.screen()) == 1


async def test_1001_messages_are_all_stored_in_order_and_once(kf):
    customers = [f"wm-{nth}" for nth in range(7)]
    kf.channel.sync._wake = lambda _: None  # they are stored; the bot would take long for its answers
    for nth in range(1001):
        kf.phone.wrote(customers[nth % 7], f"第{nth}条")
    await kf.phone.ring()
    await kf.channel.sync.idle()
    for place, userid in enumerate(customers):
        talk = await kf.talk(userid)
        async with kf.desk.units() as uow:
            lines = await uow.messages.latest(talk, 1001)
        said = [line.text for line in lines if line.author is Author.CUSTOMER]
        assert said == [f"第{nth}条" for nth in range(place, 1001, 7)]
    assert kf.fake.kf_api.journal.count(SYNC) == 2


async def test_msg_send_fail_after_errcode_0_shows_at_the_line_and_nothing_is_sent_again(kf):
    kf.account.failing = True
    await kf.writes("你好", GREETS)
    await kf.phone.ring()
    await kf.run()
    (sending,) = await kf.sendings()
    assert (sending.state, sending.error) == (
        SendingState.FAILED,
        "微信没有送达：顾客最后一次说话已超过48小时",
    )
    assert kf.fake.kf_api.journal.count(SEND) == 1


async def test_a_failure_that_is_told_before_the_call_is_answered_counts(kf, monkeypatch):
    send = kf.client.send

    async def slow(open_kfid, userid, msgid, body):
        await send(open_kfid, userid, msgid, body)
        await kf.phone.fail(userid, msgid)
        await kf.channel.sync.idle()

    monkeypatch.setattr(kf.client, "send", slow)
    await kf.writes("你好", GREETS)
    assert [one.state for one in await kf.sendings()] == [SendingState.FAILED]


async def test_an_unknown_outcome_is_sent_again_under_its_id_and_shown_once(kf):
    kf.fake.kf_api.faults.hang(SEND, after=True)
    await kf.writes("你好", GREETS)
    kf.desk.clock.turn(seconds=3)
    await kf.dispatcher.look()
    await kf.run()
    assert len(kf.screen()) == 1
    assert [one.state for one in await kf.sendings()] == [SendingState.SENT]
    (first, second) = kf.fake.kf_api.journal.calls(SEND)
    assert first.body["msgid"] == second.body["msgid"]


async def test_the_cursor_survives_a_restart(kf, desk, database, live):
    await kf.writes("你好", GREETS)
    ours = kf.channel.carrier  # of the first process
    again = process(desk, database.reading_units(), live, kf.fake, kf.account, kf.settings, kf.client)
    assert again.channel.carrier is not ours
    kf.fake.kf_api.journal.clear()
    await again.channel.sync.look()
    await again.channel.sync.idle()
    (call,) = kf.fake.kf_api.journal.calls(SYNC)
    assert call.body["cursor"]
    assert len(kf.desk.room.turns) == 1


async def test_two_processes_never_read_an_account_at_once(kf, desk, database, live):
    async with desk.units() as uow:
        now = desk.clock.now()
        await uow.wechat.lease_cursor(kf.account.open_kfid, "another", now, now + kf_sync.LEASE)
        await uow.commit()
    waited = []

    async def sleep(seconds):
        waited.append(seconds)
        desk.clock.turn(seconds=45)

    kf.channel.sync._sleep = sleep
    kf.desk.room.table["你好"] = GREETS
    await kf.phone.write(LI, "你好")
    await kf.run()
    assert waited == [kf_sync.ANOTHER_READS] * 3
    assert len(kf.screen()) == 1


async def test_what_an_expired_doorbell_rang_for_is_fetched_without_its_token(kf):
    token = kf.fake.corp.doorbell()
    kf.desk.clock.turn(minutes=11)
    kf.phone.wrote(LI, "你好")
    kf.desk.room.table["你好"] = GREETS
    await kf.phone.ring(token=token)
    await kf.run()
    assert len(kf.screen()) == 1


async def test_what_was_written_before_this_desk_is_not_answered(kf):
    kf.phone.wrote(LI, "昨天的事")
    kf.desk.clock.turn(hours=20)
    await kf.writes("你好", GREETS)
    assert (await kf.lines())[0].text == "你好"


async def test_a_platform_that_is_away_loses_nothing(kf):
    kf.fake.kf_api.faults.code(SYNC, -1, times=None)
    assert await kf.writes("你好", GREETS) == []
    kf.fake.kf_api.faults.clear()
    await kf.channel.sync.look()
    await kf.run()
    assert len(kf.screen()) == 1


async def test_an_entry_that_breaks_is_tried_again_and_holds_nobody_up_for_ever(kf, monkeypatch):
    take = kf.channel.sync._entries.take

    async def breaks(entry):
        if entry.text == "坏":
            raise ZeroDivisionError
        return await take(entry)

    monkeypatch.setattr(kf.channel.sync._entries, "take", breaks)
    kf.phone.wrote(LI, "坏")
    kf.desk.room.table["你好"] = GREETS
    await kf.phone.write(LI, "你好")
    await kf.run()
    assert kf.screen() == []
    await kf.channel.sync.look()
    await kf.run()
    assert len(kf.screen()) == 1


async def test_what_people_in_wecom_answered_while_the_desk_was_away_is_not_answered_again(kf):
    await kf.writes("转人工", reading("request_human"))
    kf.phone.rings = False
    await kf.phone.take(LI, "WangFang")
    kf.phone.wrote(LI, "你好")
    kf.desk.room.table["你好"] = GREETS
    await kf.phone.answer(LI, "您好，我是小王。", "WangFang")
    await kf.phone.end(LI)
    kf.desk.clock.turn(hours=1)
    turns = len(kf.desk.room.turns)
    await kf.channel.sync.look()
    await kf.run()
    assert (len(kf.desk.room.turns), kf.screen()[-1]) == (turns, "您好，我是小王。")
    assert (await kf.conversation()).owner is Owner.CLOSED


async def test_choices_go_out_as_a_menu_and_a_tap_presses_the_button(kf):
    await kf.writes("啊啊啊", reading(None, 0.1))
    await kf.writes("哦哦哦", reading(None, 0.1))
    menu = next(line for line in kf.session().screen if line.choices)
    choice, words = menu.choices[-1]
    await kf.writes(words, menu_id=choice)
    pressed = [line for line in await kf.lines() if line.author is Author.CUSTOMER][-1]
    assert (pressed.text, pressed.choice) == (words, choice)


async def test_who_opens_the_chat_is_welcomed_once(kf):
    await kf.phone.enter(LI)
    await kf.run()
    await kf.phone.enter(LI)
    await kf.run()
    introduced = kf.desk.words.situation("introduce", "hans").text
    assert kf.screen() == [introduced]
    assert kf.fake.kf_api.journal.count(SEND_ON_EVENT) == 1
    assert [line.text for line in await kf.lines()] == [introduced]


async def test_a_welcome_that_comes_too_late_is_not_said(kf):
    kf.phone.rings = False
    await kf.phone.enter(LI)
    kf.desk.clock.turn(seconds=30)
    await kf.channel.sync.look()
    await kf.run()
    assert kf.screen() == []
    assert await kf.lines() == []


async def test_a_desk_that_may_not_welcome_says_nothing(desk, database, live):
    async with kf_desk(desk, database.reading_units(), live, welcome=False) as kf:
        await kf.phone.enter(LI)
        await kf.run()
        assert kf.screen() == []


async def test_a_voice_message_is_asked_for_in_words(kf):
    await kf.phone.voice(LI)
    await kf.run()
    (said,) = kf.screen()
    assert said in {way.text for way in _ways(kf, "wordless.voice")}


async def test_a_place_comes_in_as_words(kf):
    await kf.phone.location(LI, "人民广场店")
    await kf.run()
    assert (await kf.lines())[0].text == "我的位置：人民广场店"


def _ways(kf, situation):
    return [kf.desk.words.situation(situation, "hans", variant=nth) for nth in range(4)]
