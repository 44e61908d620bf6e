"""What came in over WeChat and is not in its conversation yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories_wechat_shared import WechatRepository
from bot.adapters.database.tables import (
    conversations,
    customers,
    messages,
    wechat_backlog,
    wechat_turns,
)
from bot.domain.wechat_accounts import OFFICIAL
from bot.domain.wechat_inbound import Inbound, dedup_key, read, written


class SqlKept(WechatRepository):
    """Messages that are kept (ports.Kept)."""

    async def keep_back(self, inbound: Sequence[Inbound], now: datetime) -> None:
        """Keep these in their order; one that is kept already stays where it is."""
        rows = [
            {"key": dedup_key(one), "kept_at": now, "place": place, "body": written(one)}
            for place, one in enumerate(inbound)
        ]
        if rows:
            await self._inserted(wechat_backlog, rows)

    async def replies_to(self, inbound: Sequence[Inbound]) -> dict[str, str]:
        """What was answered in their calls to those that have come before, by their keys."""
        senders = {one.sender for one in inbound}
        query = (
            select(messages.c.client_id, wechat_turns.c.reply)
            .join(wechat_turns, wechat_turns.c.message_id == messages.c.id)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .join(customers, customers.c.id == conversations.c.customer_id)
            .where(customers.c.channel == OFFICIAL, customers.c.external_id.in_(senders))
            .where(messages.c.client_id.in_(map(dedup_key, inbound)), wechat_turns.c.reply.is_not(None))
        )
        with races_as_conflicts():
            return {row.client_id: row.reply for row in await self._session.execute(query)}

    async def backlog(self, before: datetime, limit: int = 1000) -> list[Inbound]:
        """What was kept until then, in its order."""
        row = wechat_backlog.c
        query = select(row.body).where(row.kept_at <= before).order_by(row.kept_at, row.place).limit(limit)
        with races_as_conflicts():
            return [read(body) for body in await self._session.scalars(query)]

    async def drop_kept(self, inbound: Sequence[Inbound]) -> None:
        """Keep these no more."""
        keys = [dedup_key(one) for one in inbound]
        with races_as_conflicts():
            await self._session.execute(delete(wechat_backlog).where(wechat_backlog.c.key.in_(keys)))
