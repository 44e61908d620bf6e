"""Where a case stands, as a person of the desk sees it."""

from dataclasses import dataclass

from bot.domain.case import Case
from bot.domain.handbook.process import REASON, Arrow, State, Value
from bot.domain.process import Course, Mover, course
from bot.domain.task import Task, TaskKind, TaskState
from bot.services import steps
from bot.services.ports import UnitOfWork
from bot.services.words import Words


@dataclass(frozen=True)
class Move:
    """One thing that a person may do with the case now: what they fill in, and who approves it first."""

    id: str
    title: str
    needs: tuple[Value, ...]
    needs_reason: bool
    approvers: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Standing:
    """Where a case stands, for one person: `version` goes with whatever they do next."""

    case: Case
    version: int
    state: State
    moves: tuple[Move, ...]
    checklist: tuple[str, ...]
    waiting: tuple[Task, ...]


async def standing_of(uow: UnitOfWork, words: Words, case: Case, mover: Mover) -> Standing:
    """Where the case stands, what this mover may do with it, and which approvals it waits for."""
    path = course(steps.process_of(words, case))
    last = await uow.cases.last_event(case.id)
    return Standing(
        case=case,
        version=last.seq if last else 0,
        state=path.stands(case),
        moves=tuple(_move(words, path, arrow) for arrow in path.possible(case, mover) if case.number),
        checklist=_checklist(words, case, path.stands(case)),
        waiting=tuple(
            task
            for task in await uow.tasks.of_case(case.id)
            if task.kind is TaskKind.APPROVAL and task.state is TaskState.OPEN
        ),
    )


def asks_why(arrow: Arrow) -> bool:
    """Whether a person has to say why: where the pack says so, and where a case ends or begins anew."""
    return REASON in arrow.needs or arrow.means in ("withdraw", "reopen")


def _move(words: Words, path: Course, arrow: Arrow) -> Move:
    title = words.handbook.processes.title
    return Move(
        id=arrow.id,
        title=arrow.title,
        needs=tuple(value for value in path.missing(arrow) if value.id != REASON),
        needs_reason=asks_why(arrow),
        approvers=tuple(title(position) for position in arrow.approval),
        source=arrow.source,
    )


def _checklist(words: Words, case: Case, state: State) -> tuple[str, ...]:
    """What the handbook says is to be done here: the clauses' sentences, for people of the desk only."""
    clauses = [words.handbook.clause(name) for name in state.checklist]
    return tuple(
        unit.sent
        for clause in clauses
        if not clause.answers or {case.issue, case.second_issue} & set(clause.answers)
        for unit in clause.wording
    )
