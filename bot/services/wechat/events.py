"""What customers do in a 公众号 beside writing: follow, stop following, scan, press the menu."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.conversation import Author, Conversation, Owner
from bot.domain.wechat_accounts import OFFICIAL
from bot.domain.wechat_inbound import Inbound, dedup_key
from bot.domain.wechat_records import Chat, WindowKind
from bot.services.intake import begin
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import line
from bot.services.wechat.carrying import Terms, goes_out
from bot.services.wechat.contents import Said
from bot.services.wechat.windows import open_window
from bot.services.words import Words

FOLLOW, UNFOLLOW, SCAN, CLICK = "subscribe", "unsubscribe", "SCAN", "CLICK"
KEPT = timedelta(days=3)  # the keys by which a repeated event is known; WeChat repeats within seconds
_LONGEST_KEY = 128  # characters of a menu's key, by WeChat's own rule
_CHINESE = ("\u4e00", "\u9fff")

Hear = Callable[[UnitOfWork, Inbound, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Happened:
    """In which conversation, and what was said at once."""

    conversation_id: str
    reply: str | None = field(default=None, repr=False)


class Events:
    """Takes events in, each once. `others` hears of those that are about no conversation.

    Those are the results of templates, and subscriptions to messages.
    """

    def __init__(
        self,
        units: Units,
        words: Words,
        clock: Clock,
        account: str,
        terms: Terms,
        others: Hear | None = None,
    ) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._account, self._terms, self._others = account, terms, others

    def pressed(self, inbound: Inbound) -> Said | None:
        """The words that a pressed menu button stands for: of the desk's own buttons, or its Chinese key."""
        key = inbound.event_key.strip()
        if inbound.event != CLICK or not 0 < len(key) <= _LONGEST_KEY:
            return None
        words = self._words.button(key, "hans")
        if words is not None:
            return Said(words, mark=key)
        return Said(key) if any(_CHINESE[0] <= char <= _CHINESE[1] for char in key) else None

    async def take(self, inbound: Inbound) -> Happened | None:
        """Do what an event asks for, unless it was done; the answer is the same each time."""
        key, now = dedup_key(inbound), self._clock.now()
        async with self._units() as uow:
            if not await uow.wechat.first_time(key, now):
                return await self._again(uow, inbound, key)
            happened = await self._new(uow, inbound, now)
            if happened is not None and happened.reply is not None:
                await uow.wechat.note_reply(key, happened.reply)
            await uow.commit()
        return happened

    async def forget_old(self) -> None:
        """Forget the keys of what is long over."""
        async with self._units() as uow:
            await uow.wechat.forget_events(self._clock.now() - KEPT)
            await uow.commit()

    async def _again(self, uow: UnitOfWork, inbound: Inbound, key: str) -> Happened | None:
        reply = await uow.wechat.reply_of(key)
        found = await uow.conversations.at_the_door(OFFICIAL, inbound.sender, key)
        return Happened(found[0].id, reply) if found else None

    async def _new(self, uow: UnitOfWork, inbound: Inbound, now: datetime) -> Happened | None:
        if inbound.event == UNFOLLOW:
            return await self._gone(uow, inbound)
        if inbound.event in (FOLLOW, SCAN, CLICK):
            conversation, chat = await self._there(uow, inbound, now)
            greets = inbound.event != SCAN and conversation.owner is not Owner.AGENT
            reply = await self._greet(uow, conversation, chat, now) if greets else None
            return Happened(conversation.id, reply)
        if self._others is not None:
            await self._others(uow, inbound, now)
        return None

    async def _there(self, uow: UnitOfWork, inbound: Inbound, now: datetime) -> tuple[Conversation, Chat]:
        """The customer is there, perhaps for the first time, and a short window is open."""
        found = await uow.conversations.at_the_door(OFFICIAL, inbound.sender, dedup_key(inbound))
        conversation = found[0] if found else await begin(uow, OFFICIAL, inbound.sender, now)
        chat = await uow.wechat.begun(conversation.id, OFFICIAL, self._account)
        chat.subscribed = True
        open_window(chat, WindowKind.CLICK, self._terms, now)
        uow.changed(conversation.id)
        return conversation, chat

    async def _gone(self, uow: UnitOfWork, inbound: Inbound) -> Happened | None:
        """Nothing reaches the customer any more. Their case goes on, and is there when they come back."""
        found = await uow.conversations.at_the_door(OFFICIAL, inbound.sender, dedup_key(inbound))
        if found is None:
            return None
        conversation = found[0]
        chat = await uow.wechat.begun(conversation.id, OFFICIAL, self._account)
        chat.subscribed = False
        uow.changed(conversation.id)
        return Happened(conversation.id)

    async def _greet(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, now: datetime
    ) -> str | None:
        """Say who is here, in the answer to WeChat's call if nothing else waits to be said."""
        words = self._words.situation("introduce", conversation.script)
        greeting = line(conversation, Author.DESK, words, now)
        uow.messages.add(greeting)
        conversation.updated_at = now
        await uow.flush()
        unsaid = await uow.messages.since(conversation.id, chat.sent_seq)
        waits = await uow.wechat.open_sendings(conversation.id)
        if waits or any(goes_out(one) for one in unsaid if one.id != greeting.id):
            return None
        chat.sent_seq = greeting.seq
        return greeting.text
