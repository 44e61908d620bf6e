"""Calls the desk's own callback addresses as WeChat would: for `kesu wechat check`."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.adapters.wechat import crypto
from bot.adapters.wechat.markup import cdata
from bot.domain.wechat_accounts import OfficialAccount, Wecom
from bot.services.ports import Clock
from bot.services.wechat.checking import Echoed

PATIENCE = ClientTimeout(total=5)  # seconds, as long as WeChat itself waits
_LONGEST = 2048  # bytes of an answer that are looked at
# An event that no account has: it is decrypted and acknowledged, and nothing follows from it.
_EVENT = "kesu_check"


@dataclass(frozen=True)
class _Signed:
    timestamp: str
    nonce: str
    signature: str


class Prober:
    """Asks the desk at `base`, the address under which the platform reaches it."""

    def __init__(self, http: ClientSession, base: str, clock: Clock) -> None:
        self._http, self.base, self._clock = http, base.rstrip("/"), clock

    async def official(self, account: OfficialAccount, path: str) -> Echoed:
        """The question of the 公众号's page whether the address is ours: signed, in the clear."""
        echo, signed = _random(), self._sign(account.token)
        query = {
            "signature": signed.signature,
            "timestamp": signed.timestamp,
            "nonce": signed.nonce,
            "echostr": echo,
        }
        return await self._asked("GET", path, query, echo)

    async def official_sealed(self, account: OfficialAccount, path: str) -> Echoed:
        """A message of the 公众号, encrypted, that says nothing: it is acknowledged if it could be read."""
        now = int(self._clock.now().timestamp())
        xml = (
            f"<xml><ToUserName>{cdata(account.app_id)}</ToUserName><FromUserName>{cdata(_EVENT)}"
            f"</FromUserName><CreateTime>{now}</CreateTime><MsgType>{cdata('event')}</MsgType>"
            f"<Event>{cdata(_EVENT)}</Event><EventKey>{cdata(_random())}</EventKey></xml>"
        )
        sealed = crypto.encrypt(xml.encode(), account.aes_keys[0], account.app_id, secrets.token_bytes(16))
        body = (
            f"<xml><ToUserName>{cdata(account.app_id)}</ToUserName><Encrypt>{cdata(sealed)}</Encrypt></xml>"
        )
        query = {**self._query(account.token, sealed), "encrypt_type": "aes"}
        return await self._asked("POST", path, query, "success", body)

    async def corp(self, account: Wecom, path: str) -> Echoed:
        """The question of WeCom's page whether the address is ours: signed and encrypted."""
        echo = _random()
        sealed = crypto.encrypt(echo.encode(), account.aes_keys[0], account.corp_id, secrets.token_bytes(16))
        return await self._asked("GET", path, {**self._query(account.token, sealed), "echostr": sealed}, echo)

    def _query(self, token: str, sealed: str) -> dict[str, str]:
        signed = self._sign(token, sealed)
        return {
            "msg_signature": signed.signature,
            "timestamp": signed.timestamp,
            "nonce": signed.nonce,
        }

    def _sign(self, token: str, *more: str) -> _Signed:
        timestamp, nonce = str(int(self._clock.now().timestamp())), _random()
        return _Signed(timestamp, nonce, crypto.signature(token, timestamp, nonce, *more))

    async def _asked(
        self, method: str, path: str, query: Mapping[str, str], wanted: str, body: str | None = None
    ) -> Echoed:
        try:
            async with self._http.request(
                method, self.base + path, params=query, data=body, timeout=PATIENCE, allow_redirects=False
            ) as answer:
                got = await answer.content.read(_LONGEST)
                return Echoed(answer.status, is_right=got.decode("utf-8", "replace") == wanted)
        except (ClientError, TimeoutError, OSError, ValueError) as problem:
            return Echoed(None, why=type(problem).__name__)


def _random() -> str:
    return str(secrets.randbelow(10**16))
