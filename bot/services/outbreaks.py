"""Outbreaks: one batch, order, building, route or shop across customers becomes one alert."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseState
from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, NotAllowed, NotFound
from bot.domain.handbook.severity import OutbreakRule
from bot.domain.people import Deed, Role, User
from bot.domain.task import Assignee, Decision, Task, TaskKind, TaskState
from bot.domain.things import TITLES, Cluster, of_case
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

_KEY = 40  # characters of a cluster's key that stand in the id of its alert
_COMPARED = 3  # cases looked at to find what they have in common
PAYLOAD = "outbreak"  # the payload's key in these alerts


class Outbreaks:
    """Raises alerts, and joins cases under a parent case when a supervisor says so."""

    def __init__(self, units: Units, words: Words, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._reading = reading or units

    async def look(self) -> int:
        """Look for outbreaks; how many alerts are new or name more cases than before.

        One thing has one open alert. Once a supervisor has decided it, only the complaints that came since
        count for another.
        """
        now, raised = self._clock.now(), 0
        for rule in self._words.handbook.scheme.outbreaks:
            since = now - timedelta(days=rule.days)
            async with self._reading() as uow:
                clusters = await uow.judgements.clusters(rule.kinds, rule.labels, since, rule.people)
            for found in clusters:
                with suppress(Conflict):  # somebody looked at the same moment; the next round sees the rest
                    raised += await self._see_to(rule, found, since, now)
        return raised

    async def _see_to(self, rule: OutbreakRule, found: Cluster, since: datetime, now: datetime) -> bool:
        """One transaction a thing: customers needn't wait long for the database."""
        async with self._units() as uow:
            is_new = await self._alert(uow, rule, found, since, now)
            await uow.commit()
        return is_new

    async def accept(self, task_id: str, user: User, parent_id: str | None = None, note: str = "") -> Case:
        """Join the cases of an alert under the proposed parent case, or another one of them; the parent.

        Each case goes on by itself; that it belongs together is in every history. Raises NotAllowed,
        InvalidInput for a parent that the alert doesn't name, Conflict when it was decided before.
        """
        _may(user)
        now = self._clock.now()
        async with self._units() as uow:
            task = await self._get(uow, task_id)
            parent = await _join_all(uow, task, user, now, parent_id)
            task.decide(TaskState.DONE, user.id, now, note)
            await uow.commit()
        return parent

    async def refuse(self, task_id: str, user: User, note: str) -> None:
        """These cases don't belong together; InvalidInput without a reason."""
        _may(user)
        if not note.strip():
            raise InvalidInput("请写明为什么不是同一起。")
        async with self._units() as uow:
            task = await self._get(uow, task_id)
            task.decide(TaskState.REFUSED, user.id, self._clock.now(), note.strip())
            await uow.commit()

    async def leave(self, case_id: str, user: User, reason: str) -> None:
        """Take a case out from under its parent; ForbiddenMove when it has none."""
        if not user.may(Deed.EASE):
            raise NotAllowed("您不能把投诉移出同类事件。")
        now = self._clock.now()
        async with self._units() as uow:
            case = await uow.cases.get(case_id)
            if case.parent_id is None:
                raise ForbiddenMove(f"{case.number} 不属于任何同类事件。")
            parent, case.parent_id = await uow.cases.get(case.parent_id), None
            await record(
                uow, case, "parent_changed", user.id, now,
                before={"parent": parent.number}, after={"parent": None}, reason=reason,
            )  # fmt: skip
            await record(uow, parent, "child_left", user.id, now, left=case.number, reason=reason)
            await uow.commit()

    async def _alert(
        self, uow: UnitOfWork, rule: OutbreakRule, found: Cluster, since: datetime, now: datetime
    ) -> bool:
        for task_id in found.alerts:
            task = await uow.tasks.get(task_id)
            if task.state is TaskState.OPEN:
                await self._add(uow, task, found)
                return True
        if await uow.judgements.people_of(found, since, rule.labels) < rule.people:
            return False
        await self._raise(uow, rule, found, now)
        return True

    async def _raise(self, uow: UnitOfWork, rule: OutbreakRule, found: Cluster, now: datetime) -> None:
        """A new alert. Its id follows from the thing, so that two desks can't raise the same one twice."""
        task = Task(
            id=f"outbreak-{found.key[:_KEY]}-{len(found.alerts) + 1}",
            kind=TaskKind.ALERT,
            title="",
            assignee_kind=Assignee.ROLE,
            assignee=Role.SUPERVISOR.value,
            created_at=now,
            created_by="desk",
            payload={
                PAYLOAD: rule.id,
                "thing": await self._thing(uow, found),
                "days": rule.days,
                "cases": [],
                "parent": found.cases[0],
            },
        )
        uow.tasks.add(task)
        await self._add(uow, task, found)

    async def _add(self, uow: UnitOfWork, task: Task, found: Cluster) -> None:
        """Name the cases that the alert doesn't name yet, and say the number of people."""
        cases = dict.fromkeys([*task.payload["cases"], *found.cases])
        task.payload = {**task.payload, "cases": list(cases), "people": found.people}
        thing, days = task.payload["thing"], task.payload["days"]
        task.title = f"{thing}：{days}天内有{found.people}位顾客投诉，可能是同一起事件"
        await uow.judgements.mark(found, task.id)

    async def _thing(self, uow: UnitOfWork, found: Cluster) -> str:
        """The thing's name in words: the database knows only its hash, the cases have it in common."""
        handbook, common = self._words.handbook, None
        for case_id in found.cases[:_COMPARED]:
            about = of_case(await uow.cases.get(case_id), handbook.fields, handbook.scheme.vague)
            values = {thing.value for thing in about if thing.kind is found.kind}
            common = values if common is None else common & values
        return f"{TITLES[found.kind]} {'、'.join(sorted(common or ()))}".strip()

    async def _get(self, uow: UnitOfWork, task_id: str) -> Task:
        task = await uow.tasks.get(task_id)
        if PAYLOAD not in task.payload:
            raise NotFound("这不是同类事件的提醒。")
        return task


async def alert_decided(uow: UnitOfWork, _words: Words, decision: Decision) -> None:
    """A supervisor has decided an alert in the inbox: yes joins its cases. The caller commits."""
    if PAYLOAD in decision.task.payload and decision.approved:
        _may(decision.by)
        await _join_all(uow, decision.task, decision.by, decision.at)


async def _join_all(
    uow: UnitOfWork, task: Task, user: User, now: datetime, parent_id: str | None = None
) -> Case:
    parent = await _parent(uow, task, parent_id)
    joined = []
    for case_id in task.payload["cases"]:
        case = await uow.cases.get(case_id)
        if case.id != parent.id and case.state is not CaseState.MERGED:
            await _join(uow, case, parent, user, now)
            joined.append(case.number)
    await record(uow, parent, "children_joined", user.id, now, cases=joined, task=task.id)
    return parent


async def _parent(uow: UnitOfWork, task: Task, parent_id: str | None) -> Case:
    """The case named, or the first that can be a parent: not merged, and under no other."""
    wanted: Sequence[str] = [parent_id] if parent_id else [task.payload["parent"], *task.payload["cases"]]
    if parent_id is not None and parent_id not in task.payload["cases"]:
        raise InvalidInput("主投诉要从提醒列出的投诉里选。")
    for case_id in wanted:
        case = await uow.cases.get(case_id)
        if case.state is not CaseState.MERGED and case.parent_id is None:
            return case
    raise ForbiddenMove("提醒里的投诉都已并入别处或属于别的事件，没有可作主投诉的。")


async def _join(uow: UnitOfWork, case: Case, parent: Case, user: User, now: datetime) -> None:
    earlier = await uow.cases.get(case.parent_id) if case.parent_id else None
    case.parent_id = parent.id
    await record(
        uow, case, "parent_changed", user.id, now,
        before={"parent": earlier.number if earlier else None}, after={"parent": parent.number},
    )  # fmt: skip


def _may(user: User) -> None:
    if not user.may(Deed.OVERSEE):
        raise NotAllowed("同类事件由主管确认。")
