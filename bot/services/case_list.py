"""The list of cases for the people who handle them: filtered, a page at a time. Reads only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.case import Case, CaseState, read_number
from bot.domain.errors import InvalidInput, NotFound
from bot.domain.handbook.severity import Heat, Priority, Severity
from bot.domain.people import User
from bot.domain.things import Listed
from bot.services.avoidance import hidden
from bot.services.ports import Clock, Units
from bot.services.words import Words

PAGE = 50  # cases on one page
STATES = (CaseState.ACCEPTED, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED)


@dataclass(frozen=True)
class Wanted:
    """Which cases a person wants to see; an empty word doesn't matter. `after` is the last one they saw."""

    state: str = CaseState.ACCEPTED.value
    severity: str = ""
    heat: str = ""
    department: str = ""
    overdue: bool = False
    after: str = ""


@dataclass(frozen=True)
class ListedCase:
    """A case in the list."""

    id: str
    number: str
    title: str
    step: str
    severity: str
    heat: str
    urgent: bool
    department: str
    due_at: datetime | None
    overdue: bool
    resting: bool
    state: CaseState


@dataclass(frozen=True)
class CasesPage:
    """One page of the list; `after` leads to the next one, None on the last."""

    rows: tuple[ListedCase, ...]
    after: str | None


class CaseList:
    """Lists cases; `titles` gives the Chinese title of a label."""

    def __init__(self, units: Units, words: Words, clock: Clock, titles: Callable[[str], str]) -> None:
        self._units, self._words, self._clock, self._titles = units, words, clock, titles

    async def page(self, wanted: Wanted, user: User) -> CasesPage:
        """One page: open cases by priority and promised day, others newest first. InvalidInput, NotFound.

        What `user` keeps out of is left out.
        """
        listed = self._listed(wanted)
        async with self._units() as uow:
            listed = replace(listed, hidden=(await hidden(uow, user.id)).cases)
            last = await uow.cases.get(wanted.after) if wanted.after else None
            found = await uow.judgements.page(listed, last, PAGE + 1)
        shown = found[:PAGE]
        return CasesPage(tuple(map(self._row, shown)), shown[-1].id if len(found) > PAGE else None)

    async def by_number(self, text: str, user: User) -> str:
        """The id of the case with this number, however it was typed. InvalidInput, NotFound."""
        number = read_number(text)
        if number is None:
            raise InvalidInput(f"{text.strip()[:40]} 不是投诉编号；编号像 K4837-19209 这样。")
        async with self._units() as uow:
            case = await uow.cases.by_number(number)
            out = (await hidden(uow, user.id)).cases
        if case is None or case.id in out:
            raise NotFound(f"没有编号是 {number} 的投诉。")
        return case.id

    async def one(self, case_id: str) -> ListedCase:
        """One case as the list shows it; NotFound."""
        async with self._units() as uow:
            return self._row(await uow.cases.get(case_id))

    def rows(self, cases: Iterable[Case]) -> list[ListedCase]:
        """Cases that were found otherwise, as the list shows them."""
        return [self._row(case) for case in cases]

    def _listed(self, wanted: Wanted) -> Listed:
        for value, known in (
            (wanted.state, set(STATES)),
            (wanted.severity, {*Severity, ""}),
            (wanted.heat, {*Heat, ""}),
            (wanted.department, {*self._words.handbook.processes.departments, ""}),
        ):
            if value not in known:
                raise InvalidInput("没有这样的筛选条件，请从列表里选。")
        listed = Listed(
            state=wanted.state,
            severity=wanted.severity or None,
            heat=wanted.heat or None,
            department=wanted.department or None,
        )
        return replace(listed, overdue_at=self._clock.now()) if wanted.overdue else listed

    def _row(self, case: Case) -> ListedCase:
        processes, now = self._words.handbook.processes, self._clock.now()
        process = processes.all.get(case.process or "")
        state = process.state(case.step or "") if process else None
        return ListedCase(
            id=case.id,
            number=case.number or "",
            title=self._titles(case.issue),
            step=state.title if state else "",
            severity=case.severity,
            heat=case.heat,
            urgent=case.priority == Priority.URGENT.rank,
            department=processes.title(case.department) if case.department else "",
            due_at=case.due_at if case.is_open else case.closed_at,
            overdue=case.is_open and case.due_at is not None and case.due_at < now,
            resting=case.is_open and case.paused_since is not None,
            state=case.state,
        )
