"""Sends one customer what waits for them: in order, each message once, as far as the window goes."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.errors import Conflict
from bot.domain.wechat_errors import WechatError
from bot.domain.wechat_records import Chat, Sending, SendingState
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.wechat import outcomes
from bot.services.wechat.carrying import Carrier, Parcel, Terms
from bot.services.wechat.handing_on import HandingOn
from bot.services.wechat.pauses import Pause, Pauses
from bot.services.wechat.planning import choices_of, squeezed
from bot.services.wechat.windows import room, shuts_at

log = logging.getLogger(__name__)

_TRIES = 5  # to write down what became of a message, against others who write to the same chat
_REMEMBERED = 20_000  # conversations of which is known whom they are with


@dataclass(frozen=True)
class Later:
    """Nothing can be sent now; there may be something at `at`, or only when something happens (None)."""

    at: datetime | None = None


@dataclass(frozen=True)
class _Recipient:
    """With whom a conversation is, and through what; neither ever changes."""

    conversation_id: str
    channel: str
    external_id: str = field(repr=False)


class Deliveries:
    """Sends through `carriers`, by channel; `pauses` tells others which account may call nothing for now.

    Before each attempt it is noted that there is one, and counted in the window: a desk that dies in between
    sends nothing twice (bot/services/outbox.py does the same with letters).
    """

    def __init__(
        self,
        units: Units,
        reading: Units,
        clock: Clock,
        carriers: Mapping[str, Carrier],
        pauses: Pauses | None = None,
    ) -> None:
        self._units, self._reading, self._clock, self._carriers = units, reading, clock, carriers
        self._handing_on = HandingOn(units, reading, clock)
        self._known: OrderedDict[str, _Recipient] = OrderedDict()
        self._pauses = pauses or Pauses()
        self._stopping = False

    def stop(self) -> None:
        """Begin no further message."""
        self._stopping = True

    async def deliver(self, conversation_id: str) -> datetime | None:
        """Send what can be sent now; when there may be more, None if nothing is known of."""
        to = await self._recipient(conversation_id)
        carrier = self._carriers.get(to.channel)
        if carrier is None:  # another channel: nothing of ours
            return None
        look_again = await self._handing_on.look(conversation_id, carrier.terms)
        while not self._stopping:
            begun = await self._begin(to)
            if isinstance(begun, Later):
                return min((at for at in (look_again, begun.at) if at is not None), default=None)
            if begun is not None:
                await self._carry(carrier, begun)
        return None

    async def _recipient(self, conversation_id: str) -> _Recipient:
        known = self._known.get(conversation_id)
        if known is None:
            async with self._reading() as uow:
                conversation = await uow.conversations.get(conversation_id)
                customer = await uow.customers.get(conversation.customer_id)
            known = _Recipient(conversation_id, conversation.channel, customer.external_id)
            self._known[conversation_id] = known
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    async def _begin(self, to: _Recipient) -> Parcel | Later | None:
        """The first message that waits, now marked as being sent; None to look once more."""
        async with self._reading() as uow:
            if not await uow.wechat.open_sendings(to.conversation_id):
                return Later()
        now = self._clock.now()
        async with self._units() as uow:
            chat = await uow.wechat.chat(to.conversation_id)
            waiting = await uow.wechat.open_sendings(to.conversation_id)
            if chat is None or not waiting:
                return Later()
            terms = self._carriers[to.channel].terms
            if waiting[0].state is SendingState.SENDING and waiting[0].next_at <= now:
                outcomes.note_lost(waiting[0], terms, now)
                uow.changed(to.conversation_id)
                begun: Parcel | Later | None = None
            else:
                begun = self._reason_to_wait(uow, chat, waiting, now)
                begun = begun or await _parcel(uow, chat, to, waiting, terms, now)
            await uow.commit()
        return begun

    def _reason_to_wait(
        self, uow: UnitOfWork, chat: Chat, waiting: list[Sending], now: datetime
    ) -> Later | None:
        """Why the first message isn't sent now, noted with those that wait; None if it can be."""
        first, terms = waiting[0], self._carriers[chat.channel].terms
        if first.state is SendingState.SENDING:
            return Later(first.next_at)
        why = _why_held(chat, terms, now)
        if why is not None:
            _hold(uow, waiting, why)
            return Later()
        pause = self._pauses.at(chat.channel, now)
        if pause is not None:
            first.state, first.error, first.next_at = SendingState.WAITING, pause.why, pause.until
        return Later(first.next_at) if first.state is SendingState.WAITING and first.next_at > now else None

    async def _carry(self, carrier: Carrier, parcel: Parcel) -> None:
        try:
            await carrier.carry(parcel)
        except WechatError as problem:
            log.warning("sending %s: %s (%s)", parcel.id, type(problem).__name__, problem.code)
            await self._note(parcel, problem)
        else:
            await self._note(parcel, None)

    async def _note(self, parcel: Parcel, problem: WechatError | None) -> None:
        """Write down what became of it; who else writes to the same chat at this moment goes first."""
        for _ in range(_TRIES):
            with suppress(Conflict):
                return await self._note_once(parcel, problem)
        log.error("sending %s: what became of it could not be written down", parcel.id)
        return None

    async def _note_once(self, parcel: Parcel, problem: WechatError | None) -> None:
        now = self._clock.now()
        async with self._units() as uow:
            chat = await uow.wechat.chat(parcel.conversation_id)
            sending = await uow.wechat.sending(parcel.id)
            if chat is None or sending.state is SendingState.FAILED:
                return  # 微信客服 may say that it never arrived before its own call is answered
            if problem is None:
                outcomes.note_sent(sending, now)
            else:
                terms = self._carriers[chat.channel].terms
                until = outcomes.note_failed(chat, sending, problem, terms, now)
                if until is not None:
                    self._pauses.begin(chat.channel, Pause(until, str(problem)))
            if parcel.by_agent or sending.state is not SendingState.SENT:
                uow.changed(chat.conversation_id)  # the console shows it
            await uow.commit()


async def _parcel(
    uow: UnitOfWork, chat: Chat, to: _Recipient, waiting: list[Sending], terms: Terms, now: datetime
) -> Parcel:
    """The first message that waits, marked as being sent; where room is short, with what comes after it."""
    for needless in squeezed(waiting, room(chat, terms, now).left, terms):
        await uow.wechat.drop_sending(needless)
    first = waiting[0]
    first.state, first.attempts = SendingState.SENDING, first.attempts + 1
    first.next_at, first.error = now + outcomes.LOST_AFTER, ""
    chat.window_sent += 1
    return Parcel(
        id=first.id,
        conversation_id=chat.conversation_id,
        account=chat.account,
        to=to.external_id,
        text=first.body["text"],
        choices=choices_of(first.body),
        by_agent=first.body["by_agent"],
    )


def _why_held(chat: Chat, terms: Terms, now: datetime) -> str | None:
    """Why nothing may be sent to this customer before they do something; None if it may."""
    if not chat.subscribed:
        return outcomes.HELD_GONE
    if room(chat, terms, now).is_open:
        return None
    shuts = shuts_at(chat, terms)
    return outcomes.HELD if shuts is None or shuts <= now else outcomes.HELD_SPENT


def _hold(uow: UnitOfWork, waiting: list[Sending], why: str) -> None:
    for sending in waiting:
        if sending.state is not SendingState.HELD or sending.error != why:
            outcomes.note_held(sending, why)
            uow.changed(sending.conversation_id)
