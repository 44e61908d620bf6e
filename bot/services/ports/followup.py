"""What following up needs from the world: the visits, what is sent outside, and who sends it."""

from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.followup import Letter, Visit


class Watched(NamedTuple):
    """Something with a deadline: a case or a task, when it began, and whether somebody was warned of it."""

    id: str
    began_at: datetime
    due_at: datetime
    is_warned: bool


class Visits(Protocol):
    """Asking customers afterwards."""

    def add(self, visit: Visit) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Visit:
        """By id; NotFound."""

    async def of_case(self, case_id: str) -> list[Visit]:
        """The case's visits, in their order."""

    async def unanswered(self, conversation_id: str) -> list[Visit]:
        """Those about which this conversation's customer was asked and has not answered, latest first."""

    async def due(self, now: datetime, limit: int = 200) -> list[Visit]:
        """Open ones whose next try is due, the longest waiting first."""


class Letters(Protocol):
    """What is sent outside: stored first."""

    def add(self, letter: Letter) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Letter:
        """By id; NotFound."""

    async def of_case(self, case_id: str) -> list[Letter]:
        """The case's, oldest first."""

    async def due(self, now: datetime, limit: int = 50) -> list[Letter]:
        """Those to be sent now, and those that somebody began to send and never finished."""


class Sender(Protocol):
    """Takes letters of one way out of the house."""

    async def send(self, letter: Letter) -> None:
        """Hand it over once. SendingFailed, SendingRefused, SendingUnsure."""
