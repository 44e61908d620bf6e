"""Spans of what goes out of the house: letters, events to their subscribers, messages to WeChat."""

from collections.abc import Mapping

from bot.domain.followup import Letter, Way
from bot.services.ports import Answered, Sender, Traces, WebhookSender
from bot.services.wechat.carrying import Carrier, Parcel, Terms


class TracedSender:
    """A Sender with a span for each letter."""

    def __init__(self, sender: Sender, traces: Traces) -> None:
        self._sender, self._traces = sender, traces

    async def send(self, letter: Letter) -> None:
        """Hand it over once. SendingFailed, SendingRefused, SendingUnsure."""
        with self._traces.span("send.letter", way=letter.way.value, letter=letter.id, case=letter.case_id):
            await self._sender.send(letter)


def traced_senders(senders: Mapping[Way, Sender], traces: Traces) -> dict[Way, Sender]:
    """All of them, with spans."""
    return {way: TracedSender(sender, traces) for way, sender in senders.items()}


class TracedWebhooks:
    """A WebhookSender with a span for each post."""

    def __init__(self, sender: WebhookSender, traces: Traces) -> None:
        self._sender, self._traces = sender, traces

    def check(self, url: str) -> None:
        """InvalidInput for an address to which nothing is sent."""
        self._sender.check(url)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answered:
        """Post once, without following anywhere; SendingFailed when nobody answers or it isn't allowed."""
        with self._traces.span("send.webhook", event=headers.get("webhook-id", "")):
            return await self._sender.post(url, headers, body)


class TracedCarrier:
    """A Carrier with a span for each message."""

    def __init__(self, carrier: Carrier, channel: str, traces: Traces) -> None:
        self._carrier, self._channel, self._traces = carrier, channel, traces

    @property
    def terms(self) -> Terms:
        """What the account allows."""
        return self._carrier.terms

    async def carry(self, parcel: Parcel) -> None:
        """Send it, or say why not; as the carrier does it."""
        conversation = parcel.conversation_id
        with self._traces.span(
            "send.wechat", channel=self._channel, conversation=conversation, sending=parcel.id
        ):
            await self._carrier.carry(parcel)
