"""The repository of conversations and their owners."""

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.repositories import Repository, waiting_conversations
from bot.adapters.database.tables import conversations
from bot.domain.conversation import Conversation, Owner
from bot.domain.errors import NotFound


class SqlConversations(Repository):
    """The conversations (ports.Conversations); with `locking` a loaded one is locked until the unit ends."""

    def __init__(self, session: AsyncSession, *, locking: bool) -> None:
        super().__init__(session)
        self._locking = locking

    def add(self, conversation: Conversation) -> None:
        """Take a new one in."""
        self._session.add(conversation)

    async def get(self, id: str) -> Conversation:
        """By id, locked for this unit of work where the database can; NotFound."""
        found = await self._locked(select(Conversation).where(conversations.c.id == id))
        if found is None:
            raise NotFound("没有找到这个会话。")
        return found

    async def of_customer(self, customer_id: str) -> Conversation | None:
        """The customer's conversation, locked like `get`'s."""
        return await self._locked(select(Conversation).where(conversations.c.customer_id == customer_id))

    async def with_waiting_messages(self) -> list[str]:
        """Ids of the conversations that hold an unanswered customer's message, longest waiting first."""
        return await self._all(waiting_conversations())

    async def for_agents(self, limit: int = 100) -> list[Conversation]:
        """Those in the queue (longest waiting first), then those owned by agents, then the others.

        Three queries, each along an index, instead of sorting all conversations by a computed rank.
        """
        owner, recent = conversations.c.owner, conversations.c.updated_at.desc()
        queue = select(Conversation).where(owner == Owner.QUEUE).order_by(conversations.c.waiting_since)
        owned = select(Conversation).where(owner == Owner.AGENT).order_by(recent)
        others = select(Conversation).where(owner.in_((Owner.BOT, Owner.CLOSED))).order_by(recent)
        found: list[Conversation] = []
        for group in (queue, owned, others):
            if len(found) < limit:
                found += await self._all(group.limit(limit - len(found)))
        return found

    async def _locked(self, query: Select[Conversation]) -> Conversation | None:
        if self._locking:
            # What this unit loaded before it had the lock may be stale by now; what it changed itself is
            # written before the query, so nothing is lost by reading the row again.
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._first(query)
