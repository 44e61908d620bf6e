"""The repositories of API tokens and of outgoing webhooks."""

from datetime import datetime

from sqlalchemy import delete, literal_column, or_, select, update

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import api_tokens, conversations, webhook_deliveries, webhooks
from bot.domain.api_token import ApiToken
from bot.domain.conversation import Conversation, Owner
from bot.domain.webhook import Delivery, DeliveryState, Webhook

# Written out, not as parameters: of a list of parameters SQLite can't tell that a partial index covers it.
_ON_ITS_WAY = webhook_deliveries.c.state.in_(
    [literal_column(f"'{state}'") for state in (DeliveryState.WAITING, DeliveryState.SENDING)]
)


class SqlApiTokens(Repository):
    """The tokens of programs (ports.ApiTokens)."""

    def add(self, token: ApiToken) -> None:
        """Take a new one in."""
        self._session.add(token)

    async def get(self, id: str) -> ApiToken:
        """By id; NotFound."""
        return await self._get(ApiToken, id)

    async def by_hash(self, token_hash: str) -> ApiToken | None:
        """By the hash of what was shown."""
        return await self._first(select(ApiToken).where(api_tokens.c.token_hash == token_hash))

    async def all(self) -> list[ApiToken]:
        """All of them, newest first."""
        return await self._all(select(ApiToken).order_by(api_tokens.c.id.desc()))

    async def note_used(self, id: str, at: datetime, before: datetime) -> None:
        """Note that it was used, unless that was noted since `before`."""
        old = or_(api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at < before)
        with races_as_conflicts():
            await self._session.execute(
                update(api_tokens).where(api_tokens.c.id == id, old).values(last_used_at=at)
            )


class SqlApiLists(Repository):
    """What programs list that no page lists like that (ports.ApiLists)."""

    async def conversations(
        self, owner: Owner | None, channel: str | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Conversation]:
        """The latest changed first, along an index."""
        at, name = conversations.c.updated_at, conversations.c.id
        found = select(Conversation).order_by(at.desc(), name.desc()).limit(limit)
        if owner is not None:
            found = found.where(conversations.c.owner == owner)
        if channel is not None:
            found = found.where(conversations.c.channel == channel)
        if before is not None:
            found = found.where(at <= before[0], or_(at < before[0], name < before[1]))
        return await self._all(found)


class SqlWebhooks(Repository):
    """Subscriptions, and what is on its way to them (ports.Webhooks)."""

    def add(self, webhook: Webhook) -> None:
        """Take a new one in."""
        self._session.add(webhook)

    async def get(self, id: str) -> Webhook:
        """By id; NotFound."""
        return await self._get(Webhook, id)

    async def all(self) -> list[Webhook]:
        """All of them, oldest first."""
        return await self._all(select(Webhook).order_by(webhooks.c.id))

    async def delivery(self, id: str) -> Delivery:
        """One delivery; NotFound."""
        return await self._get(Delivery, id)

    async def waiting(self, now: datetime) -> list[str]:
        """Ids of the active subscriptions with something to be sent now."""
        due = select(webhook_deliveries.c.id).where(
            _ON_ITS_WAY,
            webhook_deliveries.c.webhook_id == webhooks.c.id,
            webhook_deliveries.c.next_at <= now,
        )
        return await self._all(select(webhooks.c.id).where(webhooks.c.active, due.exists()))

    async def due(self, webhook_id: str, now: datetime, limit: int) -> list[Delivery]:
        """What is to be sent now, and what somebody began to send and never finished; oldest first."""
        mine = (_ON_ITS_WAY, webhook_deliveries.c.webhook_id == webhook_id)
        found = select(Delivery).where(*mine, webhook_deliveries.c.next_at <= now)
        return await self._all(
            found.order_by(webhook_deliveries.c.next_at, webhook_deliveries.c.id).limit(limit)
        )

    async def latest(self, webhook_id: str, limit: int = 100) -> list[Delivery]:
        """The newest deliveries of a subscription."""
        mine = select(Delivery).where(webhook_deliveries.c.webhook_id == webhook_id)
        newest = mine.order_by(webhook_deliveries.c.created_at.desc(), webhook_deliveries.c.id.desc())
        return await self._all(newest.limit(limit))

    async def forget(self, before: datetime) -> None:
        """Delete what was settled and is older than that."""
        settled = webhook_deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.FAILED))
        with races_as_conflicts():
            await self._session.execute(
                delete(webhook_deliveries).where(settled, webhook_deliveries.c.created_at < before)
            )
