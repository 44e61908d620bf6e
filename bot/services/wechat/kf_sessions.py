"""Keeps Tencent's sessions where the desk's conversations are: with the bot, queued, with a person, ended.

The desk may send only while a session is new or the bot's. So people who answer in the desk's console leave
it there; it is handed on to those who answer in WeCom's own app (KESU_WECOM_SERVICERS).
"""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.domain.conversation import Conversation, Owner
from bot.domain.errors import Conflict
from bot.domain.wechat_accounts import KF
from bot.domain.wechat_errors import WechatError
from bot.domain.wechat_kf import SETTLED, WRITABLE, Session, parted, step, wanted
from bot.domain.wechat_records import Chat, SendingState
from bot.services.ports import Clock, KfClient, UnitOfWork, Units
from bot.services.wechat.carrying import goes_out
from bot.services.wechat.kf_mirror import keep_code
from bot.services.wechat.kf_servicers import Servicers

log = logging.getLogger(__name__)

AT_ONCE = 8  # sessions that are moved in this process
ASKED_AGAIN_AFTER = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)  # after a move that was refused
_REMEMBERED = 10_000  # conversations of other channels, so that news of them cost nothing
_TRIES = 5
_LOOKED_BACK = timedelta(days=3)
_ON_ITS_WAY = frozenset({SendingState.WAITING, SendingState.SENDING})


@dataclass(frozen=True)
class _Move:
    """A session, and where it goes next."""

    open_kfid: str
    customer: str
    to: Session
    servicer: str | None


class KfSessions:
    """Moves sessions after their conversations; one at a time for each conversation in this process."""

    def __init__(
        self, units: Units, client: KfClient, servicers: Servicers, clock: Clock, *, reading: Units
    ) -> None:
        self._units, self._reading, self._clock = units, reading, clock
        self._client, self._servicers = client, servicers
        self._changed: dict[str, None] = {}
        self._paused: dict[str, datetime] = {}
        self._others: OrderedDict[str, None] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def wake(self, conversation_id: str) -> None:
        """Something changed in this conversation (Hub.watch); never blocks."""
        if conversation_id not in self._others:
            self._changed[conversation_id] = None

    async def look(self) -> None:
        """See to what changed since the last look, and to what could not be moved then."""
        changed, self._changed = list(self._changed), {}
        await asyncio.gather(*map(self._see_to, changed))

    async def catch_up(self) -> None:
        """See to sessions that are elsewhere: a process died in between, or a move was refused."""
        async with self._reading() as uow:
            for conversation_id in await uow.wechat.unsettled(self._clock.now() - _LOOKED_BACK):
                self.wake(conversation_id)

    async def settle(self, conversation_id: str) -> bool:
        """Move the session one step, if it is time; False if it has to be looked at again."""
        if self._paused.get(conversation_id, now := self._clock.now()) > now:
            return False
        self._paused.pop(conversation_id, None)
        try:
            async with self._locks.setdefault(conversation_id, asyncio.Lock()):
                return await self._settle(conversation_id)
        except Conflict:
            return False
        except WechatError as problem:
            log.warning("a session of 微信客服 stays where it is: %s (%s)", problem.key, problem.code)
            self._paused[conversation_id] = now + PAUSE
            return False

    async def _see_to(self, conversation_id: str) -> None:
        async with self._slots:
            if not await self.settle(conversation_id):
                self._changed[conversation_id] = None

    async def _settle(self, conversation_id: str) -> bool:
        async with self._reading() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation.channel != KF:
                self._pass_over(conversation_id)
                return True
            chat = await uow.wechat.chat(conversation_id)
            if chat is None:
                return True
            stale, passed_on = (
                _is_stale(conversation, chat, self._clock.now()),
                _is_passed_on(conversation, chat),
            )
            if _is_settled(conversation, chat) and not stale:
                return True
            at = parted((await uow.customers.get(conversation.customer_id)).external_id)
            userid = await self._servicers.userid(uow, conversation.agent_id)
            said = await _all_said(uow, chat)
        if stale or chat.kf_state is None:
            session = await self._client.state(*at)
            kept = chat.kf_state_at if passed_on and session.state == Session.HUMAN else None
            await self._note(conversation_id, session.state, at=kept)
            return False
        now, goal = Session(chat.kf_state), await self._goal(conversation, chat, at[0], userid)
        to = Session.HUMAN if passed_on and goal is now is Session.HUMAN else step(now, goal)
        if to is None:
            return True
        if to is Session.BOT or said or now not in WRITABLE:  # else the last words come first
            await self._move(conversation_id, _Move(*at, to, userid if to is Session.HUMAN else None))
        return False

    def _pass_over(self, conversation_id: str) -> None:
        self._others[conversation_id] = None
        if len(self._others) > _REMEMBERED:
            self._others.popitem(last=False)

    async def _goal(
        self, conversation: Conversation, chat: Chat, open_kfid: str, userid: str | None
    ) -> Session:
        """Where the session should be; people in WeCom who have it, have it rightly."""
        with_person = chat.kf_state == Session.HUMAN and not _is_passed_on(conversation, chat)
        if conversation.owner is Owner.AGENT and (with_person or conversation.agent_id is None):
            return Session(chat.kf_state or Session.NEW)
        on_duty = await self._servicers.on_duty(open_kfid)
        return wanted(conversation.owner, servicer=userid in on_duty, pool=bool(on_duty))

    async def _move(self, conversation_id: str, move: _Move) -> None:
        try:
            code = await self._client.change_state(move.open_kfid, move.customer, move.to, move.servicer)
        except WechatError:
            await self._note(conversation_id, None)  # it may have been done: it is asked for anew
            raise
        await self._note(conversation_id, move.to, code)

    async def _note(
        self,
        conversation_id: str,
        state: int | None,
        code: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Write down where the session is, None if nobody knows, and since when if not since now."""
        for _ in range(_TRIES):
            with suppress(Conflict):  # whoever else writes to the same chat goes first
                async with self._units() as uow:
                    chat = await uow.wechat.chat(conversation_id)
                    if chat is not None:
                        now = self._clock.now()
                        chat.kf_state = state
                        chat.kf_state_at = (at or now) if state is not None else chat.kf_state_at
                        keep_code(chat, code, now)
                        await uow.commit()
                return


def _is_passed_on(conversation: Conversation, chat: Chat) -> bool:
    """Whether an agent got the conversation in the desk since the session was seen to."""
    moved, since = chat.kf_state_at, conversation.owner_since
    return conversation.owner is Owner.AGENT and bool(moved and since and since > moved)


def _is_stale(conversation: Conversation, chat: Chat, now: datetime) -> bool:
    """Whether it is to be asked where the session is: nobody knows, or it was long with people in WeCom."""
    if chat.kf_state is None or chat.kf_state_at is None:
        return True
    away = chat.kf_state in (Session.QUEUE, Session.HUMAN) and not _is_passed_on(conversation, chat)
    return away and now - chat.kf_state_at > ASKED_AGAIN_AFTER


def _is_settled(conversation: Conversation, chat: Chat) -> bool:
    """Whether the session is surely where it should be; a person's may have to go to another one."""
    by_agent = conversation.owner is Owner.AGENT
    return not by_agent and chat.kf_state in {int(state) for state in SETTLED[conversation.owner]}


async def _all_said(uow: UnitOfWork, chat: Chat) -> bool:
    """Whether everything that there is to say, or will be in a moment, has been sent."""
    if await uow.messages.next_waiting(chat.conversation_id) is not None:
        return False
    lines = await uow.messages.since(chat.conversation_id, chat.sent_seq)
    sendings = await uow.wechat.open_sendings(chat.conversation_id)
    return not any(map(goes_out, lines)) and not any(one.state in _ON_ITS_WAY for one in sendings)
