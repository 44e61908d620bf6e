"""What the interfaces to other programs need from the database and the network."""

from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.api_token import ApiToken
from bot.domain.conversation import Conversation, Owner
from bot.domain.webhook import Delivery, Webhook


class ApiTokens(Protocol):
    """The tokens of programs."""

    def add(self, token: ApiToken) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> ApiToken:
        """By id; NotFound."""

    async def by_hash(self, token_hash: str) -> ApiToken | None:
        """By the hash of what was shown."""

    async def all(self) -> list[ApiToken]:
        """All of them, newest first."""

    async def note_used(self, id: str, at: datetime, before: datetime) -> None:
        """Note that it was used, unless that was noted since `before`."""


class Webhooks(Protocol):
    """Subscriptions, and what is on its way to them."""

    def add(self, webhook: Webhook) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Webhook:
        """By id; NotFound."""

    async def all(self) -> list[Webhook]:
        """All of them, oldest first."""

    async def delivery(self, id: str) -> Delivery:
        """One delivery; NotFound."""

    async def waiting(self, now: datetime) -> list[str]:
        """Ids of the active subscriptions with something to be sent now."""

    async def due(self, webhook_id: str, now: datetime, limit: int) -> list[Delivery]:
        """What is to be sent now, and what somebody began to send and never finished; oldest first."""

    async def latest(self, webhook_id: str, limit: int = 100) -> list[Delivery]:
        """The newest deliveries of a subscription."""

    async def forget(self, before: datetime) -> None:
        """Delete what was settled and is older than that."""


class ApiLists(Protocol):
    """What programs list that no page lists like that."""

    async def conversations(
        self, owner: Owner | None, channel: str | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Conversation]:
        """The latest changed first, not locked; `before`: when the last one was changed, and its id."""


class Answered(NamedTuple):
    """What a subscriber's server answered: the status, and the beginning of what it said."""

    status: int
    text: str


class WebhookSender(Protocol):
    """Posts to subscribers, and to nobody whom the settings don't allow."""

    def check(self, url: str) -> None:
        """InvalidInput for an address to which nothing is sent."""

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answered:
        """Post once, without following anywhere; SendingFailed when nobody answers or it isn't allowed."""
