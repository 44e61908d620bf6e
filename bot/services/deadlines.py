"""The clock of promised days and tasks: warned before, marked when broken, each once."""

import asyncio
from contextlib import suppress
from datetime import datetime

from bot.domain.case import Case
from bot.domain.errors import Conflict
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.warning import FURTHEST, warn_at
from bot.domain.workdays import SHANGHAI, Calendar
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units, Watched
from bot.services.steps import OPEN_ONLY
from bot.services.turn import record
from bot.services.words import Words

_REMEMBERED = 50_000  # warning times; working days are not counted anew each round
ABOUT = "about"  # the payload's key for the task that an alert is about


class Watch:
    """Looks at everything with a deadline, again and again; each change is a transaction of its own."""

    def __init__(self, units: Units, reading: Units, words: Words, clock: Clock) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self._known: dict[tuple[datetime, datetime], datetime] = {}
        self._calendar: Calendar | None = None

    async def look(self) -> int:
        """Warn of what will be due soon and mark what is broken; how many there were."""
        now = self._clock.now()
        async with self._reading() as uow:
            tasks = await uow.tasks.watched(now + FURTHEST)
            cases = await uow.cases.watched(now + FURTHEST)
        changed = 0
        for task_id in await asyncio.to_thread(self._in_time, tasks, now):
            changed += await self._on_task(task_id, now)
        for case_id in await asyncio.to_thread(self._in_time, cases, now):
            changed += await self._on_case(case_id, now)
        return changed

    def _in_time(self, watched: list[Watched], now: datetime) -> list[str]:
        """Those of which somebody is to hear now: working days are counted beside the desk's loop."""
        return [one.id for one in watched if self._is_time(one, now)]

    def _is_time(self, watched: Watched, now: datetime) -> bool:
        if watched.due_at <= now:
            return True
        return not watched.is_warned and self._warn_at(watched.began_at, watched.due_at) <= now

    def _warn_at(self, began_at: datetime, due_at: datetime) -> datetime:
        if self._calendar is not self._words.calendar or len(self._known) > _REMEMBERED:
            self._calendar, self._known = self._words.calendar, {}
        times = (began_at, due_at)
        if times not in self._known:
            hours = self._words.company.working_hours
            self._known[times] = warn_at(began_at, due_at, self._words.calendar, hours)
        return self._known[times]

    async def _on_task(self, task_id: str, now: datetime) -> bool:
        with suppress(Conflict):  # somebody decides it at this moment; the next round looks again
            async with self._units() as uow:
                task = await uow.tasks.get(task_id)
                case = await uow.cases.get(task.case_id) if task.case_id else None
                if task.state is not TaskState.OPEN or task.due_at is None or task.broken_at is not None:
                    return False
                if task.due_at <= now:
                    task.broken_at = now
                    await _task_broken(uow, task, case, now)
                elif task.warned_at is None:
                    task.warned_at = now
                    await _note(uow, case, "task_warned", now, task=task.title, due=task.due_at.isoformat())
                await uow.commit()
            return True
        return False

    async def _on_case(self, case_id: str, now: datetime) -> bool:
        with suppress(Conflict):
            async with self._units() as uow:
                case = await uow.cases.get(case_id)
                if not case.is_open or case.due_at is None or case.broken_at or case.paused_since:
                    return False
                if case.due_at <= now:
                    case.broken_at = now
                    await _note(uow, case, "due_broken", now, due=case.due_at.isoformat())
                    title = f"{case.number} 没有在答应顾客的{_day(case.due_at)}之前办结"
                    alert(uow, title, Assignee.ROLE, Role.SUPERVISOR, now, case)
                elif case.warned_at is None:
                    case.warned_at = now
                    await _note(uow, case, "due_warned", now, due=case.due_at.isoformat())
                    kind = Assignee.USER if case.handler_id else Assignee.ROLE
                    title = f"{case.number} 快到答应顾客的{_day(case.due_at)}了"
                    who = case.handler_id or Role.AGENT
                    alert(uow, title, kind, who, now, case, **{OPEN_ONLY: True})
                await uow.commit()
            return True
        return False


def alert(
    uow: UnitOfWork,
    title: str,
    kind: Assignee,
    assignee: str,
    now: datetime,
    case: Case | None,
    **payload: object,
) -> None:
    """Put something to look at into an inbox; it has no date, so that it is never overdue itself."""
    uow.tasks.add(
        Task(
            id=new_id(now),
            kind=TaskKind.ALERT,
            title=title,
            assignee_kind=kind,
            assignee=str(assignee),
            created_at=now,
            created_by="desk",
            case_id=case.id if case else None,
            payload=dict(payload),
        )
    )


async def _task_broken(uow: UnitOfWork, task: Task, case: Case | None, now: datetime) -> None:
    kind = "promise_broken" if task.kind is TaskKind.PROMISE else "task_broken"
    due = task.due_at.isoformat() if task.due_at else ""
    await _note(uow, case, kind, now, task=task.title, due=due)
    alert(uow, f"超过期限：{task.title}", Assignee.ROLE, Role.SUPERVISOR, now, case, **{ABOUT: task.id})


async def _note(uow: UnitOfWork, case: Case | None, kind: str, now: datetime, **values: object) -> None:
    if case is not None:
        await record(uow, case, kind, "desk", now, **values)


def _day(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"
