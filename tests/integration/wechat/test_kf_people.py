"""People at 微信客服: sessions follow the desk's owners, and who answers in WeCom is mirrored here."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.people import Role
from bot.domain.promises import find
from bot.domain.task import Assignee
from bot.domain.wechat_records import SendingState
from bot.services.console import Console
from bot.services.promises import proposal
from bot.services.titles import titles
from bot.services.transcripts import Transcripts
from tests.kf_desk import LI, kf_desk
from tests.people import person
from tests.rooms import reading
from tests.wechat.kf import BOT, ENDED, HUMAN, NEW, QUEUE
from tests.wechat.kf_api import MOVE, SEND

GREETS, ASKS = reading("greet"), reading("request_human")


@pytest.fixture
async def kf(desk, database, live):
    async with kf_desk(desk, database.reading_units(), live) as made:
        for login in ("wang", "zhao", "chen"):
            await person(desk, login)
        yield made


@pytest.fixture
async def queued(kf):
    """A customer who asked for a person and waits in WeCom's pool."""
    await kf.writes("转人工", ASKS)
    return kf


@pytest.fixture
async def taken(queued):
    """The same, taken by 小王 in WeCom's own app."""
    await queued.phone.take(LI, "WangFang")
    await queued.run()
    return queued


async def test_who_asks_for_a_person_hears_so_and_then_waits_in_the_pool(kf):
    said = await kf.writes("转人工", ASKS)
    assert said
    assert kf.session().state == QUEUE
    assert (await kf.conversation()).owner is Owner.QUEUE
    assert {one.state for one in await kf.sendings()} == {SendingState.SENT}


async def test_the_session_stays_with_the_bot_while_nobody_in_wecom_is_on_duty(kf):
    kf.account.servicers.update(WangFang=False, ZhaoMin=False)
    await kf.writes("转人工", ASKS)
    assert kf.session().state == BOT
    assert await kf.writes("你好", GREETS)


async def test_the_bot_is_silent_while_people_in_wecom_have_the_session(queued):
    assert await queued.writes("你好", GREETS) == []
    assert (await queued.lines())[-1].delivery is Delivery.FOR_HUMAN


async def test_who_takes_a_customer_in_wecom_has_the_conversation_here(taken):
    conversation = await taken.conversation()
    assert (conversation.owner, conversation.agent_id) == (Owner.AGENT, "wang")


async def test_what_is_said_in_wecom_stands_in_the_transcript_and_is_not_sent_again(taken):
    before = taken.fake.kf_api.journal.count(SEND)
    await taken.phone.answer(LI, "您好，我是小王。", "WangFang")
    await taken.run()
    last = (await taken.lines())[-1]
    assert (last.author, last.agent_id, last.text) == (Author.AGENT, "wang", "您好，我是小王。")
    assert taken.screen()[-1] == "您好，我是小王。"
    assert taken.fake.kf_api.journal.count(SEND) == before


async def test_a_mirrored_line_stands_there_once_however_often_it_is_fetched(taken, monkeypatch):
    async def dies(*_):
        raise RuntimeError("the process was killed")

    with monkeypatch.context() as broken:
        broken.setattr(taken.channel.sync, "_advance", dies)
        await taken.phone.answer(LI, "您好，我是小王。", "WangFang")
        await taken.run()
    await taken.channel.sync.look()
    await taken.run()
    assert [line.text for line in await taken.lines()].count("您好，我是小王。") == 1


async def test_somebody_without_a_login_here_is_mirrored_too(queued):
    await queued.phone.take(LI, "SomebodyElse")
    await queued.phone.answer(LI, "您好。", "SomebodyElse")
    await queued.run()
    conversation, last = await queued.conversation(), (await queued.lines())[-1]
    assert (conversation.owner, conversation.agent_id) == (Owner.AGENT, None)
    assert (last.author, last.agent_id, last.text) == (Author.AGENT, None, "您好。")


async def test_a_reply_the_bot_computed_while_somebody_in_wecom_took_over_is_dropped(kf):
    await kf.writes("你好", GREETS)
    kf.session().state = QUEUE

    async def meanwhile():
        await kf.phone.take(LI, "WangFang")
        await kf.channel.sync.idle()

    kf.desk.room.before_answer = meanwhile
    said = await kf.writes("还在吗", GREETS)
    assert (
        said == [kf.desk.words.situation("hand_over.joined", "hans", values={"agent.name": "wang"}).text]
        or not said
    )
    lines = await kf.lines()
    assert [line.author for line in lines if line.seq > 3 and line.author is Author.BOT] == []


async def test_passing_on_in_wecom_changes_who_has_it(taken):
    await taken.phone.hand_over(LI, "ZhaoMin")
    await taken.run()
    assert (await taken.conversation()).agent_id == "zhao"


async def test_the_end_in_wecom_closes_the_conversation_and_the_next_message_is_the_bots(taken):
    await taken.phone.end(LI)
    await taken.run()
    assert (await taken.conversation()).owner is Owner.CLOSED
    assert len(await taken.writes("你好", GREETS)) == 1
    assert taken.session().state == BOT


async def test_who_claims_here_and_answers_in_wecom_gets_the_session_there(queued):
    await queued.desk.agents.claim(await queued.talk(), "wang", "小王")
    await queued.run()
    assert (queued.session().state, queued.session().servicer) == (HUMAN, "WangFang")
    joined = queued.desk.words.situation("hand_over.joined", "hans", values={"agent.name": "小王"}).text
    assert queued.session().shown("event") == [joined]


async def test_who_claims_here_and_answers_here_says_it_through_the_bots_session(kf):
    await kf.writes("你好", GREETS)
    await kf.desk.agents.claim(await kf.talk(), "chen", "小陈")
    await kf.run()
    await kf.desk.write(await kf.talk(), "chen", "您好，我是小陈。")
    await kf.run()
    assert kf.session().state == BOT
    assert kf.screen()[-1] == "您好，我是小陈。"


async def test_what_is_written_here_while_the_session_is_in_wecom_says_why_it_was_not_sent(taken):
    taken.session().servicer = "WangFang"
    await taken.desk.write(await taken.talk(), "wang", "您好。")
    await taken.run()
    sending = (await taken.sendings())[-1]
    assert sending.state is SendingState.FAILED
    assert "请在企业微信里回复" in sending.error


async def test_a_conversation_given_back_to_the_bot_ends_the_session_with_a_word(taken):
    await taken.desk.agents.release(await taken.talk(), "wang")
    await taken.run()
    assert taken.session().state == ENDED
    assert taken.screen()[-1] == taken.desk.words.situation("handed_back", "hans").text
    assert await taken.writes("你好", GREETS)
    assert taken.session().state == BOT


async def test_closing_here_ends_the_session_after_the_last_word(kf):
    await kf.writes("你好", GREETS)
    await kf.desk.agents.claim(await kf.talk(), "chen", "小陈")
    boss = await person(kf.desk, "boss", Role.SUPERVISOR)
    await kf.desk.agents.close(await kf.talk(), boss)
    await kf.run()
    assert kf.session().state == ENDED
    assert kf.screen()[-1].endswith(kf.desk.words.situation("conversation.closed", "hans").text)


async def test_somebody_who_answers_in_wecom_is_not_gone_when_their_console_is(taken):
    long_ago = taken.desk.clock.now() - timedelta(hours=2)
    async with taken.desk.units() as uow:
        presence = await uow.presences.of("wang")
        presence.alive_at = presence.sign_at = presence.left_at = long_ago
        await uow.commit()
    taken.desk.clock.turn(hours=1)
    assert await taken.desk.shifts.take_back() == 0
    assert (await taken.conversation()).agent_id == "wang"


async def test_a_refused_move_is_tried_again_later(kf):
    kf.fake.kf_api.faults.code(MOVE, 95016, times=1)
    await kf.writes("转人工", ASKS)
    assert kf.session().state != QUEUE
    kf.desk.clock.turn(minutes=2)
    await kf.channel.sessions.catch_up()
    await kf.run()
    assert kf.session().state == QUEUE


async def test_a_claimed_conversation_says_who_has_it(queued):
    await queued.phone.take(LI, "SomebodyElse")
    await queued.run()
    with pytest.raises(Exception, match="企业微信里的接待人员"):
        await queued.desk.agents.claim(await queued.talk(), "chen", "小陈")


async def test_the_people_of_the_desk_see_that_somebody_in_wecom_has_it(queued, database):
    await queued.phone.take(LI, "SomebodyElse")
    await queued.run()
    words, reading_units = queued.desk.words, database.reading_units()
    view = await Transcripts(reading_units, titles(words.handbook), words).conversation(await queued.talk())
    assert view.row.agent == "企业微信里的客服"
    talk = await Console(reading_units, words, titles(words.handbook)).talk(await queued.talk())
    assert talk.row.agent == "企业微信里的客服"


async def test_a_promise_of_somebody_without_a_login_is_everybodys_to_confirm(queued):
    await queued.phone.take(LI, "SomebodyElse")
    await queued.phone.answer(LI, "24小时内给您退款。", "SomebodyElse")
    await queued.run()
    last = (await queued.lines())[-1]
    (promise,) = find(
        last.text,
        queued.desk.clock.now(),
        None,
        queued.desk.words.due,
        queued.desk.words.company.working_hours,
    )
    task = proposal(promise, last, None, queued.desk.clock.now())
    assert (task.assignee_kind, task.assignee) == (Assignee.ROLE, "agent")


async def test_who_answers_here_gets_a_customer_out_of_the_pool_with_their_next_message(queued):
    queued.desk.clock.turn(minutes=1)
    await queued.desk.agents.claim(await queued.talk(), "chen", "小陈")
    await queued.run()
    joined = queued.desk.words.situation("hand_over.joined", "hans", values={"agent.name": "小陈"}).text
    assert (queued.session().state, queued.screen()[-1]) == (ENDED, joined)
    await queued.desk.write(await queued.talk(), "chen", "您好，请说。")
    await queued.run()
    assert (await queued.sendings())[-1].state is SendingState.HELD
    assert await queued.writes("还在吗") == ["您好，请说。"]
    assert queued.session().state == BOT


async def test_a_conversation_of_another_channel_is_none_of_its_business(kf):
    await kf.desk.say("你好", GREETS)
    kf.channel.sessions.wake((await kf.desk.conversation()).id)
    await kf.channel.sessions.look()
    assert kf.fake.kf_api.journal.count(MOVE) == 0


async def test_a_session_is_moved_once_by_whoever_looks_first(kf, database):
    kf.desk.room.table["你好"] = GREETS
    await kf.phone.write(LI, "你好")
    await kf.channel.sync.idle()
    await kf.desk.runner.idle()
    talk = await kf.talk()
    for _ in range(3):
        await asyncio.gather(*(kf.channel.sessions.settle(talk) for _ in range(4)))
    assert kf.fake.kf_api.journal.count(MOVE) == 1


async def test_a_conversation_that_is_transferred_here_changes_hands_in_wecom(taken):
    taken.desk.clock.turn(minutes=20)
    wang = await user(taken, "wang")
    await taken.desk.agents.transfer(await taken.talk(), wang, to="zhao")
    await taken.run()
    assert (taken.session().state, taken.session().servicer) == (HUMAN, "ZhaoMin")


async def test_a_transfer_that_fails_is_made_good(taken):
    taken.desk.clock.turn(minutes=20)
    taken.fake.kf_api.faults.code(MOVE, 95014)
    await taken.desk.agents.transfer(await taken.talk(), await user(taken, "wang"), to="zhao")
    await taken.run()
    assert taken.session().servicer == "WangFang"
    taken.desk.clock.turn(minutes=2)
    await taken.run()
    assert taken.session().servicer == "ZhaoMin"


async def test_a_conversation_that_is_transferred_to_somebody_who_answers_here_ends_the_session(taken):
    taken.desk.clock.turn(minutes=1)
    await taken.desk.agents.transfer(await taken.talk(), await user(taken, "wang"), to="chen")
    await taken.run()
    assert taken.session().state == ENDED
    assert "chen" in taken.screen()[-1]


async def test_a_session_that_ended_unheard_is_asked_for_again(queued):
    queued.session().state = NEW  # ended and begun anew, and nobody said so
    queued.desk.clock.turn(minutes=11)
    await queued.writes("还在吗")
    assert queued.session().state == QUEUE


async def test_a_move_of_which_nobody_knows_whether_it_was_done_is_asked_for(kf):
    kf.fake.kf_api.faults.reset(MOVE, times=1, after=True)
    await kf.writes("转人工", ASKS)
    kf.desk.clock.turn(minutes=2)
    await kf.run()
    assert kf.session().state == QUEUE
    assert (await kf.chat()).kf_state == QUEUE


async def user(kf, login):
    async with kf.desk.units() as uow:
        return await uow.people.by_login(login)
