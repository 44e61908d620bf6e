"""Who webhooks are sent to in tests, and the desk's side of it."""

import json

from bot.domain.errors import InvalidInput
from bot.domain.webhook import Event
from bot.services.ports import Answered
from bot.services.webhook_sending import WebhookOutbox
from bot.services.webhooks import Subscriptions

URL = "https://crm.example.com/kesu"


class Receiver:
    """A sender that remembers what it posted, and answers what it is told."""

    def __init__(self, *then):
        self.then, self.posted = list(then), []

    def check(self, url):
        if "intranet" in url:
            raise InvalidInput("不能发到内网地址。")

    async def post(self, url, headers, body):
        self.posted.append((url, headers, json.loads(body), body))
        answer = self.then.pop(0) if self.then else Answered(200, "ok")
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def types(self):
        return [told["type"] for _, _, told, _ in self.posted]


def subscriptions(desk, receiver=None):
    return Subscriptions(desk.units, desk.units, receiver or Receiver(), desk.clock)


def outbox(desk, receiver):
    return WebhookOutbox(desk.units, desk.units, receiver, desk.clock)


async def subscribe(desk, admin, *events, url=URL, personal=False):
    return await subscriptions(desk).add(url, events or list(Event), admin, personal=personal)


async def log(desk, webhook):
    return (await subscriptions(desk).log(webhook.id)).deliveries
