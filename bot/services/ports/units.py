"""One transaction over everything that is stored."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from bot.services.ports.audit import Audit
from bot.services.ports.avoidance import Avoidances
from bot.services.ports.cases import Calendars, Cases, Lookups
from bot.services.ports.console import ConsoleRecords
from bot.services.ports.conversations import ActionResults, Conversations, Customers, Messages
from bot.services.ports.files import Attachments
from bot.services.ports.followup import Letters, Visits
from bot.services.ports.handbook import Editions
from bot.services.ports.interfaces import ApiLists, ApiTokens, Webhooks
from bot.services.ports.judgement import Judgements
from bot.services.ports.models import Models
from bot.services.ports.ownership import Groups, Presences, Queue
from bot.services.ports.people import People, Tasks
from bot.services.ports.personal_data import PersonalData, PersonalRequests
from bot.services.ports.reports import Reports
from bot.services.ports.reviews import Corrections, Reviews
from bot.services.ports.search import SearchIndex
from bot.services.ports.shadow import Shadows
from bot.services.ports.wechat import Wechat


class UnitOfWork(Protocol):
    """One transaction; rolled back unless committed. Sockets hear of changes after the commit."""

    customers: Customers
    conversations: Conversations
    messages: Messages
    cases: Cases
    calendars: Calendars
    editions: Editions
    judgements: Judgements
    actions: ActionResults
    people: People
    personal_data: PersonalData
    personal_requests: PersonalRequests
    groups: Groups
    presences: Presences
    queue: Queue
    tasks: Tasks
    visits: Visits
    letters: Letters
    lookups: Lookups
    attachments: Attachments
    audit: Audit
    avoidances: Avoidances
    console: ConsoleRecords
    search: SearchIndex
    api_lists: ApiLists
    api_tokens: ApiTokens
    webhooks: Webhooks
    reports: Reports
    models: Models
    shadow: Shadows
    reviews: Reviews
    corrections: Corrections
    wechat: Wechat

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
