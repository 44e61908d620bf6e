"""Who a customer is: a signed, expiring token that the page keeps, and the signed word of a host site.

Tokens instead of cookies: they work in a frame on another site, and no foreign page can send them along.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from bot.domain.errors import InvalidInput, UnknownVisitor

KEPT_FOR = timedelta(days=180)
RENEWED_AFTER = timedelta(days=30)
RENEWAL = "X-Kesu-Token"  # the header that hands a renewed token to a page without a socket
_OF_A_SITE = "site:"  # before the host site's own id; random ids hold no colon
_LONGEST_TOKEN, _LONGEST_SUBJECT, _LONGEST_NAME = 4096, 200, 100  # characters
_ALGORITHM = "HS256"
_LENIENCE = timedelta(minutes=1)  # the host site's clock may be wrong by so much


@dataclass(frozen=True)
class Visitor:
    """Somebody on the customers' page; `id` is their external id in the channel "web"."""

    id: str
    issued: datetime


@dataclass(frozen=True)
class Token:
    """What a visitor is known by from now on."""

    text: str
    expires: datetime

    def to_json(self) -> dict[str, str]:
        """As pages get it."""
        return {"token": self.text, "expires": self.expires.isoformat()}


@dataclass(frozen=True)
class Identity:
    """Who a host site says that its user is."""

    id: str
    name: str | None
    phone: str | None


class Visitors:
    """Gives tokens out and reads them; `identity_secret` is shared with the host site, if there is one."""

    def __init__(self, key: bytes, now: Callable[[], datetime], identity_secret: str | None = None) -> None:
        self._key, self._now, self._identity_secret = key, now, identity_secret

    def somebody_new(self) -> Token:
        """A token for a visitor nobody has seen before."""
        return self.token(secrets.token_urlsafe(18))

    def token(self, visitor_id: str) -> Token:
        """A token for this visitor, for 180 days from now."""
        now = self._now()
        claims = {"sub": visitor_id, "iat": now, "exp": now + KEPT_FOR}
        return Token(jwt.encode(claims, self._key, _ALGORITHM), now + KEPT_FOR)

    def who(self, token: object) -> Visitor:
        """The visitor of a token; UnknownVisitor if it is none of ours or has expired."""
        claims = self._claims(token, self._key)
        if claims is None or self._now() >= _moment(claims["exp"]):
            raise UnknownVisitor("您的访客标识已失效，请刷新页面。")
        return Visitor(claims["sub"], _moment(claims["iat"]))

    def renewed(self, visitor: Visitor) -> Token | None:
        """A new token for somebody whose token is getting old; None while it is young enough."""
        return self.token(visitor.id) if self._now() - visitor.issued > RENEWED_AFTER else None

    def identify(self, identity: object) -> Identity:
        """Who the host site's token says that they are; InvalidInput if it isn't signed by it or too old."""
        secret = self._identity_secret
        claims = self._claims(identity, secret, "sub", "exp") if secret else None
        if claims is None or self._now() >= _moment(claims["exp"]) + _LENIENCE:
            raise InvalidInput("没有认出您在本站的登录身份，可以不登录继续留言。")
        if not 0 < len(claims["sub"]) <= _LONGEST_SUBJECT:
            raise InvalidInput(f"身份令牌的 sub 应是 1 到 {_LONGEST_SUBJECT} 个字符。")
        return Identity(_OF_A_SITE + claims["sub"], _words(claims.get("name")), _words(claims.get("phone")))

    def _claims(self, token: object, key: bytes | str, *required: str) -> dict[str, Any] | None:
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            return None
        needed = required or ("sub", "iat", "exp")
        # The times are held against the desk's clock, by the callers.
        unchecked = dict.fromkeys(("verify_exp", "verify_iat", "verify_aud"), False)
        options: Any = {"require": list(needed), **unchecked}
        try:
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=[_ALGORITHM], options=options)
        except (jwt.InvalidTokenError, UnicodeError):
            return None
        times = (claims[name] for name in needed if name != "sub")
        return claims if all(isinstance(time, int) and 0 <= time < _END for time in times) else None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_END = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp())  # of the times that can be read


def _words(value: object) -> str | None:
    """A name or phone as the site gives it, if it is one."""
    return value.strip()[:_LONGEST_NAME] or None if isinstance(value, str) else None
