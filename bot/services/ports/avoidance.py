"""Who keeps out of which case, as the services need it."""

from typing import Protocol

from bot.domain.case import Case
from bot.domain.people import Avoidance, User


class Avoidances(Protocol):
    """Rows of people and the cases that they are to know nothing of, or were cleared for."""

    def add(self, avoidance: Avoidance) -> None:
        """Take a new one in."""

    async def find(self, user_id: str, case_id: str) -> Avoidance | None:
        """What is known of this person and this case."""

    async def of_case(self, case_id: str) -> list[Avoidance]:
        """What is known of a case, the cleared ones too."""

    async def of_conversation(self, conversation_id: str) -> list[Avoidance]:
        """What is known of a conversation's cases, the cleared ones too."""

    async def of_user(self, user_id: str) -> list[Avoidance]:
        """The cases that this person keeps out of."""

    async def unfinished(self) -> list[User]:
        """The people for whose names not all cases were looked through yet."""

    async def older_cases(self, before: str, limit: int) -> list[Case]:
        """The next cases before this id, newest first; the newest of all before ""."""
