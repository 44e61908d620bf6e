"""回避: whoever a complaint is about can't open, see or find it. Here it is decided, and nowhere else.

Rows say who keeps out of which case (`Avoidance`). They are made with the commit that writes a case's words
(bot/adapters/database/unit_of_work.py calls `settle`), and by `look_through` for people who are new or have
new names. Lists, searches and counts leave out what `hidden` names; whatever opens one case or conversation
asks `keep_out` first, and answers as if there were none.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.avoidance import ToPlain, names
from bot.domain.case import Case
from bot.domain.errors import InvalidInput, NotAllowed, NotFound
from bot.domain.people import Avoidance, Avoiding, Deed, Role, User
from bot.domain.task import Assignee, Task, TaskKind
from bot.services import audit
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units

log = logging.getLogger(__name__)

PAYLOAD = "avoidance"  # in a task: who keeps out
_AT_ONCE = 500  # cases looked through in one transaction
_NO_CASE, _NO_CONVERSATION = "没有这件投诉。", "没有找到这个会话。"


@dataclass(frozen=True)
class Hidden:
    """What one person is to know nothing of, by ids."""

    cases: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()


async def hidden(uow: UnitOfWork, user_id: str) -> Hidden:
    """What to leave out of everything that this person is shown, told or counted."""
    rows = await uow.avoidances.of_user(user_id)
    return Hidden(frozenset(row.case_id for row in rows), frozenset(row.conversation_id for row in rows))


async def kept_out(uow: UnitOfWork, conversation_id: str) -> frozenset[str]:
    """The ids of the people whom this conversation is never assigned to."""
    rows = await uow.avoidances.of_conversation(conversation_id)
    return frozenset(row.user_id for row in rows if row.how is not Avoiding.CLEARED)


async def keep_out(
    uow: UnitOfWork, user_id: str, *, case_id: str | None = None, conversation_id: str | None = None
) -> None:
    """NotFound if this person is to know nothing of that case or conversation."""
    found = await hidden(uow, user_id)
    if case_id is not None and case_id in found.cases:
        raise NotFound(_NO_CASE)
    if conversation_id is not None and conversation_id in found.conversations:
        raise NotFound(_NO_CONVERSATION)


async def settle(uow: UnitOfWork, cases: Collection[Case], plain: ToPlain) -> None:
    """Keep everybody out of these cases whom their words mean. The caller commits."""
    if not cases:
        return
    people = await uow.people.all()
    for case in cases:
        for user in people:
            if names(case, user, plain) is not None:
                await _put(
                    uow, people, user, case, Avoidance(user.id, case.id, "", Avoiding.NAMED, case.heard_at)
                )


async def look_through(units: Units, plain: ToPlain, clock: Clock, *, most: int = 1_000_000) -> int:
    """Look for new people and new names in the cases there are; how many cases were looked at."""
    looked = 0
    while looked < most:
        async with units() as uow:
            user = next(iter(await uow.avoidances.unfinished()), None)
            if user is None:
                return looked
            cases = await uow.avoidances.older_cases(user.named_until or "", _AT_ONCE)
            people = await uow.people.all()
            for case in cases:
                if names(case, user, plain) is not None:
                    row = Avoidance(user.id, case.id, "", Avoiding.NAMED, clock.now())
                    await _put(uow, people, user, case, row)
            user.named_until = cases[-1].id if len(cases) == _AT_ONCE else None
            looked += max(len(cases), 1)
            await uow.commit()
    return looked


class Avoiders:
    """Supervisors keep somebody out of a case by hand, or clear who is wrongly kept out."""

    def __init__(self, units: Units, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._clock, self._reading = units, clock, reading or units

    async def check(
        self, user: User, *, case_id: str | None = None, conversation_id: str | None = None,
        file_id: str | None = None, task_id: str | None = None,
    ) -> None:  # fmt: skip
        """NotFound if this person is to know nothing of it."""
        async with self._reading() as uow:
            found = await hidden(uow, user.id)
            if not found.cases:
                return
            if file_id is not None:
                for file in await uow.attachments.named([file_id]):
                    conversation_id, case_id = file.conversation_id, file.case_id
            if task_id is not None:
                case_id = (await uow.tasks.get(task_id)).case_id
            await keep_out(uow, user.id, case_id=case_id, conversation_id=conversation_id)

    async def hidden(self, user: User) -> Hidden:
        """What to leave out of everything that this person is shown, told or counted."""
        async with self._reading() as uow:
            return await hidden(uow, user.id)

    async def of_case(self, case_id: str) -> list[tuple[User, Avoidance]]:
        """Who keeps out of a case or was cleared for it."""
        async with self._reading() as uow:
            people = {user.id: user for user in await uow.people.all()}
            return [(people[row.user_id], row) for row in await uow.avoidances.of_case(case_id)]

    async def set(self, case_id: str, login: str, by: User, reason: str, *, avoids: bool) -> None:
        """Keep a person out of a case, or let them in. NotAllowed, NotFound, InvalidInput without why."""
        if not by.may(Deed.OVERSEE):
            raise NotAllowed("回避由主管或管理员决定。")
        if not reason.strip():
            raise InvalidInput("请写明回避或解除回避的原因。")
        now = self._clock.now()
        async with self._units() as uow:
            user = await uow.people.by_login(login)
            if user is None:
                raise NotFound(f"没有登录名 {login}。")
            if user.id == by.id and not avoids:
                raise NotAllowed("不能解除自己的回避。")
            how = Avoiding.BY_HAND if avoids else Avoiding.CLEARED
            case = await uow.cases.get(case_id)
            row = Avoidance(user.id, case.id, case.conversation_id, how, now, by.id, reason.strip())
            known = await uow.avoidances.find(user.id, case.id)
            if known is not None:
                known.how, known.at, known.by, known.reason = how, now, by.id, reason.strip()
            if avoids:
                await _put(uow, await uow.people.all(), user, case, row, known=known)
            elif known is not None:
                await _write_down(uow, "avoidance_cleared", user, case, known)
            await uow.commit()


async def _put(
    uow: UnitOfWork, people: Collection[User], user: User, case: Case, row: Avoidance,
    *, known: Avoidance | None = None,
) -> None:  # fmt: skip
    """Keep them out, unless that is known already or a supervisor said otherwise; give away what they had."""
    row.conversation_id = case.conversation_id
    if known is None:
        if await uow.avoidances.find(user.id, case.id) is not None:
            return
        uow.avoidances.add(row)
    await uow.flush()
    await _give_away(uow, user, case, row.at)
    await _write_down(uow, "avoidance_set", user, case, row)
    if case.is_open or case.is_draft:
        uow.tasks.add(await _task(uow, people, user, case, row.at))
    log.info("%s keeps out of case %s", user.login, case.number or case.id)


async def _give_away(uow: UnitOfWork, user: User, case: Case, now: datetime) -> None:
    """Their colleagues go on: the case has no handler, its conversation waits, their tasks are a role's."""
    if case.handler_id == user.id:
        case.handler_id = None
    for task in await uow.tasks.of_person(user.id):
        if task.case_id == case.id:
            task.assignee_kind, task.assignee = Assignee.ROLE, Role.SUPERVISOR.value
    for conversation in await uow.conversations.of_agent(user.id):
        if conversation.id == case.conversation_id:
            conversation.to_queue(now)
            uow.changed(conversation.id)


async def _task(uow: UnitOfWork, people: Iterable[User], user: User, case: Case, now: datetime) -> Task:
    """For a supervisor; when all of them are meant themselves, for an admin."""
    out = {row.user_id for row in await uow.avoidances.of_case(case.id) if row.how is not Avoiding.CLEARED}
    left = {one.role for one in people if one.active and one.id not in out}
    role = Role.SUPERVISOR if Role.SUPERVISOR in left else Role.ADMIN
    return Task(
        id=new_id(now),
        kind=TaskKind.ALERT,
        title=f"回避：这件投诉提到 {user.name}，请安排其他同事处理",
        assignee_kind=Assignee.ROLE,
        assignee=role.value,
        created_at=now,
        created_by="desk",
        case_id=case.id,
        payload={PAYLOAD: user.id},
    )


async def _write_down(uow: UnitOfWork, deed: str, user: User, case: Case, row: Avoidance) -> None:
    details = {"person": user.login, "how": row.how.value, **({"reason": row.reason} if row.reason else {})}
    await audit.record(uow, row.by, deed, audit.case_object(case), details, now=row.at)
