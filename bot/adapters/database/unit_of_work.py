"""The unit of work over an SQLAlchemy session: one transaction, and news after its commit."""

import asyncio
from types import TracebackType
from typing import Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.adapters.database import resealing, upkeep
from bot.adapters.database.engine import (
    ANSWER_SECONDS,
    READ_ONLY,
    close_engine,
    create_engine,
    describe,
    parse_url,
)
from bot.adapters.database.indexing import index_written, tokens_of
from bot.adapters.database.mapping import map_domain
from bot.adapters.database.personal.erasing import SqlPersonalData
from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import SqlCustomers, SqlMessages
from bot.adapters.database.repositories_audit import SqlAudit
from bot.adapters.database.repositories_avoidance import NotingSession, SqlAvoidances, take_reworded
from bot.adapters.database.repositories_calendar import SqlCalendars
from bot.adapters.database.repositories_cases import SqlCases
from bot.adapters.database.repositories_console import SqlConsole
from bot.adapters.database.repositories_conversations import SqlConversations
from bot.adapters.database.repositories_files import SqlAttachments
from bot.adapters.database.repositories_followup import SqlLetters, SqlVisits
from bot.adapters.database.repositories_handbook import SqlEditions
from bot.adapters.database.repositories_interfaces import SqlApiLists, SqlApiTokens, SqlWebhooks
from bot.adapters.database.repositories_judgement import SqlJudgements
from bot.adapters.database.repositories_models import SqlModels
from bot.adapters.database.repositories_ownership import SqlGroups, SqlPresences, SqlQueue
from bot.adapters.database.repositories_people import SqlActionResults, SqlLookups, SqlPeople
from bot.adapters.database.repositories_personal import SqlPersonalRequests
from bot.adapters.database.repositories_reports import SqlReports
from bot.adapters.database.repositories_reviews import SqlCorrections, SqlReviews
from bot.adapters.database.repositories_search import SqlSearchIndex
from bot.adapters.database.repositories_shadow import SqlShadows
from bot.adapters.database.repositories_tasks import SqlTasks
from bot.adapters.database.repositories_wechat import SqlWechat
from bot.adapters.database.sealing import Sealer
from bot.adapters.database.tables import data_keys
from bot.adapters.database.webhook_outbox import write_deliveries
from bot.adapters.database.writers_turn import WritersTurn
from bot.adapters.script import convert
from bot.domain.errors import ConfigurationError
from bot.domain.search_text import Tokens
from bot.services import avoidance
from bot.services.ports import (
    ActionResults,
    ApiLists,
    ApiTokens,
    Attachments,
    Audit,
    Avoidances,
    Calendars,
    Cases,
    ConsoleRecords,
    Conversations,
    Corrections,
    Customers,
    Editions,
    Groups,
    Judgements,
    Letters,
    Live,
    Lookups,
    Messages,
    Models,
    People,
    PersonalData,
    PersonalRequests,
    Presences,
    Queue,
    Reports,
    Reviews,
    SearchIndex,
    Shadows,
    Tasks,
    Units,
    Visits,
    Webhooks,
    Wechat,
)


class Database:
    """The open case database: makes units of work.

    `url` as in KESU_DATABASE_URL. On SQLite the writers of this process wait for one another here, in order;
    SQLite's own waiting (for other processes) polls, and is unfair.
    """

    def __init__(self, url: str, sealer: Sealer) -> None:
        map_domain()
        self.sealer = sealer
        self.engine = create_engine(parse_url(url), sealer, answers_within=ANSWER_SECONDS)
        self._turn = WritersTurn() if self.engine.dialect.name == "sqlite" else None
        self.tokens = tokens_of(sealer)

    def units(self, live: Live, *, urgent: bool = False) -> Units:
        """Units of work that may write; `live` hears of changed conversations after each commit.

        `urgent`: on SQLite they go before the others of this process.
        """
        return lambda: SqlUnitOfWork(self.engine, live, self._turn, self.tokens, urgent=urgent)

    def reading_units(self) -> Units:
        """Units of work that only read: they wait for no writer and lock nothing; commit is refused."""
        options = {READ_ONLY: True, "postgresql_readonly": True}
        engine = self.engine.execution_options(**options)
        return lambda: SqlUnitOfWork(engine, None, None, self.tokens)

    async def confirm_key(self) -> None:
        """ConfigurationError if the database was written with another data key; a new one remembers ours.

        Without this a wrong key would be noticed only at the first sealed value read, after new ones had been
        written with it.
        """
        async with self.engine.begin() as connection:
            known = (await connection.scalars(select(data_keys.c.key_id))).all()
            wrong = resealing.wrong_key(self.sealer, known)
            if wrong:
                raise ConfigurationError(
                    f"{wrong} is not the key that {describe(self.engine.url)} was written with: start"
                    " with that one; without it the phone numbers in the database can't be read."
                )
            if self.sealer.key_id not in known:
                await resealing.remember(connection, [self.sealer.key_id])

    async def tend(self) -> None:
        """Let SQLite look at how full its tables are, so that it picks the right index."""
        await upkeep.tend(self.engine, self._turn)

    async def shred(self) -> None:
        """Leave nothing of what was deleted in SQLite's files."""
        await upkeep.shred(self.engine, self._turn)

    async def close(self) -> None:
        """Close all connections, those in use once they are given back."""
        await close_engine(self.engine)


class SqlUnitOfWork:
    """One transaction (see ports.UnitOfWork); without `live` it only reads.

    Loaded records stay usable after the unit has ended. A lost race raises Conflict from whichever call meets
    it: a query (which first writes what is pending), `flush` or `commit`.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        live: Live | None,
        turn: WritersTurn | None,
        tokens: Tokens,
        *,
        urgent: bool = False,
    ) -> None:
        self._live, self._turn, self._tokens, self._urgent = live, turn, tokens, urgent
        self._noted: dict[str, None] = {}
        writes = live is not None
        self._session = AsyncSession(
            engine, sync_session_class=NotingSession, expire_on_commit=False, autoflush=writes
        )
        self.customers: Customers = SqlCustomers(self._session)
        self.conversations: Conversations = SqlConversations(self._session, locking=writes)
        self.messages: Messages = SqlMessages(self._session)
        self.cases: Cases = SqlCases(self._session)
        self.calendars: Calendars = SqlCalendars(self._session)
        self.editions: Editions = SqlEditions(self._session)
        self.judgements: Judgements = SqlJudgements(self._session)
        self.actions: ActionResults = SqlActionResults(self._session)
        self.people: People = SqlPeople(self._session, locking=writes)
        self.personal_data: PersonalData = SqlPersonalData(self._session)
        self.personal_requests: PersonalRequests = SqlPersonalRequests(self._session)
        self.groups: Groups = SqlGroups(self._session)
        self.presences: Presences = SqlPresences(self._session, locking=writes)
        self.queue: Queue = SqlQueue(self._session)
        self.tasks: Tasks = SqlTasks(self._session)
        self.visits: Visits = SqlVisits(self._session)
        self.letters: Letters = SqlLetters(self._session)
        self.lookups: Lookups = SqlLookups(self._session)
        self.attachments: Attachments = SqlAttachments(self._session)
        self.audit: Audit = (audit := SqlAudit(self._session))
        self._seal = audit.seal
        self.avoidances: Avoidances = SqlAvoidances(self._session)
        self.console: ConsoleRecords = SqlConsole(self._session)
        self.api_lists: ApiLists = SqlApiLists(self._session)
        self.api_tokens: ApiTokens = SqlApiTokens(self._session)
        self.webhooks: Webhooks = SqlWebhooks(self._session)
        self.reports: Reports = SqlReports(self._session)
        self.models: Models = SqlModels(self._session)
        self.shadow: Shadows = SqlShadows(self._session)
        self.reviews: Reviews = SqlReviews(self._session)
        self.corrections: Corrections = SqlCorrections(self._session)
        self.wechat: Wechat = SqlWechat(self._session, locking=writes)
        self.search: SearchIndex = SqlSearchIndex(self._session, tokens)

    async def __aenter__(self) -> Self:
        """Begin; on SQLite when it is this writer's turn."""
        if self._turn is not None:
            await self._turn.take(urgent=self._urgent)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed.

        Closing the session detaches its records as they are; a rollback would expire them first, and the
        next look at any of their values would ask the database that is no longer there.
        """
        try:
            if self._session.in_transaction():
                # Shielded: a cancelled task must not leave a transaction open behind it.
                await asyncio.shield(asyncio.create_task(self._session.close()))
            else:
                self._session.sync_session.close()  # nothing is open in the database: nothing to wait for
        finally:
            if self._turn is not None:
                self._turn.give_back()

    async def commit(self) -> None:
        """Make it true, then tell the live updates what changed."""
        if self._live is None:
            raise RuntimeError("this unit of work only reads: take one from Database.units to write")
        await avoidance.settle(self, take_reworded(self._session.sync_session), _plain)
        await self._seal()
        await write_deliveries(self._session)
        with races_as_conflicts():
            await index_written(self._session, self._tokens)
            await self._session.commit()
        noted, self._noted = self._noted, {}
        for conversation_id in noted:
            self._live.changed(conversation_id)

    async def flush(self) -> None:
        """Write what was added, without committing."""
        with races_as_conflicts():
            await self._session.flush()

    def changed(self, conversation_id: str) -> None:
        """Note that this conversation's transcript or owner changes with this commit."""
        self._noted[conversation_id] = None


def _plain(text: str) -> str:
    return convert(text, "hans")
