"""The API of 微信客服 in WeCom (ports.KfClient)."""

import contextlib
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.adapters.wechat.calling import Caller, issued
from bot.adapters.wechat.wire import Object, SentBefore, Wire, as_expected
from bot.domain.wechat_accounts import Wecom
from bot.services.ports import Download, KfAccount, Page, Servicer, SessionState

_TOKEN = "/cgi-bin/gettoken"  # noqa: S105 -- an address
_SYNC = "/cgi-bin/kf/sync_msg"
_SEND, _SEND_ON_EVENT = "/cgi-bin/kf/send_msg", "/cgi-bin/kf/send_msg_on_event"
_STATE, _MOVE = "/cgi-bin/kf/service_state/get", "/cgi-bin/kf/service_state/trans"
_SERVICERS, _CUSTOMERS = "/cgi-bin/kf/servicer/list", "/cgi-bin/kf/customer/batchget"
_ACCOUNTS = "/cgi-bin/kf/account/list"
_UPLOAD, _MEDIA = "/cgi-bin/media/upload", "/cgi-bin/media/get"
_IPS = "/cgi-bin/getcallbackip"
_CUSTOMERS_AT_ONCE, _ACCOUNTS_AT_ONCE = 100, 100


class KfApi:
    """Calls for one corp; the errors are those of bot/domain/wechat_errors.py."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def sync(self, cursor: str, token: str, limit: int = 1000, open_kfid: str = "") -> Page:
        """Messages since a cursor."""
        asked = {"cursor": cursor, "token": token, "open_kfid": open_kfid}
        body: Object = {"limit": limit, **{name: value for name, value in asked.items() if value}}
        told = await self._caller.read(_SYNC, body=body)
        with as_expected():
            listed = tuple(dict(one) for one in told.get("msg_list") or ())
            return Page(listed, str(told.get("next_cursor") or ""), bool(told.get("has_more")))

    async def send(self, open_kfid: str, external_userid: str, msgid: str, body: Mapping[str, Any]) -> None:
        """Send a message; one that was taken before under its msgid counts as sent."""
        place = {"touser": external_userid, "open_kfid": open_kfid, "msgid": msgid}
        with contextlib.suppress(SentBefore):
            await self._caller.send(_SEND, {**place, **body})

    async def send_on_event(self, code: str, msgid: str, body: Mapping[str, Any]) -> None:
        """Answer an event with its code."""
        with contextlib.suppress(SentBefore):
            await self._caller.send(_SEND_ON_EVENT, {"code": code, "msgid": msgid, **body})

    async def state(self, open_kfid: str, external_userid: str) -> SessionState:
        """Who has the session."""
        body: Object = {"open_kfid": open_kfid, "external_userid": external_userid}
        told = await self._caller.read(_STATE, body=body)
        with as_expected():
            return SessionState(int(told["service_state"]), told.get("servicer_userid") or None)

    async def change_state(
        self, open_kfid: str, external_userid: str, state: int, servicer: str | None = None
    ) -> str | None:
        """Hand the session on; a code to say something with, if there is one."""
        body: Object = {
            "open_kfid": open_kfid,
            "external_userid": external_userid,
            "service_state": state,
        }
        if servicer:
            body["servicer_userid"] = servicer
        return (await self._caller.change(_MOVE, body)).get("msg_code") or None

    async def servicers(self, open_kfid: str) -> tuple[Servicer, ...]:
        """Who serves an account; departments that do are left out."""
        told = await self._caller.read(_SERVICERS, {"open_kfid": open_kfid})
        with as_expected():
            people = [one for one in told.get("servicer_list") or () if one.get("userid")]
            return tuple(Servicer(str(one["userid"]), one.get("status") == 0) for one in people)

    async def customers(self, external_userids: Collection[str]) -> dict[str, str]:
        """The unionids of those customers who have one."""
        asked, found = list(external_userids), {}
        for start in range(0, len(asked), _CUSTOMERS_AT_ONCE):
            body: Object = {"external_userid_list": asked[start : start + _CUSTOMERS_AT_ONCE]}
            told = await self._caller.read(_CUSTOMERS, body=body)
            with as_expected():
                for one in told.get("customer_list") or ():
                    if one.get("unionid"):
                        found[str(one["external_userid"])] = str(one["unionid"])
        return found

    def media(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """What a customer sent, while the block runs."""
        return self._caller.download(_MEDIA, media_id)

    async def upload_image(self, content: bytes, content_type: str) -> str:
        """Upload a picture; its media_id."""
        return await self._caller.upload_image(_UPLOAD, content, content_type)

    async def accounts(self) -> tuple[KfAccount, ...]:
        """The accounts that the secret may use."""
        found: list[KfAccount] = []
        while True:
            body: Object = {"offset": len(found), "limit": _ACCOUNTS_AT_ONCE}
            told = await self._caller.read(_ACCOUNTS, body=body)
            with as_expected():
                listed = told.get("account_list") or ()
                found += [KfAccount(str(one["open_kfid"]), str(one.get("name", ""))) for one in listed]
            if len(listed) < _ACCOUNTS_AT_ONCE:
                return tuple(found)

    async def callback_ips(self) -> tuple[str, ...]:
        """The addresses from which callbacks come."""
        told = await self._caller.read(_IPS)
        with as_expected():
            return tuple(map(str, told["ip_list"]))

    async def check_token(self) -> None:
        """Have a token issued."""
        await self._caller.tokens.anew()


async def fetch_token(wire: Wire, corp: Wecom) -> tuple[str, int]:
    """A token of the corp, and its seconds: the same one as long as it lives."""
    return await issued(wire.ask(_TOKEN, {"corpid": corp.corp_id, "corpsecret": corp.secret}))
