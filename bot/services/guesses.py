"""Guesses at a password or a code: counted before anything is compared, and stopped after a few."""

import asyncio
import secrets
from datetime import timedelta

from bot.domain.errors import InvalidInput
from bot.domain.people import User
from bot.services.accounts_checks import Passwords
from bot.services.ports import Clock, Units

FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
REFUSED_CHANGE = "现在的密码不对。连续输错 5 次，这个登录名会锁定 15 分钟。"


class Guesses:
    """Counts the attempts at a login, and locks it for a while."""

    def __init__(self, units: Units, hasher: Passwords, clock: Clock) -> None:
        self._units, self._hasher, self._clock = units, hasher, clock
        self._decoy: str | None = None
        self._counting = asyncio.Lock()

    async def count(self, login: str) -> User | None:
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

    async def try_out(self, login: str, password: str) -> User | None:
        """Whose password this is; None also for a locked or unknown login, which takes equally long."""
        user = await self.count(login)
        known = user.password_hash if user else await self._decoy_hash()
        return user if await self._hasher.verify(known, password) else None

    async def confirm(self, login: str, password: str) -> str:
        """The hash that the right password of somebody who is signed in fits; InvalidInput, which counts.

        The right one takes back its own attempt, and forgets no other.
        """
        user = await self.try_out(login, password)
        if user is None:
            raise InvalidInput(REFUSED_CHANGE)
        async with self._units() as uow:
            found = await uow.people.get(user.id)
            found.failures, found.locked_until = max(0, found.failures - 1), None
            await uow.commit()
        return user.password_hash

    async def _decoy_hash(self) -> str:
        """A hash to verify against when there is no usable login."""
        if self._decoy is None:
            self._decoy = await self._hasher.hash(secrets.token_urlsafe())
        return self._decoy
