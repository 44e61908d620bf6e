"""What goes out by mail or short message: stored first, sent once, tried again, and never doubled."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.adapters.mail import MailSender, MailServer
from bot.adapters.sms import Gateway, SmsSender
from bot.domain.errors import SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import Letter, LetterState, Visit, VisitState, Way
from bot.domain.task import TaskKind
from bot.services.following import Following
from bot.services.outbox import LOST_AFTER, RETRIES, Outbox
from tests import outside
from tests.complaints import complain


class Post:
    """A sender that does what it is told, one thing after the other."""

    def __init__(self, *then):
        self.then, self.sent = list(then), []

    async def send(self, letter):
        self.sent.append(letter.id)
        problem = self.then.pop(0) if self.then else None
        if problem is not None:
            raise problem


@pytest.fixture
async def case(desk):
    await complain(desk)
    await desk.say("13812345678", desk.room.table.get("13812345678"))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    async with desk.units() as uow:
        stored = await uow.cases.get(case.id)
        stored.fields = {**stored.fields, "phone": "13812345678"}
        await uow.commit()
    return stored


@pytest.fixture
async def letter(desk, case):
    now = desk.clock.now()
    visit = Visit(
        "visit", case.id, case.conversation_id, 0, 1, now, now, now, VisitState.ASKED, 1, now, Way.SMS
    )
    one = Letter("letter", case.id, Way.SMS, "13812345678", "回访", "满意吗？", now, now, "visit")
    async with desk.units() as uow:
        uow.visits.add(visit)
        uow.letters.add(one)
        await uow.commit()
    return one


def outbox(desk, post, way=Way.SMS):
    return Outbox(desk.units, desk.units, desk.words, desk.clock, {way: post})


async def stored(desk):
    async with desk.units() as uow:
        return await uow.letters.get("letter")


async def calls(desk, case):
    async with desk.units() as uow:
        return [task for task in await uow.tasks.of_case(case.id) if task.kind is TaskKind.CALL]


async def history(desk, case):
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def test_what_waits_is_sent_once(desk, case, letter):
    post = Post()
    for _ in range(3):
        await outbox(desk, post).look()
    assert (post.sent, (await stored(desk)).state) == (["letter"], LetterState.SENT)
    assert (await history(desk, case)).count("letter_sent") == 1


async def test_a_failure_is_tried_again_later_and_then_sent_once(desk, letter):
    post = Post(SendingFailed("503"), SendingFailed("503"))
    await outbox(desk, post).look()
    await outbox(desk, post).look()
    assert len(post.sent) == 1  # not at once
    for wait in RETRIES[:2]:
        desk.clock.turn(seconds=wait.total_seconds())
        await outbox(desk, post).look()
    assert (len(post.sent), (await stored(desk)).state) == (3, LetterState.SENT)


async def test_after_the_last_retry_it_becomes_a_call_with_the_number(desk, case, letter):
    post = Post(*[SendingFailed("503")] * 9)
    for _ in range(9):
        await outbox(desk, post).look()
        desk.clock.turn(hours=3)
    assert (len(post.sent), (await stored(desk)).state) == (1 + len(RETRIES), LetterState.FAILED)
    (call,) = await calls(desk, case)
    assert "13812345678" in call.title


async def test_what_is_refused_for_good_is_not_sent_again_and_becomes_a_call(desk, case, letter):
    post = Post(SendingRefused("400"))
    await outbox(desk, post).look()
    desk.clock.turn(hours=5)
    await outbox(desk, post).look()
    assert (post.sent, (await stored(desk)).error) == (["letter"], "400")
    assert len(await calls(desk, case)) == 1


async def test_what_may_have_arrived_is_not_sent_again(desk, case, letter):
    post = Post(SendingUnsure("no answer"))
    await outbox(desk, post).look()
    desk.clock.turn(hours=5)
    await outbox(desk, post).look()
    assert (post.sent, (await stored(desk)).state) == (["letter"], LetterState.UNSURE)
    assert await calls(desk, case) == []


async def test_a_desk_that_died_while_sending_does_not_send_again(desk, case, letter):
    class Killed(BaseException):
        pass

    with pytest.raises(Killed):
        await outbox(desk, Post(Killed())).look()
    assert (await stored(desk)).state is LetterState.SENDING
    post = Post()
    await outbox(desk, post).look()
    desk.clock.turn(seconds=(LOST_AFTER + timedelta(seconds=1)).total_seconds())
    await outbox(desk, post).look()
    assert (post.sent, (await stored(desk)).state) == ([], LetterState.UNSURE)
    assert "letter_unsure" in await history(desk, case)


async def test_two_desks_that_look_at_once_send_once(desk, letter):
    post = Post()
    await asyncio.gather(*(outbox(desk, post).look() for _ in range(4)))
    assert post.sent == ["letter"]


async def test_without_a_sender_it_becomes_a_call(desk, case, letter):
    await outbox(desk, Post(), Way.MAIL).look()
    assert len(await calls(desk, case)) == 1


async def asked_until(desk, following, wanted):
    for _ in range(40):
        await following.followups.look()
        await following.outbox.look()
        if wanted():
            return
        desk.clock.turn(hours=12)
    pytest.fail("nothing was sent")


@pytest.fixture
async def remedied(desk, case):
    async with desk.units() as uow:
        one = await uow.cases.get(case.id)
        one.process, one.step = "general", "follow_up"
        now = desk.clock.now()
        uow.visits.add(Visit("visit", one.id, one.conversation_id, 0, 1, now, now, now))
        await uow.commit()
    return one


async def test_who_does_not_answer_in_the_chat_gets_a_short_message_through_the_gateway(desk, remedied):
    gateway = outside.Gateway()
    async with outside.sms_gateway(gateway) as url:
        template = {"to": "{phone}", "text": "{text}"}
        senders = {Way.SMS: SmsSender(Gateway(url, template, secret=SecretStr("k")))}
        following = Following.of(
            desk.units, desk.units, desk.room, desk.words, desk.clock, senders, "https://kefu.example.com"
        )
        await asked_until(desk, following, lambda: gateway.requests)
    ((_, body, _),) = gateway.requests
    assert body["to"] == "13812345678"
    assert remedied.number in body["text"]
    assert "https://kefu.example.com" in body["text"]


async def test_who_gave_a_mail_address_gets_a_mail_first(desk, remedied):
    await desk.say("我的邮箱是 gu.ke@example.com，谢谢")
    mailbox = outside.Mailbox()
    async with outside.mail_server(mailbox) as port:
        senders = {Way.MAIL: MailSender(MailServer("127.0.0.1", port, "kefu@example.com", "none"))}
        following = Following.of(desk.units, desk.units, desk.room, desk.words, desk.clock, senders, None)
        await asked_until(desk, following, lambda: mailbox.mails)
    assert mailbox.mails[0].rcpt_tos == ["gu.ke@example.com"]
