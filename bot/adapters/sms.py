"""Short messages over any HTTP gateway, described by the settings."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from pydantic import SecretStr

from bot.domain.errors import ConfigurationError, SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import Letter
from bot.domain.privacy import digits

TIMEOUT = 15.0  # seconds
BLANKS = ("phone", "text", "id", "secret")
_BLANK = re.compile(r"\{(\w+)\}")
_OK, _CLIENT, _SERVER, _TOO_MANY, _SLOW = 200, 400, 500, 429, 408


@dataclass(frozen=True)
class Gateway:
    """Where short messages are handed in, and how.

    `template` is what is sent, `headers` go with it: JSON objects in whose texts `{phone}`, `{text}`, `{id}`
    and `{secret}` are filled in. A GET carries the template's items in its address. `accepted` is a text that
    the answer holds when the gateway has taken the message; without it every 2xx answer counts.
    """

    url: str
    template: Mapping[str, Any]
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: str | None = None
    secret: SecretStr | None = field(default=None, repr=False)


class SmsSender:
    """Sends letters as short messages (ports.Sender). `{id}` lets a gateway tell a repetition."""

    def __init__(self, gateway: Gateway, timeout: float = TIMEOUT) -> None:
        self._gateway, self._timeout = gateway, ClientTimeout(total=timeout, connect=5)

    async def send(self, letter: Letter) -> None:
        """Hand it to the gateway once. SendingFailed, SendingRefused, SendingUnsure."""
        gateway = self._gateway
        blanks = {
            "phone": digits(letter.recipient),
            "text": letter.text,
            "id": letter.id,
            "secret": gateway.secret.get_secret_value() if gateway.secret else "",
        }
        body = _filled(dict(gateway.template), blanks)
        carried: dict[str, Any] = {"params": body} if gateway.method == "GET" else {"json": body}
        try:
            async with (
                ClientSession(timeout=self._timeout) as session,
                session.request(
                    gateway.method, gateway.url, headers=_filled(dict(gateway.headers), blanks), **carried
                ) as answer,
            ):
                self._judge(answer.status, await answer.text(errors="replace"))
        except ClientConnectorError as problem:
            raise SendingFailed(f"连不上短信网关：{type(problem).__name__}") from None
        except (ClientError, TimeoutError, OSError) as problem:
            raise SendingUnsure(f"短信网关没有答复：{type(problem).__name__}") from None

    def _judge(self, status: int, text: str) -> None:
        if status in (_TOO_MANY, _SLOW) or status >= _SERVER:
            raise SendingFailed(f"短信网关暂时不收（{status}）")
        if status >= _CLIENT or status < _OK:
            raise SendingRefused(f"短信网关不收（{status}）")
        if self._gateway.accepted and self._gateway.accepted not in text:
            raise SendingRefused("短信网关的答复里没有表示成功的字样")


def read_object(text: str, name: str) -> dict[str, Any]:
    """A setting that is a JSON object with known blanks; ConfigurationError names the setting."""
    try:
        read = json.loads(text)
    except ValueError:
        raise ConfigurationError(f"{name} 不是 JSON，请检查引号和逗号。") from None
    if not isinstance(read, dict):
        raise ConfigurationError(f'{name} 应是一个 JSON 对象，比如 {{"to": "{{phone}}"}}。')
    unknown = sorted(set(_BLANK.findall(text)) - set(BLANKS))
    if unknown:
        known = "、".join(f"{{{blank}}}" for blank in BLANKS)
        raise ConfigurationError(f"{name} 里的 {{{unknown[0]}}} 不认识；可用的是 {known}。")
    return read


def _filled(value: Any, blanks: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    """The same JSON with its texts filled in; what is filled in is never read as JSON or as a blank."""
    if isinstance(value, str):
        return _BLANK.sub(lambda match: blanks[match[1]], value)
    if isinstance(value, dict):
        return {key: _filled(inner, blanks) for key, inner in value.items()}
    return [_filled(inner, blanks) for inner in value] if isinstance(value, list) else value
