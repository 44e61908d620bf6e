"""Makes messages of the lines that were said and not handed on to WeChat yet."""

from datetime import datetime, timedelta

from bot.domain.conversation import Author, Message
from bot.domain.wechat_accounts import OFFICIAL
from bot.domain.wechat_records import Chat, Sending, Way
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.wechat.carrying import Terms, goes_out
from bot.services.wechat.planning import pieces

ANSWERED_BY = timedelta(seconds=5)  # a 公众号's own call waits no longer for its answer
TEXT, MENU = "text", "menu"  # the calls of ours
_LOOK_AGAIN = timedelta(seconds=1)
_MANY = 100  # lines of a customer alone, which are passed over together


class HandingOn:
    """Each line becomes part of one message once: the chat remembers up to where (`sent_seq`)."""

    def __init__(self, units: Units, reading: Units, clock: Clock) -> None:
        self._units, self._reading, self._clock = units, reading, clock

    async def look(self, conversation_id: str, terms: Terms) -> datetime | None:
        """Make messages of what is new; when to look again, if that has to wait."""
        now = self._clock.now()
        async with self._reading() as uow:  # locks nothing: most news are none for us
            chat, lines = await _news(uow, conversation_id)
            if chat is None or not lines:
                return None
            if await _is_being_answered(uow, chat, now):
                return now + _LOOK_AGAIN
        async with self._units() as uow:
            chat, lines = await _news(uow, conversation_id)
            if chat is None or not lines:
                return None
            if await _is_being_answered(uow, chat, now):
                return now + _LOOK_AGAIN
            await _decide(uow, chat, lines, now)
            _add(uow, chat, lines, terms, now)
            await uow.commit()
        return None


async def _news(uow: UnitOfWork, conversation_id: str) -> tuple[Chat | None, list[Message]]:
    """The chat, and the lines since the last one that was handed on, if there is anything to hand on."""
    chat = await uow.wechat.chat(conversation_id)
    lines = await uow.messages.since(conversation_id, chat.sent_seq) if chat else []
    return chat, lines if len(lines) >= _MANY or any(map(goes_out, lines)) else []


async def _is_being_answered(uow: UnitOfWork, chat: Chat, now: datetime) -> bool:
    """Whether WeChat still waits for an answer to its own call, which may take these lines along."""
    if chat.channel != OFFICIAL:
        return False
    return bool(await uow.wechat.undecided(chat.conversation_id, now - ANSWERED_BY))


async def _decide(uow: UnitOfWork, chat: Chat, lines: list[Message], now: datetime) -> None:
    """It is too late for an answer to WeChat's own call: nobody shall give one after us."""
    if chat.channel == OFFICIAL:
        for line in lines:
            if line.author is Author.CUSTOMER:
                await uow.wechat.decide(line.id, Way.CUSTOM, now)


def _add(uow: UnitOfWork, chat: Chat, lines: list[Message], terms: Terms, now: datetime) -> None:
    chat.sent_seq = lines[-1].seq
    for piece in pieces(lines, terms):
        uow.wechat.add_sending(
            Sending(
                id=new_id(now),
                conversation_id=chat.conversation_id,
                from_seq=piece.from_seq,
                to_seq=piece.to_seq,
                part=piece.part,
                way=MENU if piece.body["choices"] else TEXT,
                body=piece.body,
                created_at=now,
                next_at=now,
            )
        )
