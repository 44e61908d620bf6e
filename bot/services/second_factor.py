"""The second factor: codes of an app (TOTP), and recovery codes for who has lost their telephone."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.people import User
from bot.services import audit
from bot.services.one_time import token_hash
from bot.services.ports import Clock, UnitOfWork, Units

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LETTERS_OF_CODE = 12
_SHORTEST_SECRET = 32  # characters of base 32: 160 bits (RFC 4226, 4)


class Codes(Protocol):
    """How the codes are made (TOTP, RFC 6238)."""

    def new_secret(self) -> str:
        """A secret, in base 32."""

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step whose code this is, the present one or one beside it; None when it is none's."""

    def picture(self, secret: str, login: str) -> str:
        """What an app photographs: a QR code as SVG."""


async def takes(uow: UnitOfWork, user: User, code: str, codes: Codes, now: datetime) -> bool:
    """Whether this code is theirs and was never used; from now on it is. The caller commits."""
    code = "".join(code.split())
    step = codes.step(user.totp, code, now) if user.totp else None
    if step is not None and (user.totp_step is None or step > user.totp_step):
        user.totp_step = step
        return True
    kept = _kept(code)
    if kept not in user.recovery:
        return False
    user.recovery = [other for other in user.recovery if other != kept]
    left = {"left": len(user.recovery)}
    await audit.record(uow, user.id, "recovery_code_used", f"user:{user.login}", left, now=now)
    return True


@dataclass(frozen=True)
class Offer:
    """A secret that isn't anybody's yet, and its picture."""

    secret: str
    picture: str


class SecondFactors:
    """Turns the second factor of a person on and off; `confirm` checks a password, counting wrong ones."""

    def __init__(
        self, units: Units, codes: Codes, clock: Clock, confirm: Callable[[str, str], Awaitable[None]]
    ) -> None:
        self._units, self._codes, self._clock, self._confirm = units, codes, clock, confirm

    def offer(self, user: User, secret: str = "") -> Offer:
        """A new secret for the app; `secret` is the one of an earlier offer, to show it again."""
        secret = secret if _is_secret(secret) else self._codes.new_secret()
        return Offer(secret, self._codes.picture(secret, user.login))

    async def turn_on(self, user: User, secret: str, code: str, password: str) -> list[str]:
        """From now on their sign-in asks for a code; the recovery codes, shown this once.

        InvalidInput for a wrong password, or a code that isn't the secret's; Conflict if it is on already.
        """
        now, recovery = self._clock.now(), [_new_code() for _ in range(RECOVERY_CODES)]
        await self._confirm(user.login, password)
        step = self._codes.step(secret, "".join(code.split()), now) if _is_secret(secret) else None
        if step is None:
            raise InvalidInput("动态口令不对：请核对手机的时间，再输入现在显示的 6 位数字。")
        async with self._units() as uow:
            found = await uow.people.get(user.id)
            if found.totp is not None:
                raise Conflict("动态口令已经开启了；要换手机，请先关闭。")
            found.totp, found.totp_step, found.recovery = secret, step, [_kept(one) for one in recovery]
            await audit.record(uow, user.id, "totp_on", f"user:{user.login}", now=now)
            await uow.commit()
        return recovery

    async def turn_off(self, user: User, password: str) -> None:
        """Their sign-in asks for the password only; InvalidInput for a wrong one."""
        await self._confirm(user.login, password)
        await self._off(user.id, user.id)

    async def take_off(self, user_id: str, by: User) -> None:
        """The same for somebody who has lost telephone and recovery codes, by an admin. NotFound."""
        await self._off(user_id, by.id)

    async def _off(self, user_id: str, by: str) -> None:
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            if user.totp is None:
                raise NotFound("这个登录名没有开启动态口令。")
            user.totp, user.totp_step, user.recovery = None, None, []
            await audit.record(uow, by, "totp_off", f"user:{user.login}", now=self._clock.now())
            await uow.commit()


def _is_secret(secret: str) -> bool:
    return len(secret) >= _SHORTEST_SECRET and secret.isascii() and secret.isalnum()


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_OF_CODE))
    return "-".join(letters[start : start + 4] for start in range(0, _LETTERS_OF_CODE, 4))


def _kept(code: str) -> str:
    """What is stored of a recovery code."""
    return token_hash(code.replace("-", "").lower())
