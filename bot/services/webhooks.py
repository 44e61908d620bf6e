"""Who is told by webhook of what happens: subscriptions, the log, sending again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import User
from bot.domain.webhook import Delivery, DeliveryState, Event, Webhook, new_secret
from bot.services import audit
from bot.services.ids import new_id
from bot.services.ports import Clock, Units, WebhookSender

GIVEN_UP_AFTER = timedelta(hours=24)
LONGEST_URL = 500  # characters


@dataclass(frozen=True)
class Log:
    """A subscription with its newest deliveries."""

    webhook: Webhook
    deliveries: tuple[Delivery, ...]


class Subscriptions:
    """Adds subscriptions and shows what became of them; `reading` are units that only read."""

    def __init__(self, units: Units, reading: Units, sender: WebhookSender, clock: Clock) -> None:
        self._units, self._reading, self._sender, self._clock = units, reading, sender, clock

    async def add(self, url: str, events: Collection[str], by: User, *, personal: bool) -> Webhook:
        """Tell this address of these events from now on; its secret is to be shown once. InvalidInput."""
        url = url.strip()
        if not events or not set(events) <= set(Event):
            raise InvalidInput("请至少选择一种事件。")
        if not 0 < len(url) <= LONGEST_URL:
            raise InvalidInput(f"地址应为 1 到 {LONGEST_URL} 个字符。")
        self._sender.check(url)
        now = self._clock.now()
        webhook = Webhook(new_id(now), url, new_secret(), now, by.id, sorted(events), personal)
        async with self._units() as uow:
            uow.webhooks.add(webhook)
            told = {"url": url, "events": webhook.events, "personal": personal}
            await audit.record(uow, by.id, "webhook_added", f"webhook:{webhook.id}", told, now=now)
            await uow.commit()
        return webhook

    async def all(self) -> list[Webhook]:
        """Every subscription, oldest first."""
        async with self._reading() as uow:
            return await uow.webhooks.all()

    async def log(self, id: str) -> Log:
        """One with its newest deliveries; NotFound."""
        async with self._reading() as uow:
            return Log(await uow.webhooks.get(id), tuple(await uow.webhooks.latest(id)))

    async def switch(self, id: str, by: User, *, active: bool) -> None:
        """Stop telling it anything, or go on; what happens while it is off is not told later. NotFound."""
        now = self._clock.now()
        async with self._units() as uow:
            (await uow.webhooks.get(id)).active = active
            await audit.record(uow, by.id, "webhook_changed", f"webhook:{id}", {"active": active}, now=now)
            await uow.commit()

    async def resend(self, id: str, delivery_id: str, by: User) -> None:
        """Send something once more, under the same event id; NotFound, Conflict while it is being sent."""
        now = self._clock.now()
        async with self._units() as uow:
            delivery = await uow.webhooks.delivery(delivery_id)
            if delivery.webhook_id != id or delivery.state is DeliveryState.SENDING:
                raise Conflict("这一条正在发送，请稍后再看。")
            delivery.state, delivery.next_at, delivery.attempts = DeliveryState.WAITING, now, 0
            delivery.give_up_at = now + GIVEN_UP_AFTER
            await audit.record(
                uow, by.id, "webhook_resent", f"webhook:{id}", {"event": delivery.event_id}, now=now
            )
            await uow.commit()
