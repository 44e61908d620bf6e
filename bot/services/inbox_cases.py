"""The cases that a department has in hand, and what its people see of one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case
from bot.domain.handbook.process import Process
from bot.domain.people import Deed, User
from bot.domain.privacy import mask, masked_field
from bot.services import steps
from bot.services.avoidance import hidden
from bot.services.handling import Handling
from bot.services.ports import Clock, Units
from bot.services.standing import Move, Standing
from bot.services.words import Words


@dataclass(frozen=True)
class CaseInHand:
    """A case in the list of a department."""

    id: str
    number: str
    title: str
    step: str
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True)
class CasePage:
    """One case with what its person may do; `facts` and `findings` are titles and values."""

    standing: Standing
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[tuple[str, str], ...]
    moves: tuple[Move, ...]


class CasesInHand:
    """Looks up what was handed to departments. Reads only."""

    def __init__(
        self, units: Units, words: Words, clock: Clock, titles: Callable[[str], str], handling: Handling
    ) -> None:
        self._units, self._words, self._clock, self._titles = units, words, clock, titles
        self._handling = handling

    async def of(self, user: User) -> list[CaseInHand]:
        """The open cases of this person's department, the first due first; without one none."""
        if user.department is None:
            return []
        async with self._units() as uow:
            out = (await hidden(uow, user.id)).cases
            found = await uow.cases.of_department(user.department)
            return [self._row(case) for case in found if case.id not in out]

    async def one(self, case_id: str, user: User) -> CasePage:
        """One case, if it is any of this person's business; NotFound."""
        standing = await self._handling.moves(case_id, user)
        case, processes = standing.case, self._words.handbook.processes
        process = steps.process_of(self._words, case)
        known = {value.id: value.title for value in process.values}
        return CasePage(
            standing=standing,
            title=self._titles(case.issue),
            text=mask(case.text),
            facts=self._facts(case, user),
            findings=tuple(
                (known.get(name, name), processes.title(text)) for name, text in (case.findings or {}).items()
            ),
            moves=tuple(_offered(process, standing.moves)),
        )

    def _row(self, case: Case) -> CaseInHand:
        state = steps.process_of(self._words, case).state(case.step or "")
        return CaseInHand(
            id=case.id,
            number=case.number or "",
            title=self._titles(case.issue),
            step=state.title if state else "",
            due_at=case.step_due_at,
            overdue=case.step_due_at is not None and case.step_due_at < self._clock.now(),
        )

    def _facts(self, case: Case, user: User) -> tuple[tuple[str, str], ...]:
        """What the customer told; of personal data a department sees nothing, others see it masked."""
        known = self._words.handbook.fields
        return tuple(
            (self._titles(name), masked_field(name, value) or "")
            for name, value in case.fields.items()
            if value is not None and (user.may(Deed.TALK) or not (name in known and known[name].sensitive))
        )


def _offered(process: Process, moves: Iterable[Move]) -> list[Move]:
    """The moves in their order, withdrawing last; merging asks for a number elsewhere."""
    found = [(arrow.means or "", move) for move in moves if (arrow := process.arrow(move.id)) is not None]
    last = sorted(found, key=lambda item: item[0] == "withdraw")
    return [move for means, move in last if means != "merge"]
