"""The repository of cases and their histories."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, or_, select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot.adapters.database.races import is_taken, races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import case_events, cases, customers
from bot.domain.case import Case, CaseEvent, CaseState
from bot.domain.errors import KesuError
from bot.services.ports import Watched

_TRIES = 20
_AT_ONCE = 500  # ids in one query
_COUNTED = tuple(state for state in CaseState if state is not CaseState.DRAFT)


class SqlCases(Repository):
    """The cases (ports.Cases)."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session)
        self._last_events: dict[str, CaseEvent | None] = {}  # of cases whose history this unit wrote

    async def add_numbered(self, case: Case, number: Callable[[], str]) -> str:
        """Give the case a number that no other case has, trying `number()` until one is free.

        Each try is one UPDATE inside a savepoint. The case itself stays out of it: SQLAlchemy expires what
        was changed inside a savepoint that is rolled back, and with it everything the service just set.
        """
        self._session.add(case)
        with races_as_conflicts():
            await self._session.flush()
            for _ in range(_TRIES):
                candidate = number()
                if await self._take_number(case.id, candidate):
                    set_committed_value(case, "number", candidate)
                    return candidate
        raise KesuError(f"{_TRIES} case numbers in a row were taken: something is wrong with their source.")

    async def _take_number(self, case_id: str, number: str) -> bool:
        try:
            async with self._session.begin_nested():
                await self._session.execute(update(cases).where(cases.c.id == case_id).values(number=number))
        except IntegrityError as error:
            if is_taken(error):
                return False
            raise
        return True

    def add(self, case: Case) -> None:
        """Take a new one in."""
        self._session.add(case)
        self._last_events[case.id] = None

    async def get(self, id: str) -> Case:
        """By id; NotFound."""
        return await self._get(Case, id)

    async def get_all(self, ids: Collection[str]) -> dict[str, Case]:
        """Those of these ids that there are, by id."""
        wanted, found = list(ids), list[Case]()
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            found += await self._all(select(Case).where(cases.c.id.in_(part)))
        return {case.id: case for case in found}

    async def by_number(self, number: str) -> Case | None:
        """By its number."""
        return await self._first(select(Case).where(cases.c.number == number))

    async def of_customer(self, customer_id: str) -> list[Case]:
        """The customer's cases, newest first."""
        return await self._all(_newest_first().where(cases.c.customer_id == customer_id))

    async def of_person(self, customer_id: str) -> list[Case]:
        """The same with those of the customers who are the same person, but for drafts, newest first."""
        with races_as_conflicts():
            return list(await self._session.scalars(_of_person(), {"customer_id": customer_id}))

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """The conversation's cases, newest first."""
        return await self._all(_newest_first().where(cases.c.conversation_id == conversation_id))

    async def silent_drafts(self, before: datetime) -> list[Case]:
        """Drafts whose customer has said nothing since `before`, oldest first."""
        silent = (cases.c.state == CaseState.DRAFT, cases.c.heard_at < before)
        return await self._all(select(Case).where(*silent).order_by(cases.c.heard_at))

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open cases whose promised day is before then and not known to be broken, the first due first."""
        columns = (cases.c.id, cases.c.accepted_at, cases.c.due_at, cases.c.warned_at.is_not(None))
        running = (cases.c.state == CaseState.ACCEPTED, cases.c.paused_since.is_(None))
        found = select(*columns).where(*running, cases.c.broken_at.is_(None), cases.c.due_at < before)
        rows = await self._session.execute(found.order_by(cases.c.due_at, cases.c.id).limit(limit))
        return [Watched(*row) for row in rows]

    async def of_department(self, department: str) -> list[Case]:
        """The cases in process that this department has in hand, the first due first."""
        theirs = (cases.c.department == department, cases.c.state == CaseState.ACCEPTED)
        first_due = (cases.c.step_due_at.is_(None), cases.c.step_due_at, cases.c.opened_at)
        return await self._all(select(Case).where(*theirs).order_by(*first_due))

    async def unfinished(self) -> list[Case]:
        """Accepted cases that are not closed, withdrawn or merged, oldest first."""
        open_ones = select(Case).where(cases.c.state == CaseState.ACCEPTED)
        return await self._all(open_ones.order_by(cases.c.accepted_at, cases.c.id))

    async def of_period(self, since: datetime, until: datetime) -> list[Case]:
        """Cases accepted or closed from `since` up to but not including `until`, oldest first."""
        counted = cases.c.state.in_(_COUNTED)  # says nothing new, but leads to an index
        accepted = and_(counted, cases.c.accepted_at >= since, cases.c.accepted_at < until)
        closed = and_(cases.c.closed_at >= since, cases.c.closed_at < until)
        found = select(Case).where(or_(accepted, closed))
        return await self._all(found.order_by(cases.c.accepted_at, cases.c.id))

    async def all(self) -> list[Case]:
        """Every case, oldest first."""
        return await self._all(select(Case).order_by(cases.c.opened_at, cases.c.id))

    async def history(self, case_id: str) -> list[CaseEvent]:
        """The case's entries in order."""
        return await self._all(_events_of(case_id).order_by(case_events.c.seq))

    async def next_histories(self, after: str, limit: int) -> dict[str, list[CaseEvent]]:
        """The entries of the next cases behind this id, in the order of their ids; empty at the end."""
        ids = await self._all(select(cases.c.id).where(cases.c.id > after).order_by(cases.c.id).limit(limit))
        found: dict[str, list[CaseEvent]] = {case_id: [] for case_id in ids}
        theirs = select(CaseEvent).where(case_events.c.case_id.in_(ids))
        for event in await self._all(theirs.order_by(case_events.c.case_id, case_events.c.seq)):
            found[event.case_id].append(event)
        return found

    async def last_event(self, case_id: str) -> CaseEvent | None:
        """The newest entry."""
        if case_id in self._last_events:
            return self._last_events[case_id]
        return await self._first(_last_event(), {"case_id": case_id})

    def add_event(self, event: CaseEvent) -> None:
        """Append to a history."""
        self._session.add(event)
        self._last_events[event.case_id] = event

    async def erase_event(self, id: str) -> None:
        """Forget an entry's values and salt; the chain stays whole (bot/domain/history.py). NotFound."""
        event = await self._get(CaseEvent, id)
        event.payload, event.salt = None, ""


def _newest_first() -> Select[Case]:
    return select(Case).order_by(cases.c.opened_at.desc(), cases.c.id.desc())


@cache
def _of_person() -> Select[Case]:
    me, other = customers.alias(), customers.alias()
    asked = bindparam("customer_id", type_=customers.c.id.type)
    same = select(other.c.id).join(me, other.c.person_id == me.c.person_id).where(me.c.id == asked)
    everybody = union(select(asked), same)
    told = or_(cases.c.customer_id == asked, cases.c.state != CaseState.DRAFT)
    return _newest_first().where(cases.c.customer_id.in_(everybody), told)


def _events_of(case_id: str) -> Select[CaseEvent]:
    return select(CaseEvent).where(case_events.c.case_id == case_id)


@cache
def _last_event() -> Select[CaseEvent]:
    entries = select(CaseEvent).where(case_events.c.case_id == bindparam("case_id"))
    return entries.order_by(case_events.c.seq.desc()).limit(1)
