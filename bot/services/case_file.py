"""Everything about one case, for the people who handle it. Reads only."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain import judgement, risk
from bot.domain.attachment import Attachment
from bot.domain.case import Case, CaseEvent, CaseState
from bot.domain.deadlines import workdays_between
from bot.domain.followup import Visit
from bot.domain.handbook.severity import TITLES as FLAGS
from bot.domain.handbook.severity import Priority
from bot.domain.people import Deed, User
from bot.domain.process import Mover, course
from bot.domain.reading import Risk
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.services import steps
from bot.services.avoidance import hidden, keep_out
from bot.services.chronicle import PRIORITIES, WAITS, Chronicle, Happened
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.risks import NOTED
from bot.services.words import Words


@dataclass(frozen=True)
class Deadline:
    """A day that counts, and the working days until it, or since when it is `late`."""

    title: str
    due_at: datetime
    workdays: int
    state: Literal["ok", "warned", "late"]


@dataclass(frozen=True)
class Levels:
    """The verdict with its reasons in words, what is known of the case, and what a person has fixed."""

    severity: str
    heat: str
    priority: str
    reasons: tuple[str, ...]
    flags: frozenset[str]
    known: tuple[str, ...]
    people: int
    fixed: Mapping[str, str]


@dataclass(frozen=True)
class Duty:
    """Something to do on the case, with who does it in words; of a promise, who gave it."""

    task: Task
    whose: str
    late: bool
    promised_by: str | None


@dataclass(frozen=True)
class Related:
    """Another case that belongs to this one, and how."""

    how: str
    id: str
    number: str


@dataclass(frozen=True)
class CaseFile:
    """A case as its handlers see it; `may` names what this person can do with it beside its moves."""

    case: Case
    second_title: str | None
    handler: str | None
    waits_for: str | None
    deadlines: tuple[Deadline, ...]
    levels: Levels
    risks: tuple[str, ...]
    related: tuple[Related, ...]
    duties: tuple[Duty, ...]
    visits: tuple[Visit, ...]
    attachments: tuple[Attachment, ...]
    history: tuple[Happened, ...]
    may: frozenset[str]


class CaseFiles:
    """Looks cases up for who handles them; `titles` gives the Chinese title of a label or a case field."""

    def __init__(self, units: Units, words: Words, clock: Clock, titles: Callable[[str], str]) -> None:
        self._units, self._words, self._clock, self._titles = units, words, clock, titles

    async def of(self, case_id: str, user: User) -> CaseFile | None:
        """The whole case for those who handle cases; None for departments. NotFound."""
        if not user.may(Deed.TALK):
            return None
        async with self._units() as uow:
            await keep_out(uow, user.id, case_id=case_id)
            case, out = await uow.cases.get(case_id), (await hidden(uow, user.id)).cases
            names = {person.id: person.name for person in await uow.people.all()}
            history, tasks = await uow.cases.history(case_id), await uow.tasks.of_case(case_id)
            chronicle = Chronicle(self._words, self._titles, case, names)
            return CaseFile(
                case=case,
                second_title=self._titles(case.second_issue) if case.second_issue else None,
                handler=names.get(case.handler_id or ""),
                waits_for=WAITS.get(case.paused_for or "") if case.is_open else None,
                deadlines=tuple(self._deadlines(case, tasks)),
                levels=_levels(case),
                risks=_risks(history),
                related=tuple([found async for found in _related(uow, case) if found.id not in out]),
                duties=tuple(self._duty(one, names) for one in tasks if one.state is not TaskState.DROPPED),
                visits=tuple(await uow.visits.of_case(case_id)),
                attachments=tuple(await uow.attachments.of_case(case_id)),
                history=tuple(chronicle.of(event) for event in reversed(history)),
                may=self._possible(case, user, await uow.people.positions(user.id)),
            )

    def _deadlines(self, case: Case, tasks: list[Task]) -> Iterator[Deadline]:
        if not case.is_open:
            return
        if case.due_at is not None:
            yield self._deadline("答应顾客", case.due_at, warned=case.warned_at is not None)
        if case.step_due_at is not None:
            mine = (task for task in tasks if task.kind is TaskKind.STEP and task.state is TaskState.OPEN)
            warned = any(task.warned_at and task.payload.get(steps.MINE) == case.step for task in mine)
            yield self._deadline("这一步", case.step_due_at, warned=warned)

    def _deadline(self, title: str, due_at: datetime, *, warned: bool) -> Deadline:
        now, calendar = self._clock.now(), self._words.calendar
        late = due_at < now
        first, last = (due_at, now) if late else (now, due_at)
        state: Literal["ok", "warned", "late"] = "late" if late else "warned" if warned else "ok"
        return Deadline(title, due_at, workdays_between(first, last, calendar), state)

    def _duty(self, task: Task, names: Mapping[str, str]) -> Duty:
        processes = self._words.handbook.processes
        is_person = task.assignee_kind is Assignee.USER
        whose = names.get(task.assignee, "有人") if is_person else processes.title(task.assignee)
        over = task.due_at is not None and task.due_at < self._clock.now()
        late = task.broken_at is not None or (over and task.state is TaskState.OPEN)
        promised_by = names.get(task.created_by) if task.kind is TaskKind.PROMISE else None
        return Duty(task, whose, late, promised_by)

    def _possible(self, case: Case, user: User, positions: frozenset[str]) -> frozenset[str]:
        """What is not an arrow of the process, and merging, which asks for another case's number."""
        found = {"extend"} if case.is_open and case.due_at else set()
        if case.is_open:
            found |= {"correct", "resume" if case.paused_since else "pause"}
            ways = course(steps.process_of(self._words, case)).possible(case, Mover(user.id, user, positions))
            found |= {"merge"} if any(arrow.means == "merge" for arrow in ways) else set()
        if case.state is CaseState.MERGED and user.may(Deed.EASE):
            found.add("split")
        if case.number is not None:
            found |= {"papers"} | ({"evidence"} if user.may(Deed.OVERSEE) else set())
        return frozenset(found)


def _levels(case: Case) -> Levels:
    judged, flags = case.judged or {}, judgement.flags_of(case)
    return Levels(
        severity=case.severity,
        heat=case.heat,
        priority=PRIORITIES[list(Priority)[case.priority]],
        reasons=tuple(reason["text"] for reason in judged.get("reasons", ())),
        flags=flags,
        known=tuple(title for flag, title in FLAGS.items() if flag in flags),
        people=case.people,
        fixed=judged.get("fixed", {}),
    )


def _risks(history: list[CaseEvent]) -> tuple[str, ...]:
    """The risks that the customer spoke of, each with the words that told it."""
    noted = [event.payload or {} for event in history if event.kind == NOTED]
    return risk.words(
        Risk(row["kind"], row["text"], 0, 0) for payload in noted for row in payload.get("risks", ())
    )


async def _related(uow: UnitOfWork, case: Case) -> AsyncIterator[Related]:
    for how, other_id in (("已并入", case.merged_into), ("同类事件的主投诉", case.parent_id)):
        if other_id is not None:
            other = await uow.cases.get(other_id)
            yield Related(how, other.id, other.number or "")
    for how, others in (
        ("并入这里的", await uow.judgements.absorbed(case.id)),
        ("同类事件", await uow.judgements.children(case.id)),
    ):
        for other in others:
            yield Related(how, other.id, other.number or "")
