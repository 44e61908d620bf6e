"""Entering and leaving the steps of a case's process: what is due, and who finds it in their inbox."""

from datetime import datetime

from bot.domain.case import Case, CaseState
from bot.domain.errors import InvalidInput
from bot.domain.handbook.process import Arrow, Process, State, Term, Todo
from bot.domain.people import Role
from bot.domain.process import Filled, checked, course, moment, stays
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.services import recounting
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_ROLES = frozenset(role.value for role in Role)
MINE = "step"  # the payload's key in tasks that stand and fall with a step
OPEN_ONLY = "while_open"  # in those that stand and fall with the case


def process_of(words: Words, case: Case) -> Process:
    """The process that the case follows; one from before there were processes follows what fits it now."""
    if case.process is not None:
        return words.handbook.processes.get(case.process)
    return _fitting(words, case)


def _fitting(words: Words, case: Case) -> Process:
    fields = case.fields
    return words.handbook.processes.choose(
        case.issue, product=fields.get("product"), place=fields.get("place")
    )


def begin(uow: UnitOfWork, words: Words, case: Case, pack: str, now: datetime) -> None:
    """Put a case of this pack that was just accepted at the start of its process."""
    process = process_of(words, case)
    case.pack, case.process, case.step = pack, process.id, process.start
    enter(uow, words, case, now)


async def refile(uow: UnitOfWork, words: Words, case: Case, pack: str, now: datetime) -> bool:
    """A case that turned out to be about something else goes over into another process; whether it did."""
    wanted = _fitting(words, case)
    if not case.is_open or wanted.id == case.process:
        return False
    await leave(uow, case, now)
    case.pack, case.process, case.step = pack, wanted.id, wanted.start
    enter(uow, words, case, now)
    return True


async def walk(
    uow: UnitOfWork, words: Words, case: Case, arrow: Arrow, state: State, filled: Filled, now: datetime
) -> None:
    """Let the case take an arrow to its state, with all that this makes true. Who may and why is settled."""
    process, agreed = process_of(words, case), _agreed(arrow, filled, now)
    _take(case, process, arrow, filled, words)
    case.resume(now)
    if arrow.promise is not None and not case.extended:
        recounting.promise(words, case, case.accepted_at or now, arrow.promise.duration)
    if not stays(arrow):
        await leave(uow, case, now, ends=state.ends is not None)
        case.process, case.step = process.id, state.id
        case.state = CaseState(state.ends) if state.ends else CaseState.ACCEPTED
        case.closed_at = now if state.ends else None
        enter(uow, words, case, now, arrow, agreed)
    for todo in arrow.tasks:
        give(uow, words, case, todo, now)


def given(words: Words, process: Process, filled: Filled) -> dict[str, str]:
    """What was filled in, tidied; InvalidInput for what is none of what its value may be."""
    known = {value.id: value for value in process.values}
    departments = words.handbook.processes.departments
    return {
        name: checked(known[name], text, departments)
        for name, text in filled.values.items()
        if name in known and text.strip()
    }


def _take(case: Case, process: Process, arrow: Arrow, filled: Filled, words: Words) -> None:
    """What was filled in, and what the arrow sets by itself."""
    values = given(words, process, filled)
    case.findings = {**(case.findings or {}), **values, **arrow.sets.findings}
    case.department = arrow.sets.department or values.get("department", case.department)
    case.verdict = arrow.sets.verdict or case.verdict
    case.round += arrow.sets.round == "next"


def _agreed(arrow: Arrow, filled: Filled, now: datetime) -> datetime | None:
    """The time that was agreed with the customer; InvalidInput for one that is over already."""
    if arrow.until is None or arrow.until not in filled.values:
        return None
    agreed = moment(filled.values[arrow.until])
    if agreed <= now:
        raise InvalidInput("约定的时间已经过去了；请填一个以后的时间。")
    return agreed


def enter(
    uow: UnitOfWork,
    words: Words,
    case: Case,
    now: datetime,
    arrow: Arrow | None = None,
    due_at: datetime | None = None,
) -> None:
    """The case has come into its present step: note until when it may stay, and put it into somebody's inbox.

    `due_at` is a time that was agreed with the customer; it goes before the pack's deadlines.
    """
    process = process_of(words, case)
    state = course(process).stands(case)
    deadline = (arrow.deadline if arrow else None) or state.deadline
    case.step_due_at = due_at or _due(words, now, deadline)
    if state.ends is None and (case.step_due_at is not None or state.owner != Role.AGENT):
        uow.tasks.add(_step(case, state, now, None if due_at else deadline))
    for todo in state.tasks:
        give(uow, words, case, todo, now)


async def leave(uow: UnitOfWork, case: Case, now: datetime, *, ends: bool = False) -> None:
    """The case leaves its step: what was to do in it, and what was asked for it, has become pointless.

    `ends`: so has what was to do as long as the case was open.
    """
    pointless = {MINE, OPEN_ONLY} if ends else {MINE}
    for task in await uow.tasks.of_case(case.id):
        if task.state is TaskState.OPEN and pointless & set(task.payload):
            task.decide(TaskState.DROPPED, "desk", now)
    case.step_due_at = None


async def end(uow: UnitOfWork, words: Words, case: Case, means: str, now: datetime) -> None:
    """The case ends by the arrow with this meaning, whoever says so; a draft has nothing to leave."""
    if case.number is None:
        return
    process = process_of(words, case)
    arrow = process.meaning(means)
    state = process.state(arrow.to) if arrow else None
    if arrow is not None and state is not None:
        await walk(uow, words, case, arrow, state, Filled(), now)


async def resolved(uow: UnitOfWork, case: Case) -> Case:
    """The case in which this one goes on: itself, unless it was merged."""
    seen = {case.id}
    while case.merged_into is not None and case.merged_into not in seen:
        seen.add(case.merged_into)
        case = await uow.cases.get(case.merged_into)
    return case


def told(words: Words, case: Case) -> str | None:
    """What a customer who asks is told of the step; None where the process has no words for it."""
    if case.number is None:
        return None
    state = process_of(words, case).state(case.step or "")
    return state.told if state else None


def ahead(words: Words, case: Case) -> str:
    """What a customer is told on acceptance of what happens next; empty where the process says nothing."""
    return process_of(words, case).ahead or ""


def give(uow: UnitOfWork, words: Words, case: Case, todo: Todo, now: datetime) -> None:
    """Put something to do beside the steps into the inbox of a role, a position or a department."""
    kind, assignee = _assignee(words, case, todo.to)
    uow.tasks.add(
        _task(case, todo.kind, todo.title, kind, assignee, now, due_at=_due(words, now, todo.deadline))
    )


def _due(words: Words, now: datetime, term: Term | None) -> datetime | None:
    return words.due(now, term.duration) if term else None


def _step(case: Case, state: State, now: datetime, counted: Term | None) -> Task:
    """The task of moving the case on: its department's, a position's, its handler's, or any agent's."""
    if state.owner == Role.DEPARTMENT:
        kind, assignee = Assignee.DEPARTMENT, case.department
    elif state.owner in _ROLES:
        kind, assignee = Assignee.ROLE, state.owner
    else:
        kind, assignee = Assignee.POSITION, state.owner
    if state.owner == Role.AGENT and case.handler_id:
        kind, assignee = Assignee.USER, case.handler_id
    if assignee is None:  # a department's step before a department is known
        kind, assignee = Assignee.ROLE, Role.AGENT.value
    title = f"{case.number or ''} {state.title}".strip()
    task = _task(case, TaskKind.STEP, title, kind, assignee, now, due_at=case.step_due_at)
    task.payload = {MINE: state.id}
    if counted is not None:
        task.payload |= recounting.counted(now, counted.duration)
    return task


def _assignee(words: Words, case: Case, name: str) -> tuple[Assignee, str]:
    processes = words.handbook.processes
    if name == Role.DEPARTMENT and case.department:
        return Assignee.DEPARTMENT, case.department
    if name in processes.positions:
        return Assignee.POSITION, name
    return (Assignee.DEPARTMENT, name) if name in processes.departments else (Assignee.ROLE, name)


def _task(
    case: Case,
    kind: TaskKind,
    title: str,
    assignee_kind: Assignee,
    assignee: str,
    now: datetime,
    *,
    due_at: datetime | None,
) -> Task:
    return Task(
        id=new_id(now),
        kind=kind,
        title=title,
        assignee_kind=assignee_kind,
        assignee=str(assignee),
        created_at=now,
        created_by="desk",
        case_id=case.id,
        due_at=due_at,
    )
