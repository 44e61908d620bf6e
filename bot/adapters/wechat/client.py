"""The API of a 公众号 (ports.OfficialClient)."""

import contextlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from bot.adapters.wechat.calling import Caller, issued
from bot.adapters.wechat.wire import Object, Wire, as_expected
from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_errors import WechatError
from bot.services.ports import ApiQuota, Download

_STABLE_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 -- an address
_CUSTOM = "/cgi-bin/message/custom/send"
_TYPING = "/cgi-bin/message/custom/typing"
_TEMPLATE = "/cgi-bin/message/template/send"
_SUBSCRIBE = "/cgi-bin/message/subscribe/bizsend"
_UPLOAD, _MEDIA = "/cgi-bin/media/upload", "/cgi-bin/media/get"
_USER, _IPS = "/cgi-bin/user/info", "/cgi-bin/getcallbackip"
_QUOTA = "/cgi-bin/openapi/quota/get"


class OfficialApi:
    """Calls for one account; the errors are those of bot/domain/wechat_errors.py."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send_text(self, openid: str, text: str) -> None:
        """Send a text as customer-service message."""
        await self._custom(openid, "text", {"content": text})

    async def send_menu(
        self, openid: str, head: str, choices: Sequence[tuple[str, str]], tail: str = ""
    ) -> None:
        """Send a msgmenu: pairs of id and words."""
        menu: Object = {"list": [{"id": choice, "content": words} for choice, words in choices]}
        around = {"head_content": head, "tail_content": tail}
        await self._custom(openid, "msgmenu", menu | {name: text for name, text in around.items() if text})

    async def send_image(self, openid: str, media_id: str) -> None:
        """Send a picture that was uploaded."""
        await self._custom(openid, "image", {"media_id": media_id})

    async def typing(self, openid: str, *, on: bool) -> None:
        """Show that somebody is typing, or stop; a sign that doesn't arrive is nobody's business."""
        body = {"touser": openid, "command": "Typing" if on else "CancelTyping"}
        with contextlib.suppress(WechatError):
            await self._caller.send(_TYPING, body)

    async def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], *, url: str = "", key: str = ""
    ) -> str:
        """Send a template message; its msgid."""
        body: Object = {"touser": openid, "template_id": template_id, "data": _values(data)}
        if url:
            body["url"] = url
        if key:
            body["client_msg_id"] = key
        return str((await self._caller.send(_TEMPLATE, body)).get("msgid", ""))

    async def send_subscribe(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str = ""
    ) -> None:
        """Send a subscription message."""
        body: Object = {"touser": openid, "template_id": template_id, "data": _values(data)}
        if page:
            body["page"] = page
        await self._caller.send(_SUBSCRIBE, body)

    def media(self, media_id: str) -> AbstractAsyncContextManager[Download]:
        """What a customer sent, while the block runs."""
        return self._caller.download(_MEDIA, media_id)

    async def upload_image(self, content: bytes, content_type: str) -> str:
        """Upload a picture; its media_id."""
        return await self._caller.upload_image(_UPLOAD, content, content_type)

    async def user_info(self, openid: str) -> str | None:
        """The unionid of a follower, if WeChat tells one."""
        told = await self._caller.read(_USER, {"openid": openid, "lang": "zh_CN"})
        return str(told["unionid"]) if told.get("unionid") else None

    async def callback_ips(self) -> tuple[str, ...]:
        """The addresses from which callbacks come."""
        told = await self._caller.read(_IPS)
        with as_expected():
            return tuple(map(str, told["ip_list"]))

    async def check_token(self) -> None:
        """Have a token issued anew by the platform."""
        await self._caller.tokens.anew()

    async def quota(self, path: str) -> ApiQuota:
        """How many calls of an endpoint are left today."""
        told = await self._caller.read(_QUOTA, body={"cgi_path": path})
        with as_expected():
            found = told["quota"]
            return ApiQuota(int(found["daily_limit"]), int(found["used"]), int(found["remain"]))

    async def _custom(self, openid: str, kind: str, content: Object) -> None:
        await self._caller.send(_CUSTOM, {"touser": openid, "msgtype": kind, kind: content})


async def fetch_token(wire: Wire, account: OfficialAccount) -> tuple[str, int]:
    """A token of a 公众号 in normal mode, and its seconds: two who ask get the same one."""
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.secret,
        "force_refresh": False,
    }
    return await issued(wire.ask(_STABLE_TOKEN, {}, body))


def _values(data: Mapping[str, str]) -> Object:
    return {name: {"value": value} for name, value in data.items()}
