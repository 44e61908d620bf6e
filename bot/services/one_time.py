"""One-time links: an invitation to make oneself a login, or a way to a new password. They last three days."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from bot.domain.errors import Conflict, NotFound
from bot.domain.people import Link, LinkKind, Role, User
from bot.services import audit
from bot.services.accounts_checks import Offices, Passwords, check_password, checked_login, checked_name
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units

LASTS = timedelta(days=3)


def token_hash(token: str) -> str:
    """What is stored of a random token: reading the database gives nobody a way in."""
    return hashlib.sha256(token.encode()).hexdigest()


class Links:
    """Makes links (admins) and lets them be used once, by whoever has them."""

    def __init__(
        self, units: Units, hasher: Passwords, clock: Clock, offices: Offices, *, reading: Units | None = None
    ) -> None:
        self._units, self._hasher, self._clock, self._offices = units, hasher, clock, offices
        self._reading = reading or units

    async def invite(
        self,
        login: str,
        role: Role,
        by: User,
        *,
        department: str | None = None,
        positions: Collection[str] = (),
    ) -> str:
        """The token of an invitation to a new login; an older one to the same login is taken back.

        InvalidInput, Conflict when the login is taken.
        """
        login, now = checked_login(login), self._clock.now()
        self._offices.check(role, department, positions)
        async with self._units() as uow:
            if await uow.people.by_login(login) is not None:
                raise Conflict(f"登录名 {login} 已经有人用了，请换一个。")
            for link in await uow.people.links():
                if link.kind is LinkKind.INVITATION and link.login == login:
                    await uow.people.end_link(link.token_hash)
            token = secrets.token_urlsafe(32)
            uow.people.add_link(
                Link(
                    token_hash(token), LinkKind.INVITATION, now, by.id, now + LASTS, login, role,
                    department=department, positions=sorted(positions),
                )
            )  # fmt: skip
            await audit.record(uow, by.id, "invited", f"user:{login}", {"role": role.value}, now=now)
            await uow.commit()
        return token

    async def reset(self, user_id: str, by: User) -> str:
        """The token with which a person sets a new password; an older one ends. NotFound, Conflict."""
        now = self._clock.now()
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            if not user.active:
                raise Conflict("这个登录名已停用，请先恢复。")
            await uow.people.end_links(user_id)
            token = secrets.token_urlsafe(32)
            hashed = token_hash(token)
            uow.people.add_link(
                Link(hashed, LinkKind.RESET, now, by.id, now + LASTS, user.login, user.role, user.id)
            )
            await audit.record(uow, by.id, "reset_link_made", f"user:{user.login}", now=now)
            await uow.commit()
        return token

    async def look(self, token: str) -> Link:
        """What a link is for; NotFound once it was used, was taken back or is too old."""
        async with self._reading() as uow:
            return await self._valid(uow, token)

    async def use(self, token: str, name: str, password: str) -> None:
        """Make the login, or set the password, and use the link up. NotFound, InvalidInput, Conflict.

        A new password ends all sign-ins; the second factor stays.
        """
        link, now = await self.look(token), self._clock.now()
        check_password(password)
        name = checked_name(name) if link.kind is LinkKind.INVITATION else ""
        hashed = await self._hasher.hash(password)
        async with self._units() as uow:
            link = await self._valid(uow, token)
            await uow.people.end_link(link.token_hash)
            if link.kind is LinkKind.INVITATION:
                user = await self._join(uow, link, name, hashed)
            else:
                user = await uow.people.get(link.user_id or "")
                user.password_hash, user.failures, user.locked_until = hashed, 0, None
                await uow.people.end_sign_ins(user.id)
            deed = "person_added" if link.kind is LinkKind.INVITATION else "password_reset"
            await audit.record(uow, user.id, deed, f"user:{user.login}", {"by": "link"}, now=now)
            await uow.commit()

    async def open(self) -> list[Link]:
        """The links that can still be used, the newest first."""
        async with self._reading() as uow:
            return [link for link in await uow.people.links() if link.expires_at > self._clock.now()]

    async def take_back(self, link_id: str, by: User) -> None:
        """Nobody can use this link any more; NotFound."""
        async with self._units() as uow:
            link = next((one for one in await uow.people.links() if one.id == link_id), None)
            if link is None:
                raise NotFound("没有这个链接，可能已经用过或撤回了。")
            await uow.people.end_link(link.token_hash)
            now = self._clock.now()
            await audit.record(uow, by.id, "invitation_revoked", f"user:{link.login}", now=now)
            await uow.commit()

    async def _valid(self, uow: UnitOfWork, token: str) -> Link:
        link = await uow.people.link(token_hash(token))
        if link is None or link.expires_at <= self._clock.now():
            raise NotFound("这个链接已经用过、撤回或过期了，请联系管理员重新发一个。")
        return link

    async def _join(self, uow: UnitOfWork, link: Link, name: str, hashed: str) -> User:
        if await uow.people.by_login(link.login) is not None:
            raise Conflict(f"登录名 {link.login} 已经有人用了，请联系管理员。")
        now = self._clock.now()
        user = User(new_id(now), link.login, name, link.role, hashed, now, department=link.department)
        uow.people.add(user)
        await uow.flush()
        for position in link.positions:
            await uow.people.give(user.id, position)
        return user
