"""Logins of the desk: making them, signing in with them, and slowing down who guesses."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from bot.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from bot.domain.people import Role, SignIn, User
from bot.services.accounts_checks import Offices, check_password, checked_login, checked_name, normal_login
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(hours=12)
# The same words whether the login is unknown, the password wrong or the login locked: they give nothing away.
REFUSED = "登录名或密码不对。连续输错 5 次，这个登录名会锁定 15 分钟。"
REFUSED_CHANGE = "现在的密码不对。连续输错 5 次，这个登录名会锁定 15 分钟。"


class Passwords(Protocol):
    """How passwords are hashed."""

    async def hash(self, password: str) -> str:
        """The salted hash to store."""

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether `password` made this hash."""


def token_hash(token: str) -> str:
    """What is stored of a random token: reading the database gives nobody a way in."""
    return hashlib.sha256(token.encode()).hexdigest()


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
    ) -> None:
        self._units, self._hasher, self._clock = units, hasher, clock
        self._offices = offices or Offices()
        self._reading = reading or units
        self._decoy: str | None = None
        self._counting = asyncio.Lock()

    async def add(
        self,
        login: str,
        name: str,
        role: Role,
        password: str,
        *,
        department: str | None = None,
        positions: Collection[str] = (),
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
            await uow.commit()
        return user

    async def has_users(self) -> bool:
        """Whether anybody can sign in yet."""
        async with self._reading() as uow:
            return await uow.people.count() > 0

    async def sign_in(self, login: str, password: str) -> str:
        """Sign in and return the browser's token, of which only the hash is stored.

        NotSignedIn with the same words for every reason. An attempt is counted before the password is looked
        at, so that guesses sent side by side count as well.
        """
        user = await self._count_attempt(normal_login(login))
        known = user.password_hash if user else await self._decoy_hash()
        fits = await self._hasher.verify(known, password)
        if user is None or not fits:
            raise NotSignedIn(REFUSED)
        async with self._units() as uow:
            token = self._let_in(uow, await uow.people.get(user.id))
            await uow.commit()
        return token

    async def change_password(self, login: str, present: str, new: str) -> str:
        """Give oneself a new password; the new token of this browser. All others have to sign in again.

        InvalidInput for a new one that can't be used, or a present one that is wrong: that counts as a failed
        sign-in: who sits at somebody's open browser mustn't guess. Conflict if it was changed meanwhile.
        """
        check_password(new)
        if new == present:
            raise InvalidInput("新密码和现在的一样，请换一个。")
        user = await self._count_attempt(normal_login(login))
        known = user.password_hash if user else await self._decoy_hash()
        if not await self._hasher.verify(known, present) or user is None:
            raise InvalidInput(REFUSED_CHANGE)
        hashed = await self._hasher.hash(new)
        async with self._units() as uow:
            user = await uow.people.by_login(user.login)
            if user is None or user.password_hash != known:
                raise Conflict("密码刚刚已经改过了，请用新密码重新登录。")
            user.password_hash = hashed
            await uow.people.end_sign_ins(user.id)
            token = self._let_in(uow, user)
            await uow.commit()
        log.info("%s: new password, by themselves", user.login)
        return token

    async def who(self, token: str) -> User:
        """Whose browser this is; NotSignedIn if nobody's (any more)."""
        async with self._reading() as uow:
            sign_in = await uow.people.sign_in(token_hash(token)) if token else None
            if sign_in is not None and sign_in.expires_at > self._clock.now():
                user = await _find(uow, sign_in.user_id)
                if user is not None and user.active:
                    return user
        raise NotSignedIn("请先登录。")

    async def sign_out(self, token: str) -> None:
        """Forget this browser."""
        async with self._units() as uow:
            await uow.people.end_sign_in(token_hash(token))
            await uow.commit()

    def _let_in(self, uow: UnitOfWork, user: User) -> str:
        """A new token for somebody who knew their password; the guesses before it are forgotten."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        user.failures, user.locked_until = 0, None
        uow.people.add_sign_in(SignIn(token_hash(token), user.id, now, now + SIGNED_IN_FOR))
        return token

    async def _count_attempt(self, login: str) -> User | None:
        """Count an attempt as a failure until it succeeds; None when this login can't be used now."""
        now = self._clock.now()
        async with self._counting, self._units() as uow:
            user = await uow.people.by_login(login)
            if user is None or not user.active or (user.locked_until and user.locked_until > now):
                return None
            if user.locked_until is not None:
                user.failures, user.locked_until = 0, None
            user.failures += 1
            if user.failures >= FAILURES_BEFORE_LOCK:
                user.locked_until = now + LOCKED_FOR
            await uow.commit()
        return user

    async def _decoy_hash(self) -> str:
        """A hash to verify against when there is no usable login, so that both take equally long."""
        if self._decoy is None:
            self._decoy = await self._hasher.hash(secrets.token_urlsafe())
        return self._decoy


async def _find(uow: UnitOfWork, user_id: str) -> User | None:
    try:
        return await uow.people.get(user_id)
    except NotFound:
        return None
