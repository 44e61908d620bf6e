"""Tokens for other programs: made by an admin, shown once, each acting in the name of a service user."""

import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from bot.domain.api_token import LONGEST, PREFIX, SCOPES, ApiToken, Scope
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, UnknownToken
from bot.domain.people import Role, User
from bot.services import audit
from bot.services.accounts_checks import checked_name
from bot.services.ids import new_id
from bot.services.one_time import token_hash
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

ROLES = (Role.AGENT, Role.SENIOR, Role.SUPERVISOR)  # an admin's deeds are no program's
NO_PASSWORD = "!"  # noqa: S105 -- fits no password: nobody signs in as a service user
_NOTED_EVERY = timedelta(minutes=1)  # so that reading costs no writing


@dataclass(frozen=True)
class Caller:
    """A program that asks: its token, and the service user in whose name it acts."""

    token: ApiToken
    user: User

    def needs(self, scope: Scope) -> None:
        """NotAllowed unless the token may be used for that."""
        if scope.value not in self.token.scopes:
            raise NotAllowed(f"这个令牌没有 {scope.value}（{SCOPES[scope]}）的权限。")

    @property
    def sees_personal(self) -> bool:
        """Whether it is shown names, phones and texts as they are."""
        return Scope.PERSONAL_READ.value in self.token.scopes


class Made(NamedTuple):
    """A new token, with what is shown once and never again."""

    shown: str
    token: ApiToken


class Tokens:
    """Makes, checks and revokes tokens; `reading` are units that only read."""

    def __init__(self, units: Units, reading: Units, clock: Clock) -> None:
        self._units, self._reading, self._clock = units, reading, clock

    async def make(
        self, name: str, role: Role, scopes: Collection[str], days: int, by: User, user_id: str | None = None
    ) -> Made:
        """A new token, for a new service user of this name and role or for one (`user_id`) that has tokens.

        InvalidInput, NotFound.
        """
        _check(role, scopes, days)
        name, now, shown = checked_name(name), self._clock.now(), PREFIX + secrets.token_urlsafe(32)
        async with self._units() as uow:
            user = await _service_user(uow, user_id) if user_id else None
            if user is None:
                new = new_id(now)
                user = User(new, f"api-{new[-10:]}", name, role, NO_PASSWORD, now)
                uow.people.add(user)
                await uow.flush()
            token = ApiToken(
                new_id(now), user.id, name, token_hash(shown), now, by.id, now + timedelta(days=days),
                sorted(scopes),
            )  # fmt: skip
            uow.api_tokens.add(token)
            told = {"token": name, "scopes": token.scopes, "until": token.expires_at.isoformat()}
            await audit.record(uow, by.id, "token_made", f"user:{user.login}", told, now=now)
            await uow.commit()
        log.info("%s: new API token %s for %s", by.login, token.id, user.login)
        return Made(shown, token)

    async def all(self) -> list[tuple[ApiToken, User]]:
        """Every token with its service user, newest first."""
        async with self._reading() as uow:
            return [(token, await uow.people.get(token.user_id)) for token in await uow.api_tokens.all()]

    async def revoke(self, id: str, by: User) -> None:
        """From now on it lets nobody in; NotFound."""
        now = self._clock.now()
        async with self._units() as uow:
            token = await uow.api_tokens.get(id)
            token.revoked_at = token.revoked_at or now
            user = await uow.people.get(token.user_id)
            await audit.record(
                uow, by.id, "token_revoked", f"user:{user.login}", {"token": token.name}, now=now
            )
            await uow.commit()
        log.info("%s: revoked API token %s", by.login, id)

    async def who(self, shown: str) -> Caller:
        """Whose token this is; UnknownToken for every reason why it lets nobody in."""
        now = self._clock.now()
        async with self._reading() as uow:
            token = await uow.api_tokens.by_hash(token_hash(shown)) if shown.startswith(PREFIX) else None
            user = await uow.people.get(token.user_id) if token and token.works(now) else None
        if token is None or user is None or not user.active:
            raise UnknownToken("接口令牌不对、已过期或已撤销。")
        if token.last_used_at is None or token.last_used_at < now - _NOTED_EVERY:
            async with self._units() as uow:
                await uow.api_tokens.note_used(token.id, now, now - _NOTED_EVERY)
                await uow.commit()
        return Caller(token, user)


async def _service_user(uow: UnitOfWork, user_id: str) -> User:
    """One that has a token already: a token never acts in the name of somebody who signs in."""
    if all(token.user_id != user_id for token in await uow.api_tokens.all()):
        raise NotFound("没有这个接口用户。")
    return await uow.people.get(user_id)


def _check(role: Role, scopes: Collection[str], days: int) -> None:
    if role not in ROLES:
        raise InvalidInput("接口用户的角色只能是客服、资深客服或主管。")
    if not scopes or not set(scopes) <= set(Scope):
        raise InvalidInput("请至少选择一项权限。")
    if not 1 <= days <= LONGEST.days:
        raise InvalidInput(f"有效期应为 1 到 {LONGEST.days} 天。")
