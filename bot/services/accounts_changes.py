"""What becomes of a login after it was made: role, department, positions, password, and its end."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Conflict, InvalidInput, NotFound
from bot.domain.people import TRUSTED, Deed, Role, User
from bot.domain.reasons import Reason
from bot.domain.task import Assignee
from bot.services import audit
from bot.services.accounts_checks import (
    Called,
    Offices,
    Passwords,
    check_password,
    checked_name,
    normal_login,
)
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

_NOTHING: Mapping[str, object] = {}

ONE_ADMIN_STAYS = "这是最后一位可用的管理员。请先添加或指定另一位管理员，再做这个改动。"


@dataclass(frozen=True)
class Person:
    """Somebody with a login, and the positions they hold (ids)."""

    user: User
    positions: frozenset[str]


class Staff:
    """Changes logins. Each change is logged with who made it (`by`: a login, or the terminal)."""

    def __init__(
        self, units: Units, hasher: Passwords, clock: Clock, offices: Offices, *, reading: Units | None = None
    ) -> None:
        self._units, self._hasher, self._clock = units, hasher, clock
        self._reading = reading or units
        self.offices = offices

    async def all(self) -> list[Person]:
        """Everybody, by login name."""
        async with self._reading() as uow:
            held: dict[str, set[str]] = {}
            for holding in await uow.people.holdings():
                held.setdefault(holding.user_id, set()).add(holding.position)
            return [Person(user, frozenset(held.get(user.id, ()))) for user in await uow.people.all()]

    async def get(self, user_id: str) -> Person:
        """One of them; NotFound."""
        async with self._reading() as uow:
            return Person(await uow.people.get(user_id), await uow.people.positions(user_id))

    async def find(self, login: str) -> Person:
        """One of them, by login name; NotFound."""
        async with self._reading() as uow:
            user = await uow.people.by_login(normal_login(login))
            if user is None:
                raise NotFound(f"没有登录名 {login}。")
            return Person(user, await uow.people.positions(user.id))

    async def change(
        self,
        user_id: str,
        *,
        name: str,
        role: Role,
        department: str | None,
        positions: Collection[str],
        by: str,
        called: Called | None = None,
        personal_data: bool | None = None,
    ) -> None:
        """Set all of these anew; without `called` or `personal_data` these stay.

        InvalidInput, NotFound; Conflict when no admin would be left, or the e-mail address is
        somebody else's.
        """
        name, called = checked_name(name), called.checked() if called else None
        self.offices.check(role, department, positions)
        if personal_data and role not in TRUSTED and role is not Role.ADMIN:
            raise InvalidInput("个人信息请求只能交给资深客服或主管办理；管理员本来就可以。")
        async with self._units() as uow:
            user = await self._held(uow, user_id, stays_admin=role is Role.ADMIN)
            before = _seen(user)
            user.department, user.role = department, role
            _call(user, name, called or Called.of(user))
            trusted = user.personal_data if personal_data is None else personal_data
            user.personal_data = trusted and role in TRUSTED
            had = await uow.people.positions(user_id)
            for position in had - set(positions):
                await uow.people.take(user_id, position)
            for position in sorted(set(positions) - had):
                await uow.people.give(user_id, position)
            if not user.may(Deed.TALK):
                await _free_conversations(uow, user_id, self._clock.now())
            after = _seen(user)
            changed = {key: after[key] for key in after if after[key] != before[key]}
            if had != set(positions):
                changed["positions"] = sorted(positions)
            await self._note(uow, by, "person_changed", user, changed)
            await uow.commit()
        log.info("%s: role %s, department %s, by %s", user.login, role, department or "none", by)

    async def deactivate(self, user_id: str, *, by: str) -> None:
        """Let nobody sign in so any more, at once; NotFound, Conflict when no admin would be left.

        What was theirs goes back to their colleagues: tasks to their role or department, conversations to the
        queue. Their name stays on what they did.
        """
        now = self._clock.now()
        async with self._units() as uow:
            user = await self._held(uow, user_id, stays_admin=False)
            user.active = False
            await uow.people.end_sign_ins(user_id)
            for task in await uow.tasks.of_person(user_id):
                if user.role is Role.DEPARTMENT and user.department:
                    task.assignee_kind, task.assignee = Assignee.DEPARTMENT, user.department
                else:
                    task.assignee_kind, task.assignee = Assignee.ROLE, user.role.value
            await uow.people.end_links(user_id)
            await _free_conversations(uow, user_id, now)
            await self._note(uow, by, "person_deactivated", user)
            await uow.commit()
        log.info("%s: deactivated, by %s", user.login, by)

    async def reactivate(self, user_id: str, *, by: str) -> None:
        """Let them sign in again; what they may do is as before. NotFound."""
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            user.active, user.failures, user.locked_until = True, 0, None
            await self._note(uow, by, "person_reactivated", user)
            await uow.commit()
        log.info("%s: active again, by %s", user.login, by)

    async def reset_password(self, user_id: str, password: str, *, by: str) -> None:
        """Give them a new password; they have to sign in with it everywhere. InvalidInput, NotFound."""
        check_password(password)
        hashed = await self._hasher.hash(password)
        async with self._units() as uow:
            user = await uow.people.get(user_id)
            user.password_hash, user.failures, user.locked_until = hashed, 0, None
            await uow.people.end_sign_ins(user_id)
            await self._note(uow, by, "password_reset", user)
            await uow.commit()
        log.info("%s: new password, by %s", user.login, by)

    async def _note(
        self, uow: UnitOfWork, by: str, deed: str, user: User, changed: Mapping[str, object] = _NOTHING
    ) -> None:
        """Into the audit log, by the id of who did it where they have a login."""
        person = await uow.people.by_login(by)
        actor = person.id if person else by
        await audit.record(uow, actor, deed, f"user:{user.login}", changed, now=self._clock.now())

    async def _held(self, uow: UnitOfWork, user_id: str, *, stays_admin: bool) -> User:
        """The login to change; Conflict if it is the last active admin's and stops being one.

        The admins are locked first, so that two who demote one another wait for each other.
        """
        admins = await uow.people.admins()
        user = await uow.people.get(user_id)
        if not stays_admin and [admin.id for admin in admins] == [user_id]:
            raise Conflict(ONE_ADMIN_STAYS)
        return user


def _call(user: User, name: str, called: Called) -> None:
    """Give a person their names; new ones are looked for in the cases there are."""
    known = (user.name, Called.of(user).staff_no, user.aliases)
    user.name, user.staff_no, user.aliases = name, called.staff_no, list(called.aliases)
    user.email = called.email
    if (user.name, user.staff_no, user.aliases) != known:
        user.named_until = ""


def _seen(user: User) -> dict[str, object]:
    """What of a person can be changed."""
    return {
        "name": user.name, "role": user.role.value, "department": user.department,
        "staff_no": user.staff_no, "aliases": list(user.aliases), "email": user.email,
        "personal_data": user.personal_data,
    }  # fmt: skip


async def _free_conversations(uow: UnitOfWork, user_id: str, now: datetime) -> None:
    """Put what they had claimed into the queue: its customers must not wait for somebody who can't answer."""
    for conversation in await uow.conversations.of_agent(user_id):
        conversation.to_queue(now, Reason.AGENT_GONE)
        uow.changed(conversation.id)
