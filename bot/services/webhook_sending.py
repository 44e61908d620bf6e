"""Sends what waits for subscribers: signed, each at least once, tried again for a day."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.errors import Conflict, SendingFailed
from bot.domain.webhook import Delivery, DeliveryState, Webhook, sign
from bot.services.ports import Answered, Clock, Units, WebhookSender
from bot.services.webhooks import GIVEN_UP_AFTER

log = logging.getLogger(__name__)

RETRIES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 7200, 14400))
LOST_AFTER = timedelta(minutes=2)  # an attempt of which nothing is heard any more: the desk was killed
KEPT = timedelta(days=30)  # the log
AT_ONCE = 8  # subscribers who are being told
_IN_A_ROUND = 50  # deliveries to one subscriber
_OK, _NOT_OK = 200, 300


class WebhookOutbox:
    """Sends what is due; a subscriber who doesn't answer keeps nobody else waiting."""

    def __init__(self, units: Units, reading: Units, sender: WebhookSender, clock: Clock) -> None:
        self._units, self._reading, self._sender, self._clock = units, reading, sender, clock
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._leaving = False

    def leave(self) -> None:
        """Begin no further delivery."""
        self._leaving = True

    async def look(self) -> int:
        """Send what is due; how many subscribers there was something for."""
        async with self._reading() as uow:
            waiting = await uow.webhooks.waiting(self._clock.now())
        await asyncio.gather(*map(self._tell, waiting))
        return len(waiting)

    async def forget_old(self) -> None:
        """Delete what is settled and older than the log is kept."""
        async with self._units() as uow:
            await uow.webhooks.forget(self._clock.now() - KEPT)
            await uow.commit()

    async def _tell(self, webhook_id: str) -> None:
        """One subscriber's deliveries in order, up to the first that fails."""
        async with self._slots:
            async with self._reading() as uow:
                webhook = await uow.webhooks.get(webhook_id)
                due = await uow.webhooks.due(webhook_id, self._clock.now(), _IN_A_ROUND)
            for delivery in due:
                if self._leaving:
                    return
                with suppress(Conflict):  # another process sends it at this moment, or it is sent again
                    if not await self._send(webhook, delivery.id):
                        return

    async def _send(self, webhook: Webhook, delivery_id: str) -> bool:
        delivery = await self._begun(delivery_id)
        if delivery is None:
            return True
        timestamp, body = int(self._clock.now().timestamp()), delivery.body
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "kesu-desk",
            "webhook-id": delivery.event_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(webhook.secret, delivery.event_id, timestamp, body),
        }
        try:
            answer = await self._sender.post(webhook.url, headers, body)
        except SendingFailed as problem:
            return await self._finish(delivery_id, None, str(problem))
        taken = _OK <= answer.status < _NOT_OK
        return await self._finish(delivery_id, answer, "" if taken else f"{answer.status} {answer.text}")

    async def _begun(self, delivery_id: str) -> Delivery | None:
        """The delivery, now marked as being sent; None if there is nothing to send."""
        now = self._clock.now()
        async with self._units() as uow:
            delivery = await uow.webhooks.delivery(delivery_id)
            settled = delivery.state in (DeliveryState.SENT, DeliveryState.FAILED)
            if settled or delivery.next_at > now:
                return None
            delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
            delivery.next_at = now + LOST_AFTER
            await uow.commit()
        return delivery

    async def _finish(self, delivery_id: str, answer: Answered | None, problem: str) -> bool:
        now = self._clock.now()
        async with self._units() as uow:
            delivery = await uow.webhooks.delivery(delivery_id)
            delivery.status, delivery.error = answer.status if answer else None, problem
            if not problem:
                delivery.state, delivery.sent_at = DeliveryState.SENT, now
            else:
                _put_off(delivery, now)
                log.warning("webhook %s, event %s: %s", delivery.webhook_id, delivery.event_id, problem[:80])
            await uow.commit()
        return not problem


def _put_off(delivery: Delivery, now: datetime) -> None:
    """Try again later, for a day."""
    following = now + RETRIES[min(delivery.attempts, len(RETRIES)) - 1]
    if following < (delivery.give_up_at or delivery.created_at + GIVEN_UP_AFTER):
        delivery.state, delivery.next_at = DeliveryState.WAITING, following
    else:
        delivery.state = DeliveryState.FAILED
