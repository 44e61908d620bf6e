"""The carrier of 微信客服: texts and menus, answers to events, and what a refusal means there."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.domain.errors import Conflict
from bot.domain.wechat import Quota, numbered, size, split
from bot.domain.wechat_accounts import Wecom
from bot.domain.wechat_errors import TryLater, Unknown, WechatError, WechatRefused, WrongState
from bot.domain.wechat_kf import CODE_GOOD_FOR, WRITABLE, Session, parted
from bot.services.ports import Clock, KfClient, Units
from bot.services.wechat.carrying import Parcel, Terms

log = logging.getLogger(__name__)

_LONGEST_HEAD = 1024  # bytes above the choices of a menu
_LONGEST_CHOICE = 128  # bytes
_MOST_CHOICES = 10
_LEAVE = timedelta(seconds=2)  # before a code expires: the way to Tencent takes a moment
Settle = Callable[[str], Awaitable[object]]
_ELSEWHERE = "这位顾客正由企业微信里的接待人员接待，请在企业微信里回复"
_BOT_LATE = "会话已转给企业微信里的接待人员，这句没有发出"


def kf_terms(account: Wecom) -> Terms:
    """What 微信客服 may send; a welcome code is a window for one message."""
    quota = Quota(
        messages=account.quota,
        message_time=timedelta(hours=account.quota_hours),
        clicks=1,
        click_time=CODE_GOOD_FOR,
    )
    return Terms(quota=quota, text_bytes=account.text_bytes, menus=True, repeatable=True)


def kf_body(parcel: Parcel, most_bytes: int) -> dict[str, Any]:
    """A message as `KfClient.send` takes it; what is no menu for Tencent has its choices in the text."""
    if not parcel.choices:
        return _text(parcel.text)
    taps = [{"type": "click", "click": {"id": one.id, "content": one.text}} for one in parcel.choices]
    longest = max(size(words) for one in parcel.choices for words in (one.id, one.text))
    if size(parcel.text) <= _LONGEST_HEAD and len(taps) <= _MOST_CHOICES and longest <= _LONGEST_CHOICE:
        return {"msgtype": "msgmenu", "msgmenu": {"head_content": parcel.text, "list": taps}}
    listed = numbered("", [{"id": one.id, "text": one.text} for one in parcel.choices])
    head = split(parcel.text, max(most_bytes - size(listed), most_bytes // 2), 1, "")[0]
    return _text(split(head + listed, most_bytes, 1)[0])


def _text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


class KfCarrier:
    """A carrier (carrying.py). With its id, Tencent takes a message once, however often it is sent.

    `settle` moves a conversation's session on (kf_sessions.py).
    """

    def __init__(self, client: KfClient, account: Wecom, units: Units, clock: Clock, settle: Settle) -> None:
        self._client, self._units, self._clock, self._settle = client, units, clock, settle
        self._terms = kf_terms(account)

    @property
    def terms(self) -> Terms:
        """What the account allows."""
        return self._terms

    async def carry(self, parcel: Parcel) -> None:
        """Send it once: in answer to an event, if one waits for an answer, else as a message."""
        said = kf_body(parcel, self._terms.text_bytes)
        code, writable = await self._code(parcel.conversation_id)
        if not writable and code is None:  # the session's next move may give one
            await self._settle(parcel.conversation_id)
            code, _ = await self._code(parcel.conversation_id)
        if code is not None and await self._answered(code, parcel.id, said):
            return
        open_kfid, customer = parted(parcel.to)
        try:
            await self._client.send(open_kfid, customer, parcel.id, said)
        except WrongState as refusal:
            raise await self._meaning(parcel, refusal) from None

    async def _answered(self, code: str, msgid: str, said: Mapping[str, Any]) -> bool:
        """Whether the event was answered with it; a code that is refused leaves the ordinary way."""
        try:
            await self._client.send_on_event(code, msgid, said)
        except Unknown:
            raise
        except WechatError as problem:
            log.warning("sending %s in answer to an event: %s", msgid, type(problem).__name__)
            return False
        return True

    async def _code(self, conversation_id: str) -> tuple[str | None, bool]:
        """The code of an event that may still be answered, taken; whether the session needs none."""
        now = self._clock.now()
        try:
            async with self._units() as uow:
                chat = await uow.wechat.chat(conversation_id)
                if chat is None or chat.welcome_code is None:
                    return None, chat is None or chat.kf_state is None or chat.kf_state in WRITABLE
                code, until = chat.welcome_code, chat.welcome_until
                chat.welcome_code = chat.welcome_until = None
                await uow.commit()
        except Conflict:  # somebody writes to the same chat at this moment
            raise TryLater("会话正在变更，稍后再发") from None
        return (code if until is not None and now < until - _LEAVE else None), chat.kf_state in WRITABLE

    async def _meaning(self, parcel: Parcel, refusal: WrongState) -> WechatError:
        """Why it can't be sent: people in WeCom have the session, or it ended and waits for the customer."""
        session = await self._client.state(*parted(parcel.to))
        try:
            async with self._units() as uow:
                chat = await uow.wechat.chat(parcel.conversation_id)
                if chat is not None and chat.kf_state != session.state:
                    chat.kf_state, chat.kf_state_at = session.state, chat.kf_state_at or self._clock.now()
                    await uow.commit()
        except Conflict:  # what was learnt now is learnt again
            log.info("sending %s: the session's state is noted later", parcel.id)
        if session.state not in (Session.QUEUE, Session.HUMAN):
            return refusal
        return WechatRefused(_ELSEWHERE if parcel.by_agent else _BOT_LATE, refusal.code)
