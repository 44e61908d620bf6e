"""Signing in with another system's word (OpenID Connect): whose login at the desk is meant by it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.people import Role, User
from bot.services import audit
from bot.services.accounts_checks import LONGEST_NAME, checked_login, normal_login
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

NO_PASSWORD = "!"  # noqa: S105 -- the hash of no password: they sign in elsewhere
_NOBODY = "没有与这个账号对应的登录名。请联系管理员添加，或者用登录名和密码登录。"


@dataclass(frozen=True)
class Claims:
    """What the other system vouches for: `email` if it verified it, `login` if settings trust that."""

    subject: str
    login: str | None = None
    email: str | None = None
    name: str | None = None


class Provider(Protocol):
    """The other system."""

    async def start(self, back: str) -> tuple[str, Mapping[str, str]]:
        """Where to send the browser, and what it must bring back with it to `back`."""

    async def finish(self, query: str, back: str, kept: Mapping[str, str]) -> Claims:
        """What it vouches for; NotSignedIn if anything about it is wrong."""


class SingleSignOn:
    """Finds the login of who comes from the provider; `create`: who has none becomes an agent."""

    def __init__(
        self, units: Units, provider: Provider, clock: Clock, *, title: str, create: bool = False
    ) -> None:
        self._units, self.provider, self._clock = units, provider, clock
        self.title, self._create = title, create

    async def enter(self, claims: Claims) -> User:
        """Whose login it is; from the first time on by the subject alone, which never changes hands.

        NotAllowed if there is none, or it was deactivated.
        """
        async with self._units() as uow:
            user = await self._find(uow, claims) or await self._made(uow, claims)
            if user is None or not user.active:
                raise NotAllowed(_NOBODY)
            if user.subject is None:
                user.subject = claims.subject
                log.info("%s: signs in through the provider from now on", user.login)
            await uow.commit()
        return user

    async def _find(self, uow: UnitOfWork, claims: Claims) -> User | None:
        user = await uow.people.by_subject(claims.subject)
        if user is None and claims.email:
            user = await uow.people.by_email(claims.email.casefold())
        if user is None and claims.login:
            user = await uow.people.by_login(normal_login(claims.login))
        if user is not None and user.subject not in (None, claims.subject):
            raise NotAllowed(_NOBODY)  # somebody else there has the name or address that was theirs
        return user

    async def _made(self, uow: UnitOfWork, claims: Claims) -> User | None:
        wanted = claims.login or claims.email
        if not self._create or not wanted:
            return None
        try:
            login = checked_login(wanted)
        except InvalidInput:
            return None
        if await uow.people.by_login(login) is not None:
            raise NotAllowed(_NOBODY)  # a login that settings don't let this claim decide about
        now, name = self._clock.now(), (claims.name or login).strip()[:LONGEST_NAME] or login
        user = User(new_id(now), login, name, Role.AGENT, NO_PASSWORD, now, email=claims.email)
        uow.people.add(user)
        await audit.record(uow, user.id, "person_added", f"user:{login}", {"by": "single sign-on"}, now=now)
        return user
