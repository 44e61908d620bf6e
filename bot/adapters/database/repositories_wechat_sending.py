"""The repositories of what is on its way to customers in WeChat, and of the photos that come from them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, literal_column, select

from bot.adapters.database.repositories_wechat_shared import WechatRepository
from bot.adapters.database.tables import wechat_chats, wechat_media, wechat_sendings
from bot.domain.errors import NotFound
from bot.domain.wechat_records import IncomingMedia, MediaState, Sending, SendingState, WindowKind

_IN_ORDER = (wechat_sendings.c.from_seq, wechat_sendings.c.part)


def _in(states: Sequence[SendingState]) -> list[object]:
    """Written out, not as parameters: else SQLite can't tell that the partial index covers them."""
    return [literal_column(f"'{state}'") for state in states]


_SENT = _in((SendingState.SENT,))
_ON_ITS_WAY = _in((SendingState.WAITING, SendingState.SENDING))
_OPEN = _in((SendingState.WAITING, SendingState.SENDING, SendingState.HELD))


class SqlSendings(WechatRepository):
    """Calls to WeChat that were made or are to be made (ports.Wechat)."""

    def add_sending(self, sending: Sending) -> None:
        """Take a new one in. Of two for the same lines and part, the second's commit is a Conflict."""
        self._session.add(sending)

    async def drop_sending(self, sending: Sending) -> None:
        """Take it out again: what it says goes with another one."""
        await self._session.delete(sending)

    async def sending(self, id: str) -> Sending:
        """By id, locked until the unit ends; NotFound."""
        found = await self._first(self._locked(_by_id(id)))
        if found is None:
            raise NotFound("没有找到这条待发送的消息。")
        return found

    async def shutting(self, channel: str, since: datetime, until: datetime) -> list[str]:
        """Ids of the conversations whose customer's last message came between these two moments."""
        within = (wechat_chats.c.window_since > since, wechat_chats.c.window_since <= until)
        opened = (wechat_chats.c.channel == channel, wechat_chats.c.window_kind == WindowKind.MESSAGE)
        query = select(wechat_chats.c.conversation_id).where(*opened, *within)
        return await self._all(query.where(wechat_chats.c.warned_at.is_(None)))

    async def chats_due(self, now: datetime, limit: int = 100) -> list[str]:
        """Ids of the conversations where something waits, or somebody never finished, until before now."""
        due = (
            wechat_sendings.c.state.in_(_OPEN),  # so that the index is found
            wechat_sendings.c.state.in_(_ON_ITS_WAY),
            wechat_sendings.c.next_at <= now,
        )
        query = select(wechat_sendings.c.conversation_id).where(*due)
        return await self._all(query.distinct().limit(limit))

    async def chats_held(self, channel: str, since: datetime, limit: int = 100) -> list[str]:
        """Ids of the channel's conversations where something made since then is held, the newest first."""
        held = (
            wechat_sendings.c.state.in_(_OPEN),  # so that the index is found
            wechat_sendings.c.state.in_(_in((SendingState.HELD,))),
            wechat_sendings.c.created_at >= since,
        )
        query = select(wechat_sendings.c.conversation_id).join(
            wechat_chats, wechat_chats.c.conversation_id == wechat_sendings.c.conversation_id
        )
        found = query.where(*held, wechat_chats.c.channel == channel).group_by(
            wechat_sendings.c.conversation_id
        )
        return await self._all(found.order_by(func.max(wechat_sendings.c.created_at).desc()).limit(limit))

    async def open_sendings(self, conversation_id: str) -> list[Sending]:
        """What waits, is being sent or is held, in order; not locked."""
        mine = (wechat_sendings.c.conversation_id == conversation_id, wechat_sendings.c.state.in_(_OPEN))
        return await self._all(select(Sending).where(*mine).order_by(*_IN_ORDER))

    async def take_sending(self, id: str) -> Sending | None:
        """By id, locked; None if another process has its hands on it at this moment."""
        return await self._first(self._locked(_by_id(id), skip=True))

    async def unsent(self, conversation_id: str, limit: int = 100) -> list[Sending]:
        """The last ones of which it isn't sure that they arrived, in order."""
        mine = (wechat_sendings.c.conversation_id == conversation_id, ~wechat_sendings.c.state.in_(_SENT))
        latest_first = [column.desc() for column in _IN_ORDER]
        found = await self._all(select(Sending).where(*mine).order_by(*latest_first).limit(limit))
        return found[::-1]

    async def sendings_of(self, conversation_id: str, from_seq: int = 0) -> list[Sending]:
        """All that hand on lines from `from_seq` on, in order."""
        mine = (wechat_sendings.c.conversation_id == conversation_id, wechat_sendings.c.to_seq >= from_seq)
        return await self._all(select(Sending).where(*mine).order_by(*_IN_ORDER))


class SqlArriving(WechatRepository):
    """Photos and videos that are still with WeChat (ports.Wechat)."""

    def add_media(self, media: IncomingMedia) -> None:
        """Take a new one in."""
        self._session.add(media)

    async def media(self, message_id: str) -> IncomingMedia | None:
        """That of a message, if it brought one; not locked."""
        return await self._first(_of_message(message_id))

    async def take_media(self, message_id: str) -> IncomingMedia | None:
        """The same, locked until the unit ends."""
        return await self._first(self._locked(_of_message(message_id)))

    async def media_due(self, now: datetime, limit: int = 20) -> list[str]:
        """Ids of the messages whose photo or video is to be fetched by now."""
        awaited = wechat_media.c.state == literal_column(f"'{MediaState.WAITING}'")
        query = select(wechat_media.c.message_id).where(awaited, wechat_media.c.next_at <= now)
        return await self._all(query.order_by(wechat_media.c.next_at).limit(limit))


def _by_id(id: str) -> Select[Sending]:
    return select(Sending).where(wechat_sendings.c.id == id)


def _of_message(message_id: str) -> Select[IncomingMedia]:
    return select(IncomingMedia).where(wechat_media.c.message_id == message_id)
