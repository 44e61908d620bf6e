"""What people of the desk see of WeChat beside a conversation: its window, and lines that did not arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.wechat_accounts import CHANNEL_TITLES
from bot.domain.wechat_records import Chat, Sending, SendingState
from bot.services.ports import Clock, Units
from bot.services.wechat.carrying import Terms
from bot.services.wechat.windows import room

_WORDS = {
    SendingState.WAITING: "待发送",
    SendingState.HELD: "暂存，未发出",
    SendingState.UNSURE: "可能未送达",
    SendingState.FAILED: "未送达",
}
_GRAVEST_FIRST = (SendingState.FAILED, SendingState.UNSURE, SendingState.HELD, SendingState.WAITING)


@dataclass(frozen=True)
class LineSign:
    """What became of a line that isn't known to have arrived, and why."""

    state: str
    words: str
    why: str


@dataclass(frozen=True)
class WechatSign:
    """The head of a conversation in WeChat: so many messages may still be sent, until then (None: none).

    `waiting` counts the messages that are still to be sent; `lines` are those that didn't surely arrive.
    """

    channel: str
    left: int
    until: datetime | None
    follows: bool
    waiting: int
    lines: Mapping[int, LineSign]


class WechatSigns:
    """Looks them up; `terms` by channel. Reads only."""

    def __init__(self, reading: Units, terms: Mapping[str, Terms], clock: Clock) -> None:
        self._reading, self._terms, self._clock = reading, terms, clock

    async def of(self, conversation_id: str, channel: str) -> WechatSign | None:
        """The sign of a conversation; None for one of another channel."""
        terms = self._terms.get(channel)
        if terms is None:
            return None
        async with self._reading() as uow:
            chat = await uow.wechat.chat(conversation_id)
            unsent = await uow.wechat.unsent(conversation_id)
        return None if chat is None else wechat_sign(chat, unsent, terms, self._clock.now())


def wechat_sign(chat: Chat, unsent: Sequence[Sending], terms: Terms, now: datetime) -> WechatSign:
    """What is to be seen of this chat now."""
    window = room(chat, terms, now)
    waiting = [one for one in unsent if one.state in (SendingState.WAITING, SendingState.HELD)]
    return WechatSign(
        channel=CHANNEL_TITLES[chat.channel],
        left=window.left if chat.subscribed else 0,
        until=window.until if chat.subscribed else None,
        follows=chat.subscribed,
        waiting=len(waiting),
        lines=_lines(unsent),
    )


def _lines(unsent: Sequence[Sending]) -> dict[int, LineSign]:
    """Each line with the gravest of what became of its messages."""
    ranked = [one for state in reversed(_GRAVEST_FIRST) for one in unsent if one.state is state]
    return {
        seq: LineSign(one.state.value, _WORDS[one.state], one.error)
        for one in ranked
        for seq in range(one.from_seq, one.to_seq + 1)
    }
