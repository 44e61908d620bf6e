"""Logins of the desk: making them, signing in with them, and slowing down who guesses."""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from bot.domain.people import Role, SignIn, User
from bot.services import audit
from bot.services.accounts_checks import (
    Offices,
    Passwords,
    check_password,
    checked_login,
    checked_name,
    normal_login,
)
from bot.services.guesses import Guesses
from bot.services.ids import new_id
from bot.services.one_time import token_hash
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.second_factor import Codes, takes

log = logging.getLogger(__name__)

SIGNED_IN_FOR = timedelta(hours=12)
SECOND_STEP_FOR = timedelta(minutes=5)
_SEEN_AGAIN = timedelta(minutes=5)  # how exactly it is noted when a browser was last seen
_LONGEST_BROWSER = 300  # characters
# The same words whether the login is unknown, the password wrong or the login locked: they give nothing away.
REFUSED = "登录名或密码不对。连续输错 5 次，这个登录名会锁定 15 分钟。"
REFUSED_CODE = "动态口令不对，或者已经用过了。连续输错 5 次，这个登录名会锁定 15 分钟。"


@dataclass(frozen=True)
class Browser:
    """What a browser says of itself, and where it asks from."""

    name: str = ""
    address: str = ""


_UNKNOWN = Browser()


class Accounts:
    """Who works at the desk, and who is signed in. What becomes of a login later: accounts_changes.py.

    `offices` are the positions and departments that people can have. `reading` gives units of work that only
    read, for the questions asked with every request; without it they take part in the queue of the writers.
    """

    def __init__(
        self,
        units: Units,
        hasher: Passwords,
        clock: Clock,
        *,
        reading: Units | None = None,
        offices: Offices | None = None,
        codes: Codes | None = None,
    ) -> None:
        self._units, self._hasher, self._clock = units, hasher, clock
        self._offices = offices or Offices()
        self._reading, self._codes = reading or units, codes
        self._guesses = Guesses(units, hasher, clock)

    async def add(
        self,
        login: str,
        name: str,
        role: Role,
        password: str,
        *,
        department: str | None = None,
        positions: Collection[str] = (),
        by: str = "terminal",
    ) -> User:
        """Make a login; InvalidInput says what is wrong with it, Conflict that it is taken."""
        login, name = checked_login(login), checked_name(name)
        check_password(password)
        self._offices.check(role, department, positions)
        now, hashed = self._clock.now(), await self._hasher.hash(password)
        user = User(new_id(now), login, name, role, hashed, now, department=department)
        async with self._units() as uow:
            if await uow.people.by_login(login) is not None:
                raise Conflict(f"登录名 {login} 已经有人用了，请换一个。")
            uow.people.add(user)
            for position in positions:
                await uow.people.give(user.id, position)
            await audit.record(uow, by, "person_added", f"user:{login}", {"role": role.value}, now=now)
            await uow.commit()
        return user

    async def has_users(self) -> bool:
        """Whether anybody can sign in yet."""
        async with self._reading() as uow:
            return await uow.people.count() > 0

    async def sign_in(self, login: str, password: str, browser: Browser = _UNKNOWN) -> str:
        """Sign in and return the browser's token, of which only the hash is stored.

        With a second factor the token lets nobody in before `second_step`. NotSignedIn with the same words
        for every reason. An attempt is counted before the password is looked at, so that guesses sent side
        by side count as well.
        """
        user = await self._guesses.try_out(normal_login(login), password)
        if user is None:
            raise NotSignedIn(REFUSED)
        async with self._units() as uow:
            user = await uow.people.get(user.id)
            token = self._halfway(uow, user, browser) if user.totp else await self._let_in(uow, user, browser)
            await uow.commit()
        return token

    async def let_in(self, user_id: str, browser: Browser = _UNKNOWN) -> str:
        """Sign in somebody whom another sign-in has vouched for; the token. NotSignedIn once deactivated."""
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            if not user.active:
                raise NotSignedIn(REFUSED)
            token = self._halfway(uow, user, browser) if user.totp else await self._let_in(uow, user, browser)
            await uow.commit()
        return token

    async def waits(self, token: str) -> bool:
        """Whether this browser still owes the code of a second factor."""
        async with self._reading() as uow:
            sign_in = await uow.people.sign_in(token_hash(token)) if token else None
            return sign_in is not None and sign_in.waits and sign_in.expires_at > self._clock.now()

    async def second_step(self, token: str, code: str, browser: Browser = _UNKNOWN) -> str:
        """The second factor, or a recovery code; the token that lets in. NotSignedIn.

        A code is good for one sign-in; wrong ones count like wrong passwords.
        """
        login = await self._login_of(token)
        if await self._guesses.count(login) is None:
            raise NotSignedIn(REFUSED_CODE)
        async with self._units() as uow:
            user = await uow.people.by_login(login)
            if user is None or self._codes is None:
                raise NotSignedIn(REFUSED_CODE)
            if not await takes(uow, user, code, self._codes, self._clock.now()):
                raise NotSignedIn(REFUSED_CODE)
            await uow.people.end_sign_in(token_hash(token))
            token = await self._let_in(uow, user, browser)
            await uow.commit()
        return token

    async def confirm(self, login: str, password: str) -> None:
        """Ask somebody who is signed in for their password again: InvalidInput, counted like a sign-in.

        Who sits at somebody's open browser mustn't guess.
        """
        await self._guesses.confirm(normal_login(login), password)

    async def change_password(self, login: str, present: str, new: str, browser: Browser = _UNKNOWN) -> str:
        """Give oneself a new password; the new token of this browser. All others have to sign in again.

        InvalidInput for a new one that can't be used, or a present one that is wrong: that counts as a failed
        sign-in: who sits at somebody's open browser mustn't guess. Conflict if it was changed meanwhile.
        """
        check_password(new)
        if new == present:
            raise InvalidInput("新密码和现在的一样，请换一个。")
        known = await self._guesses.confirm(normal_login(login), present)
        hashed = await self._hasher.hash(new)
        async with self._units() as uow:
            user = await uow.people.by_login(normal_login(login))
            if user is None or user.password_hash != known:
                raise Conflict("密码刚刚已经改过了，请用新密码重新登录。")
            user.password_hash = hashed
            await uow.people.end_sign_ins(user.id)
            token = await self._let_in(uow, user, browser)
            await audit.record(uow, user.id, "password_changed", f"user:{user.login}", now=self._clock.now())
            await uow.commit()
        log.info("%s: new password, by themselves", user.login)
        return token

    async def who(self, token: str) -> User:
        """Whose browser this is; NotSignedIn if nobody's (any more)."""
        async with self._reading() as uow:
            sign_in = await uow.people.sign_in(token_hash(token)) if token else None
            user = None
            if sign_in is not None and not sign_in.waits and sign_in.expires_at > self._clock.now():
                user = await _find(uow, sign_in.user_id)
        if sign_in is None or user is None or not user.active:
            raise NotSignedIn("请先登录。")
        if self._clock.now() - (sign_in.seen_at or sign_in.created_at) >= _SEEN_AGAIN:
            async with self._units() as uow:
                await uow.people.note_seen(sign_in.token_hash, self._clock.now())
                await uow.commit()
        return user

    async def sign_out(self, token: str) -> None:
        """Forget this browser."""
        async with self._units() as uow:
            await uow.people.end_sign_in(token_hash(token))
            await uow.commit()

    async def _let_in(self, uow: UnitOfWork, user: User, browser: Browser) -> str:
        """A new token for somebody who proved who they are; the guesses before it are forgotten."""
        user.failures, user.locked_until = 0, None
        token, now = self._sign_in(uow, user, browser, SIGNED_IN_FOR, waits=False), self._clock.now()
        await audit.record(uow, user.id, "signed_in", f"user:{user.login}", now=now)
        return token

    def _halfway(self, uow: UnitOfWork, user: User, browser: Browser) -> str:
        """A token for the second step. The right password takes back its own attempt and no other."""
        user.failures, user.locked_until = max(0, user.failures - 1), None
        return self._sign_in(uow, user, browser, SECOND_STEP_FOR, waits=True)

    def _sign_in(
        self, uow: UnitOfWork, user: User, browser: Browser, lasts: timedelta, *, waits: bool
    ) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        name, address = browser.name[:_LONGEST_BROWSER], browser.address
        uow.people.add_sign_in(
            SignIn(token_hash(token), user.id, now, now + lasts, now, name, address, waits)
        )
        return token

    async def _login_of(self, token: str) -> str:
        """Whose second step this is; NotSignedIn if nobody's (any more)."""
        async with self._reading() as uow:
            sign_in = await uow.people.sign_in(token_hash(token)) if token else None
            if sign_in is None or not sign_in.waits or sign_in.expires_at <= self._clock.now():
                raise NotSignedIn("登录已超时，请重新输入密码。")
            return (await uow.people.get(sign_in.user_id)).login


async def _find(uow: UnitOfWork, user_id: str) -> User | None:
    try:
        return await uow.people.get(user_id)
    except NotFound:
        return None
