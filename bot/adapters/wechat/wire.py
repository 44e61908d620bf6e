"""Requests to Tencent's servers, and what their answers mean: each failure in its class.

Tencent answers HTTP 200 with a number in the body. Addresses carry the access token, and bodies openids and
customers' words: none of them, nor a library's message that may hold them, gets into an error or a log.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    TCPConnector,
)

from bot.adapters.wechat import codes
from bot.domain.wechat_errors import TryLater, Unknown, WechatError, WechatRefused

CALL = ClientTimeout(total=10, connect=5)
TRANSFER = ClientTimeout(total=120, connect=5, sock_read=20)  # photos and videos
_OK, _SERVER = 200, 500
_NOT_NOW = frozenset({408, 429})
_JSON = {"Content-Type": "application/json; charset=utf-8"}

Object = dict[str, Any]


class TokenRefused(Exception):
    """The platform doesn't believe the access token (or secret); nothing was done."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class SentBefore(Exception):
    """微信客服 has taken a message of this msgid already."""


def new_session() -> ClientSession:
    """Connections to Tencent, a new one for each request.

    When a server closes one that was kept just as a message goes out on it, nobody can tell whether it
    arrived: that is worth more than the time a new one takes.
    """
    return ClientSession(connector=TCPConnector(force_close=True))


class Wire:
    """One API. `base`: its address; `setting`: the variable that names it; `corp`: whether it is WeCom's.

    `within`: what a call may take.
    `sent` tells of a request that reaches a customer: without a clear answer nobody knows what it did
    (Unknown), while any other one may simply be made again (TryLater).
    """

    def __init__(
        self,
        http: ClientSession,
        base: str,
        setting: str,
        *,
        corp: bool = False,
        within: ClientTimeout = CALL,
    ) -> None:
        self._http, self._base, self._setting = http, base, setting
        self._corp, self._within = corp, within

    def address(self, path: str) -> str:
        """Where a path is."""
        return self._base + path

    async def ask(
        self,
        path: str,
        query: Mapping[str, str],
        body: Object | FormData | None = None,
        *,
        sent: bool = False,
        within: ClientTimeout | None = None,
    ) -> Object:
        """The answer to a POST, without a body to a GET. TokenRefused, and the errors of WeChat."""
        answer = await self.opened(self.address(path), query, body, sent=sent, within=within)
        return self.understood(answer.status, await self.content(answer, sent=sent), sent=sent)

    async def opened(
        self,
        url: str,
        query: Mapping[str, str],
        body: Object | FormData | None = None,
        *,
        sent: bool = False,
        within: ClientTimeout | None = None,
    ) -> ClientResponse:
        """An answer that has begun, to be closed by whoever reads it."""
        as_json = isinstance(body, dict)
        try:
            return await self._http.request(
                "GET" if body is None else "POST",
                url,
                params=dict(query),
                data=_encoded(body) if isinstance(body, dict) else body,
                headers=_JSON if as_json else None,
                allow_redirects=False,
                timeout=within or self._within,
            )
        except (ClientConnectorError, ConnectionTimeoutError) as problem:
            raise TryLater(
                f"连不上微信的接口（{_name(problem)}）：请检查服务器的网络和 {self._setting}"
            ) from None
        except (ClientError, TimeoutError, OSError) as problem:
            raise _silent(problem, sent=sent) from None

    async def content(self, answer: ClientResponse, *, sent: bool = False) -> bytes:
        """All of an answer."""
        try:
            async with answer:
                return await answer.read()
        except (ClientError, TimeoutError, OSError) as problem:
            raise _silent(problem, sent=sent) from None

    def understood(self, status: int, content: bytes, *, sent: bool = False) -> Object:
        """What an answer says. TokenRefused, and the errors of WeChat."""
        if status >= _SERVER or status in _NOT_NOW:
            raise TryLater(f"微信的接口暂时不可用（HTTP {status}）")
        if status != _OK:
            raise WechatRefused(f"接口地址不对（HTTP {status}）：请检查 {self._setting}")
        found = _object(content)
        code = found.get("errcode", 0) if found is not None else None
        if found is None or not isinstance(code, int):
            kind = Unknown if sent else TryLater
            raise kind(f"答复的不像是微信：请检查服务器的网络（代理、网关）和 {self._setting}")
        if code == 0:
            return found
        if code in codes.TOKEN_CODES:
            raise TokenRefused(code)
        words = str(found.get("errmsg", ""))
        if self._corp and codes.is_duplicate(code, words):
            raise SentBefore
        raise codes.error(code, words, corp=self._corp)


@contextmanager
def as_expected() -> Iterator[None]:
    """Take an answer apart; TryLater when it isn't made as the platform describes it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError):
        raise TryLater("微信的答复里缺少该有的内容") from None


def _object(content: bytes) -> Object | None:
    try:
        found = json.loads(content.decode(), strict=False)  # nicknames hold control characters
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _encoded(body: Object) -> bytes:
    """JSON as WeChat wants it: customers would see escapes (u4f60) as they are."""
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")


def _silent(problem: Exception, *, sent: bool) -> WechatError:
    if sent:
        return Unknown(f"发出后微信没有答复（{_name(problem)}），不知道顾客是否收到")
    return TryLater(f"微信没有答复（{_name(problem)}）")


def _name(problem: Exception) -> str:
    return type(problem).__name__
