"""One transaction over everything that is stored."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from bot.services.ports.cases import Calendars, Cases, Lookups
from bot.services.ports.conversations import ActionResults, Conversations, Customers, Messages
from bot.services.ports.files import Attachments
from bot.services.ports.followup import Letters, Visits
from bot.services.ports.judgement import Judgements
from bot.services.ports.people import People, Tasks


class UnitOfWork(Protocol):
    """One transaction; rolled back unless committed. Sockets hear of changes after the commit."""

    customers: Customers
    conversations: Conversations
    messages: Messages
    cases: Cases
    calendars: Calendars
    judgements: Judgements
    actions: ActionResults
    people: People
    tasks: Tasks
    visits: Visits
    letters: Letters
    lookups: Lookups
    attachments: Attachments

    async def __aenter__(self) -> Self:
        """Begin."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""

    async def commit(self) -> None:
        """Make it true, then tell the live updates what changed."""

    async def flush(self) -> None:
        """Write what was added, without committing."""

    def changed(self, conversation_id: str) -> None:
        """Note that this conversation's transcript or owner changes with this commit."""


Units = Callable[[], UnitOfWork]
