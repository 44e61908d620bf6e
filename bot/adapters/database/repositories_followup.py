"""The repositories of visits and of what is sent outside."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, literal_column, select

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import letters, visits
from bot.domain.followup import Letter, LetterState, Visit, VisitState

# Written out, not as parameters: of a list of parameters SQLite can't tell that a partial index covers it.
_OPEN = visits.c.state.in_([literal_column(f"'{state}'") for state in (VisitState.PLANNED, VisitState.ASKED)])
_HEARD_LATER = visits.c.state.in_([VisitState.ASKED, VisitState.UNREACHED])
_ON_ITS_WAY = letters.c.state.in_(
    [literal_column(f"'{state}'") for state in (LetterState.WAITING, LetterState.SENDING)]
)


@cache
def _unanswered() -> Select[Visit]:
    """Built once: it is asked with every message."""
    asked = select(Visit).where(visits.c.conversation_id == bindparam("conversation"), _HEARD_LATER)
    return asked.order_by(visits.c.tried_at.desc(), visits.c.id.desc())


class SqlVisits(Repository):
    """Asking customers afterwards (ports.Visits)."""

    def add(self, visit: Visit) -> None:
        """Take a new one in."""
        self._session.add(visit)

    async def get(self, id: str) -> Visit:
        """By id; NotFound."""
        return await self._get(Visit, id)

    async def of_case(self, case_id: str) -> list[Visit]:
        """The case's visits, in their order."""
        mine = select(Visit).where(visits.c.case_id == case_id)
        return await self._all(mine.order_by(visits.c.round, visits.c.nth))

    async def unanswered(self, conversation_id: str) -> list[Visit]:
        """Those about which this conversation's customer was asked and has not answered, latest first."""
        with races_as_conflicts():
            return list(await self._session.scalars(_unanswered(), {"conversation": conversation_id}))

    async def due(self, now: datetime, limit: int = 200) -> list[Visit]:
        """Open ones whose next try is due, the longest waiting first."""
        found = select(Visit).where(_OPEN, visits.c.next_at <= now)
        return await self._all(found.order_by(visits.c.next_at, visits.c.id).limit(limit))


class SqlLetters(Repository):
    """What is sent outside (ports.Letters)."""

    def add(self, letter: Letter) -> None:
        """Take a new one in."""
        self._session.add(letter)

    async def get(self, id: str) -> Letter:
        """By id; NotFound."""
        return await self._get(Letter, id)

    async def of_case(self, case_id: str) -> list[Letter]:
        """The case's, oldest first."""
        mine = select(Letter).where(letters.c.case_id == case_id)
        return await self._all(mine.order_by(letters.c.created_at, letters.c.id))

    async def due(self, now: datetime, limit: int = 50) -> list[Letter]:
        """Those to be sent now, and those that somebody began to send and never finished."""
        found = select(Letter).where(_ON_ITS_WAY, letters.c.next_at <= now)
        return await self._all(found.order_by(letters.c.next_at, letters.c.id).limit(limit))
