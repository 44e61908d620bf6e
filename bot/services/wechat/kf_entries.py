"""What each entry of a 微信客服 page makes true: a customer's message, one of a servicer, an event.

Each in its own transaction, and once, however often it comes: after a crash the page is read again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.domain.conversation import Author, Conversation, Delivery, Message, Owner
from bot.domain.errors import Conflict, NotFound
from bot.domain.wechat_accounts import KF
from bot.domain.wechat_inbound import Inbound, InboundKind
from bot.domain.wechat_kf import CODE_GOOD_FOR, Entry, Origin, Session, failure
from bot.domain.wechat_records import Chat, IncomingMedia, SendingState, WindowKind
from bot.services.intake import Intake, begin
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import line
from bot.services.wechat.carrying import MIRRORED, Terms
from bot.services.wechat.contents import Said, said
from bot.services.wechat.kf_mirror import Mirror, keep_code, line_id
from bot.services.wechat.picking import choice_in
from bot.services.wechat.windows import open_window
from bot.services.words import Words

log = logging.getLogger(__name__)

_A_SECOND = timedelta(seconds=1)  # Tencent's times have no smaller parts
_LONGEST_PICK = 64  # characters with which a choice is picked
KEPT = timedelta(days=4)  # Tencent gives three days of messages
_TRIES = 5  # against others who change the same conversation
_NOT_SENT = frozenset({SendingState.HELD, SendingState.WAITING})
_KINDS = {"image": InboundKind.IMAGE, "video": InboundKind.VIDEO, "voice": InboundKind.VOICE}
Given = TypeVar("Given")
Effect = Callable[[UnitOfWork, Conversation, Chat, Entry, datetime], Awaitable[None]]


class KfEntries:
    """Takes entries in; `terms` are those of the carrier, `welcome` says whether the desk greets.

    With `hears_voice` there is something that makes words of voice messages.
    """

    def __init__(
        self,
        units: Units,
        intake: Intake,
        mirror: Mirror,
        words: Words,
        clock: Clock,
        *,
        reading: Units,
        terms: Terms,
        welcome: bool,
        hears_voice: bool = False,
    ) -> None:
        self._units, self._reading, self._intake, self._mirror = units, reading, intake, mirror
        self._words, self._clock, self._terms = words, clock, terms
        self._hears_voice = hears_voice
        self._events: Mapping[str, Effect] = {
            "session_status_change": mirror.changed,
            "msg_send_fail": self._not_arrived,
            **({"enter_session": self._welcome} if welcome else {}),
        }

    async def take(self, entry: Entry) -> str | None:
        """Make it true, or pass it over; the conversation in which there may be something to answer now."""
        if entry.origin is Origin.CUSTOMER:
            return await self._again(self._heard, entry)
        if entry.origin is Origin.SERVICER:
            await self._once(entry, self._said)
        elif entry.customer and entry.kind in self._events:
            await self._once(entry, self._noted)
        return None

    async def forget_old(self) -> None:
        """Forget by what events were known that can't be fetched again."""
        async with self._units() as uow:
            await uow.wechat.forget_events(self._clock.now() - KEPT)
            await uow.commit()

    async def _heard(self, entry: Entry) -> str:
        """A customer's message goes into the ledger and opens a window, in one."""
        what = _said(entry, hears_voice=self._hears_voice)
        text, choice = what.text, what.mark
        if entry.kind == "text" and choice is None:
            text, choice = await self._picked(entry)
        message = await self._intake.receive(
            KF,
            entry.external_id,
            text,
            client_id=line_id("", entry.id),
            choice=choice,
            along=partial(self._along, entry, media=what.media),
        )
        return message.conversation_id

    async def _picked(self, entry: Entry) -> tuple[str, str | None]:
        """The words and the id of the choice that a text picks, as if its button had been pressed."""
        if len(entry.text) > _LONGEST_PICK and not entry.menu_id:
            return entry.text, None
        conversation_id = await self._intake.conversation_id(KF, entry.external_id)
        if conversation_id is None:
            return entry.text, None
        async with self._reading() as uow:
            row = await choice_in(uow, self._words, conversation_id, entry.text, entry.menu_id)
        return (row["text"], row["id"]) if row else (entry.text, None)

    async def _along(
        self, entry: Entry, uow: UnitOfWork, conversation: Conversation, message: Message, *, media: bool
    ) -> None:
        now = self._clock.now()
        await uow.flush()
        chat = await uow.wechat.begun(conversation.id, KF, entry.open_kfid)
        if chat.window_since is None or chat.window_since <= entry.at:
            open_window(chat, WindowKind.MESSAGE, self._terms, entry.at)
        if chat.kf_state == Session.ENDED and entry.at > (chat.kf_state_at or now) - _A_SECOND:
            chat.kf_state, chat.kf_state_at = Session.NEW, now
        if conversation.owner is Owner.QUEUE and chat.kf_state in (Session.QUEUE, Session.HUMAN):
            message.delivery = Delivery.FOR_HUMAN  # the bot couldn't say anything to it
        if media:
            uow.wechat.add_media(IncomingMedia(message.id, entry.media_id, entry.kind, now, now))

    async def _once(self, entry: Entry, effect: Effect) -> None:
        await self._again(self._effect, entry, effect)

    async def _effect(self, entry: Entry, effect: Effect) -> None:
        now = self._clock.now()
        async with self._units() as uow:
            key = line_id(MIRRORED, entry.id)
            found = await uow.conversations.at_the_door(KF, entry.external_id, key)
            if found is None:
                found = await begin(uow, KF, entry.external_id, now), None
            conversation, known = found
            if known is None:
                chat = await uow.wechat.begun(conversation.id, KF, entry.open_kfid)
                await effect(uow, conversation, chat, entry, now)
                await uow.commit()

    async def _said(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, entry: Entry, now: datetime
    ) -> None:
        await self._mirror.said(uow, conversation, chat, entry, now)

    async def _noted(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, entry: Entry, now: datetime
    ) -> None:
        """An event leaves no line: that it was here is noted under its id."""
        if await uow.wechat.first_time(f"{KF}:{entry.open_kfid}:{entry.id}", now):
            await self._events[entry.kind](uow, conversation, chat, entry, now)

    async def _welcome(
        self, uow: UnitOfWork, conversation: Conversation, chat: Chat, entry: Entry, now: datetime
    ) -> None:
        """Greet somebody who opened the chat, if there is still time for it."""
        code = entry.details.get("welcome_code")
        if not code or now >= entry.at + CODE_GOOD_FOR or conversation.owner is Owner.AGENT:
            return
        keep_code(chat, code, entry.at)
        open_window(chat, WindowKind.CLICK, self._terms, entry.at)
        greeting = self._words.situation("introduce", conversation.script)
        uow.messages.add(line(conversation, Author.DESK, greeting, now))
        conversation.updated_at = now
        uow.changed(conversation.id)

    async def _not_arrived(
        self, uow: UnitOfWork, _: Conversation, chat: Chat, entry: Entry, _now: datetime
    ) -> None:
        """What Tencent took and then couldn't deliver: its line shows so, and it is not sent again."""
        with suppress(NotFound):
            sending = await uow.wechat.sending(entry.details.get("fail_msgid", ""))
            if sending.conversation_id != chat.conversation_id or sending.state in _NOT_SENT:
                return
            sending.state, sending.error = SendingState.FAILED, failure(entry.details.get("fail_type", ""))
            uow.changed(chat.conversation_id)
            log.info("sending %s was taken and never arrived", sending.id)

    async def _again(self, step: Callable[..., Awaitable[Given]], *given: object) -> Given:
        """Do it; whoever else changes the same conversation at this moment goes first."""
        for _ in range(_TRIES - 1):
            with suppress(Conflict):
                return await step(*given)
        return await step(*given)


def _said(entry: Entry, *, hears_voice: bool) -> Said:
    """What a customer's message says."""
    kind = InboundKind.TEXT if entry.text else _KINDS.get(entry.kind, InboundKind.OTHER)
    at = int(entry.at.timestamp())
    inbound = Inbound(entry.open_kfid, entry.customer, at, kind, entry.text, entry.media_id)
    return said(inbound, hears_voice=hears_voice)
