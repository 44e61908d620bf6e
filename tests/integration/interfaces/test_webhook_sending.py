"""Webhooks on their way: signed, sent at least once, tried again for a day, with a log."""

import base64
import hashlib
import hmac
import json

import pytest
from aiohttp import web

from bot.adapters.webhook_sender import HttpWebhookSender
from bot.domain.errors import NotFound, SendingFailed
from bot.domain.webhook import DeliveryState, Event, sign
from bot.services.ports import Answered
from bot.services.webhook_sending import KEPT, LOST_AFTER, RETRIES
from tests.accepted import accepted
from tests.receivers import URL, Receiver, log, outbox, subscribe, subscriptions


async def test_a_receiver_can_check_the_signature(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver()
    await accepted(desk, "li")
    await outbox(desk, receiver).look()
    ((_, headers, told, body),) = receiver.posted
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == told["id"]
    assert int(headers["webhook-timestamp"]) == int(desk.clock.now().timestamp())


async def test_over_a_real_connection_the_signed_event_arrives(desk, admin, aiohttp_server):
    arrived = []

    async def take(request):
        arrived.append((request.headers["webhook-signature"], await request.read()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/hook", take)])
    url = str((await aiohttp_server(app)).make_url("/hook"))
    sender = HttpWebhookSender(["127.0.0.0/8"])
    webhook = await subscriptions(desk, sender).add(url, [Event.CASE_ACCEPTED], admin, personal=False)
    await accepted(desk, "li")
    await outbox(desk, sender).look()
    ((signature, body),) = arrived
    told = json.loads(body)
    assert signature == sign(webhook.secret, told["id"], int(desk.clock.now().timestamp()), body)
    assert (await log(desk, webhook))[0].state is DeliveryState.SENT


async def test_what_was_sent_is_not_sent_again(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver()
    await accepted(desk, "li")
    box = outbox(desk, receiver)
    assert await box.look() == 1
    assert await box.look() == 0
    (sent,) = await log(desk, webhook)
    assert (len(receiver.posted), sent.state, sent.status) == (1, DeliveryState.SENT, 200)


@pytest.mark.parametrize("answer", [SendingFailed("连不上"), Answered(500, "oops"), Answered(302, "")])
async def test_what_was_not_taken_is_tried_again_later_with_the_same_id(desk, admin, answer):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver(answer)
    await accepted(desk, "li")
    box = outbox(desk, receiver)
    await box.look()
    (waiting,) = await log(desk, webhook)
    assert (waiting.state, waiting.attempts, bool(waiting.error)) == (DeliveryState.WAITING, 1, True)
    await box.look()
    assert len(receiver.posted) == 1
    desk.clock.turn(seconds=RETRIES[0].total_seconds())
    await box.look()
    assert [told["id"] for _, _, told, _ in receiver.posted] == [waiting.event_id] * 2
    assert (await log(desk, webhook))[0].state is DeliveryState.SENT


async def test_after_a_day_it_is_given_up(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver(*[Answered(503, "")] * 50)
    await accepted(desk, "li")
    box = outbox(desk, receiver)
    for _ in range(60):
        await box.look()
        desk.clock.turn(hours=1)
    (given_up,) = await log(desk, webhook)
    assert given_up.state is DeliveryState.FAILED
    assert len(RETRIES) < given_up.attempts < 24


async def test_somebody_can_have_it_sent_again(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver()
    await accepted(desk, "li")
    box, asked = outbox(desk, receiver), subscriptions(desk)
    await box.look()
    (sent,) = await log(desk, webhook)
    await asked.resend(webhook.id, sent.id, admin)
    await box.look()
    assert len({told["id"] for _, _, told, _ in receiver.posted}) == 1
    assert len(receiver.posted) == 2
    with pytest.raises(NotFound):
        await asked.resend(webhook.id, "nothing", admin)


async def test_an_attempt_that_died_with_the_desk_is_made_again(desk, admin):
    webhook = await subscribe(desk, admin, Event.CASE_ACCEPTED)
    await accepted(desk, "li")
    (delivery,) = await log(desk, webhook)
    async with desk.units() as uow:
        row = await uow.webhooks.delivery(delivery.id)
        row.state, row.next_at = DeliveryState.SENDING, desk.clock.now() + LOST_AFTER
        await uow.commit()
    receiver = Receiver()
    await outbox(desk, receiver).look()
    assert receiver.posted == []
    desk.clock.turn(seconds=LOST_AFTER.total_seconds())
    await outbox(desk, receiver).look()
    assert len(receiver.posted) == 1


async def test_a_subscriber_who_does_not_answer_keeps_nobody_waiting(desk, admin):
    await subscribe(desk, admin, url=f"{URL}/dead")
    await subscribe(desk, admin, url=f"{URL}/alive")
    await accepted(desk, "li")
    await accepted(desk, "zhao")

    class Half(Receiver):
        async def post(self, url, headers, body):
            answer = await super().post(url, headers, body)
            if url.endswith("dead"):
                raise SendingFailed("连不上对方")
            return answer

    receiver = Half()
    await outbox(desk, receiver).look()
    urls = [url.rpartition("/")[2] for url, *_ in receiver.posted]
    assert urls.count("dead") == 1
    assert urls.count("alive") > 1


async def test_the_log_is_kept_for_a_month(desk, admin):
    webhook, receiver = await subscribe(desk, admin, Event.CASE_ACCEPTED), Receiver()
    await accepted(desk, "li")
    box = outbox(desk, receiver)
    await box.look()
    desk.clock.turn(seconds=KEPT.total_seconds() - 60)
    await box.forget_old()
    assert len(await log(desk, webhook)) == 1
    desk.clock.turn(minutes=2)
    await box.forget_old()
    assert await log(desk, webhook) == ()
