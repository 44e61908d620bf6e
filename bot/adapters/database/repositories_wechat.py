"""The repository of the channels over WeChat: chats, decisions, and what has come already."""

from datetime import datetime

from sqlalchemy import and_, delete, exists, func, literal_column, or_, select, update

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories_wechat_backlog import SqlKept
from bot.adapters.database.repositories_wechat_sending import SqlArriving, SqlSendings
from bot.adapters.database.repositories_wechat_shared import SqlShared, WechatRepository
from bot.adapters.database.tables import (
    conversations,
    messages,
    wechat_chats,
    wechat_events,
    wechat_turns,
)
from bot.domain.conversation import Author
from bot.domain.wechat_accounts import KF
from bot.domain.wechat_kf import SETTLED
from bot.domain.wechat_records import Chat, Decision, Way

_OURS = messages.c.author != literal_column(f"'{Author.CUSTOMER}'")


class SqlChats(WechatRepository):
    """Conversations as WeChat knows them, decisions, and events (ports.Wechat)."""

    async def chat(self, conversation_id: str) -> Chat | None:
        """The chat of a conversation, locked until the unit ends; None for one of another channel."""
        query = select(Chat).where(wechat_chats.c.conversation_id == conversation_id)
        return await self._first(self._locked(query))

    async def begun(self, conversation_id: str, channel: str, account: str) -> Chat:
        """The same, made if there is none; of two who make it at once, one meets a Conflict."""
        found = await self.chat(conversation_id)
        if found is None:
            found = Chat(conversation_id, channel, account)
            self._session.add(found)
            with races_as_conflicts():
                await self._session.flush()
        return found

    async def behind(self, since: datetime | None, limit: int = 100) -> list[str]:
        """Ids of the conversations with lines of ours beyond `sent_seq`, the longest quiet first."""
        beyond = (messages.c.conversation_id == conversations.c.id, messages.c.seq > wechat_chats.c.sent_seq)
        query = (
            select(conversations.c.id)
            .join(wechat_chats, wechat_chats.c.conversation_id == conversations.c.id)
            .where(conversations.c.last_seq > wechat_chats.c.sent_seq, exists().where(*beyond, _OURS))
        )
        if since is not None:
            query = query.where(conversations.c.updated_at > since)
        return await self._all(query.order_by(conversations.c.updated_at).limit(limit))

    async def unsettled(self, since: datetime, limit: int = 200) -> list[str]:
        """Ids of the conversations of 微信客服 whose session isn't where their owner is."""
        at, owner = func.coalesce(wechat_chats.c.kf_state, -1), conversations.c.owner
        settled = or_(*(and_(owner == of, at.in_(states)) for of, states in SETTLED.items()))
        query = (
            select(conversations.c.id)
            .join(wechat_chats, wechat_chats.c.conversation_id == conversations.c.id)
            .where(wechat_chats.c.channel == KF, conversations.c.updated_at > since, ~settled)
        )
        return await self._all(query.order_by(conversations.c.updated_at.desc()).limit(limit))

    async def decision(self, message_id: str) -> Decision | None:
        """How this message is answered, if that was decided."""
        columns = (
            wechat_turns.c.message_id, wechat_turns.c.way, wechat_turns.c.decided_at, wechat_turns.c.reply
        )  # fmt: skip
        with races_as_conflicts():
            query = select(*columns).where(wechat_turns.c.message_id == message_id)
            row = (await self._session.execute(query)).first()
        return None if row is None else Decision(*row)

    async def decide(self, message_id: str, way: Way, now: datetime, reply: str | None = None) -> Decision:
        """Decide it, unless it is decided: what counts is the decision that comes back."""
        decision = Decision(message_id, way, now, reply)
        values = {"message_id": message_id, "way": way, "decided_at": now, "reply": reply}
        if await self._inserted(wechat_turns, values):
            return decision
        return await self.decision(message_id) or decision

    async def undecided(self, conversation_id: str, since: datetime) -> list[str]:
        """Ids of the customer's messages since then of which it is not decided, oldest first."""
        decided = exists().where(wechat_turns.c.message_id == messages.c.id)
        theirs = (messages.c.conversation_id == conversation_id, messages.c.author == Author.CUSTOMER)
        query = select(messages.c.id).where(*theirs, messages.c.created_at >= since, ~decided)
        return await self._all(query.order_by(messages.c.seq))

    async def first_time(self, key: str, now: datetime) -> bool:
        """Note what happened under this key; False if it was noted before, whoever was quicker."""
        return await self._inserted(wechat_events, {"key": key, "at": now})

    async def note_reply(self, key: str, reply: str) -> None:
        """Note what was answered to what happened under this key."""
        await self._changed(update(wechat_events).where(wechat_events.c.key == key).values(reply=reply))

    async def reply_of(self, key: str) -> str | None:
        """What was answered to it."""
        return await self._first(select(wechat_events.c.reply).where(wechat_events.c.key == key))

    async def forget_events(self, before: datetime) -> None:
        """Forget the keys that are older."""
        with races_as_conflicts():
            await self._session.execute(delete(wechat_events).where(wechat_events.c.at < before))


class SqlWechat(SqlChats, SqlKept, SqlSendings, SqlArriving, SqlShared):
    """All that is stored of WeChat (ports.Wechat)."""
