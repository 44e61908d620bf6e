"""The repository of who keeps out of which case, and which cases' words a unit changes."""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import avoidances, cases, users
from bot.domain.case import Case
from bot.domain.people import Avoidance, Avoiding, User

_WORDS = ("text", "fields")
_REWORDED = "reworded cases"


class SqlAvoidances(Repository):
    """Who keeps out of what (ports.Avoidances)."""

    def add(self, avoidance: Avoidance) -> None:
        """Take a new one in."""
        self._session.add(avoidance)

    async def find(self, user_id: str, case_id: str) -> Avoidance | None:
        """What is known of this person and this case."""
        return await self._find(Avoidance, (user_id, case_id))

    async def of_case(self, case_id: str) -> list[Avoidance]:
        """What is known of a case, the cleared ones too."""
        return await self._all(select(Avoidance).where(avoidances.c.case_id == case_id))

    async def of_conversation(self, conversation_id: str) -> list[Avoidance]:
        """What is known of a conversation's cases, the cleared ones too."""
        return await self._all(select(Avoidance).where(avoidances.c.conversation_id == conversation_id))

    async def of_user(self, user_id: str) -> list[Avoidance]:
        """The cases that this person keeps out of."""
        theirs = (avoidances.c.user_id == user_id, avoidances.c.how != Avoiding.CLEARED)
        return await self._all(select(Avoidance).where(*theirs))

    async def unfinished(self) -> list[User]:
        """The people for whose names not all cases were looked through yet."""
        return await self._all(select(User).where(users.c.named_until.is_not(None)).order_by(users.c.id))

    async def older_cases(self, before: str, limit: int) -> list[Case]:
        """The next cases before this id, newest first; the newest of all before ""."""
        found = select(Case).order_by(cases.c.id.desc()).limit(limit)
        return await self._all(found.where(cases.c.id < before) if before else found)


class NotingSession(Session):
    """A session that notes which cases' words it writes."""


@event.listens_for(NotingSession, "before_flush")
def _note(session: Session, _context: object, _instances: object) -> None:
    noted: dict[str, Case] = session.info.setdefault(_REWORDED, {})
    for record in session.new:
        if isinstance(record, Case):
            noted[record.id] = record
    for record in session.dirty:
        if isinstance(record, Case) and _is_reworded(record):
            noted[record.id] = record


def take_reworded(session: Session) -> list[Case]:
    """The cases whose words this session has written, or is about to, since it was last asked."""
    _note(session, None, None)
    noted: dict[str, Case] = session.info.pop(_REWORDED, {})
    return list(noted.values())


def _is_reworded(case: Case) -> bool:
    state: Any = inspect(case)
    return any(state.attrs[name].history.has_changes() for name in _WORDS)
