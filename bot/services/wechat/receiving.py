"""What a customer does in a 公众号 comes in: stored once, whatever WeChat repeats, before anybody answers."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.conversation import Conversation, Message
from bot.domain.errors import Conflict
from bot.domain.wechat_accounts import OFFICIAL
from bot.domain.wechat_inbound import Inbound, InboundKind, dedup_key
from bot.domain.wechat_records import IncomingMedia, Way, WindowKind
from bot.services.intake import Along, Intake
from bot.services.ports import Clock, UnitOfWork
from bot.services.wechat.carrying import Terms
from bot.services.wechat.contents import Said, said
from bot.services.wechat.events import Events
from bot.services.wechat.picking import choice_in
from bot.services.wechat.windows import open_window
from bot.services.words import Words

_TRIES = 4


@dataclass(frozen=True)
class Heard:
    """What was stored: a message that is to be answered, or an event with the answer it got, if any.

    With `media` there is a photo, a video or a voice to be fetched.
    """

    conversation_id: str
    message_id: str | None = None
    media: bool = False
    reply: str | None = field(default=None, repr=False)


class Receiving:
    """Takes in what comes; `account` is the AppID, `terms` what a message of a customer allows us."""

    def __init__(
        self,
        intake: Intake,
        words: Words,
        clock: Clock,
        *,
        account: str,
        terms: Terms,
        events: Events,
        hears_voice: bool = False,
    ) -> None:
        self._intake, self._words, self._clock = intake, words, clock
        self._account, self._terms, self._events = account, terms, events
        self._hears_voice = hears_voice

    async def take(self, inbound: Inbound, *, waits: bool = True) -> Heard | None:
        """Store it, or find it stored already; None for an event that concerns no conversation.

        Unless the call `waits` for an answer, it is decided with it that a message of ours will answer.
        A new customer's first messages, or one that comes several times at once, get in one another's way.
        """
        for _ in range(_TRIES - 1):
            with suppress(Conflict):
                return await self._take(inbound, waits=waits)
        return await self._take(inbound, waits=waits)

    def may_be_kept(self, inbound: Inbound) -> bool:
        """Whether it may be acknowledged without its answer; those to events go with the call."""
        return inbound.kind is not InboundKind.EVENT

    async def forget_old(self) -> None:
        """Forget by what repeated events were known."""
        await self._events.forget_old()

    async def _take(self, inbound: Inbound, *, waits: bool) -> Heard | None:
        if inbound.kind is not InboundKind.EVENT:
            what = said(inbound, hears_voice=self._hears_voice)
            return await self._message(inbound, what, WindowKind.MESSAGE, waits=waits)
        pressed = self._events.pressed(inbound)
        if pressed is not None:
            return await self._message(inbound, pressed, WindowKind.CLICK, waits=waits)
        happened = await self._events.take(inbound)
        return Heard(happened.conversation_id, reply=happened.reply) if happened else None

    async def _message(self, inbound: Inbound, what: Said, kind: WindowKind, *, waits: bool) -> Heard:
        message = await self._intake.receive(
            OFFICIAL,
            inbound.sender,
            what.text,
            client_id=dedup_key(inbound),
            choice=what.mark,
            along=self._along(inbound, what, kind, waits=waits),
        )
        return Heard(message.conversation_id, message.id, media=what.media)

    def _along(self, inbound: Inbound, what: Said, kind: WindowKind, *, waits: bool) -> Along:
        async def along(uow: UnitOfWork, conversation: Conversation, message: Message) -> None:
            now = self._clock.now()
            if inbound.kind is InboundKind.TEXT and what.mark is None:
                await self._pick(uow, message, inbound.menu_id)
            await note_window(uow, conversation.id, self._account, kind, self._terms, now)
            if what.media:
                uow.wechat.add_media(IncomingMedia(message.id, inbound.media_id, inbound.kind, now, now))
            if not waits:
                await uow.wechat.decide(message.id, Way.CUSTOM, now)

        return along

    async def _pick(self, uow: UnitOfWork, message: Message, menu_id: str) -> None:
        """Take a text that picks a choice as if its button had been pressed."""
        row = await choice_in(uow, self._words, message.conversation_id, message.text, menu_id)
        if row is not None:
            message.text, message.choice = row["text"], row["id"]


async def note_window(
    uow: UnitOfWork, conversation_id: str, account: str, kind: WindowKind, terms: Terms, now: datetime
) -> None:
    """The customer did something: they are there, and a window is open."""
    chat = await uow.wechat.begun(conversation_id, OFFICIAL, account)
    chat.subscribed = True
    open_window(chat, kind, terms, now)
