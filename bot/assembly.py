"""Puts the desk together: database, handbook, Rasa's room, the services, the actions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from actions.webhook import ActionServer
from bot.adapters import pinyin
from bot.adapters.data_keys import sealer_of
from bot.adapters.database.turn_leases import TurnLeases
from bot.adapters.database.unit_of_work import Database
from bot.adapters.files_folder import FolderFiles
from bot.adapters.media.desk_media import DeskMedia
from bot.adapters.model_files import find_archive, finder
from bot.adapters.model_trainer import CandidateTrainer
from bot.adapters.rasa_member import beside
from bot.adapters.rasa_tables import RasaTables
from bot.adapters.reports.child import ReportProcess
from bot.adapters.script import convert
from bot.adapters.secrets_file import keys_now
from bot.adapters.senders import senders
from bot.adapters.serving import listening
from bot.adapters.understanding import RasaClient
from bot.adapters.webhook_sender import HttpWebhookSender
from bot.books import Books, read_books
from bot.domain.errors import ConfigurationError
from bot.services import avoidance, calendars, search, silence
from bot.services.editions import EditionsInForce
from bot.services.following import Following
from bot.services.intake import Intake
from bot.services.judging import Judging
from bot.services.model_reports import ReportMaker
from bot.services.models.jobs import ModelJobs
from bot.services.outbreaks import Outbreaks
from bot.services.ownership import Ownership
from bot.services.ports import Clock, Live, Measures, NotTraced, Traces, Units
from bot.services.presence import Presences
from bot.services.promotion import Promotion
from bot.services.retention import Retention
from bot.services.review.desk import ReviewDesk
from bot.services.runner import Runner
from bot.services.shadow import ShadowReplays
from bot.services.shifts import Shifts
from bot.services.traced_sending import TracedWebhooks, traced_senders
from bot.services.turns import Turns
from bot.services.uploads import UploadLimits, Uploads
from bot.services.webhook_sending import WebhookOutbox
from bot.services.words import Words
from bot.settings import Settings

LOOPBACK = "127.0.0.1"
LOOKED_AT_ONCE = 5000  # cases in which a person's names are looked for before others get their turn


@dataclass(frozen=True)
class Desk:
    """The assembled desk, whatever doors it is reached through."""

    settings: Settings
    clock: Clock
    database: Database
    leases: TurnLeases | None
    units: Units
    words: Words
    editions: EditionsInForce
    rasa: RasaClient
    intake: Intake
    turns: Turns
    runner: Runner
    agents: Ownership
    presence: Presences
    shifts: Shifts
    judging: Judging
    outbreaks: Outbreaks
    following: Following
    files: FolderFiles
    uploads: Uploads
    webhook_sender: HttpWebhookSender
    webhooks: WebhookOutbox
    promotion: Promotion
    trainer: CandidateTrainer
    model_jobs: ModelJobs
    review: ReviewDesk
    shadow: ShadowReplays
    retention: Retention
    actions: ActionServer
    traces: Traces

    async def see_to_silence(self) -> int:
        """A gentle word to customers who have fallen silent, then their drafts are accepted."""
        return await silence.look(self.units, self.words, self.clock)

    async def judge_cases(self) -> None:
        """Judge the cases that time or others' complaints changed, and look for outbreaks."""
        await self.judging.sweep()
        await self.outbreaks.look()

    async def look_through(self, most: int = LOOKED_AT_ONCE) -> int:
        """Look for new people's names in the cases there are (回避)."""
        return await avoidance.look_through(
            self.units, partial(convert, script="hans"), self.clock, most=most
        )

    async def refresh_keys(self) -> None:
        """Hear of a data key that came, or took over, since the desk was started (`kesu key rotate`)."""
        found = await asyncio.to_thread(keys_now, self.settings)
        if found is not None:
            self.database.sealer.take_keys(sealer_of(found))

    async def forget_old(self) -> None:
        """At night: erase personal data that are kept no longer (docs/privacy.md)."""
        if await self.retention.look():
            await self.database.shred()

    async def index_older(self) -> None:
        """Index what was there before the search index, or before its present form."""
        await search.catch_up(self.units)

    async def refresh_calendar(self) -> None:
        """Hear of notices of working days that were loaded meanwhile."""
        await calendars.refresh(self.database.reading_units(), self.words)


@asynccontextmanager
async def open_desk(
    settings: Settings,
    clock: Clock,
    live: Live,
    measures: Measures | None = None,
    traces: Traces | None = None,
    books: Books | None = None,
) -> AsyncIterator[Desk]:
    """Open the desk on an upgraded database; its actions listen on `settings.actions_port`.

    `books` are those of the settings, if they have been read already.
    """
    sealer = sealer_of(settings)
    database = Database(settings.database_url, sealer)
    await database.confirm_key()
    words = Words(*(books or read_books(settings)), convert, sealer.phone_hash)
    units, secret = database.units(live), pair_secret(settings)
    await calendars.refresh(database.reading_units(), words)
    editions = EditionsInForce(units, database.reading_units(), words, clock)
    await editions.begin()
    await asyncio.to_thread(pinyin.load)
    traces = traces or NotTraced()
    rasa = RasaClient(f"http://{LOOPBACK}:{settings.rasa_port}", secret, also=traces.headers)
    reading = database.reading_units()
    turns = Turns(units, reading, rasa, words, clock, measures, traces)
    actions = ActionServer(units, words, clock, secret, measures, traces)
    files = FolderFiles(settings.files)
    files.prepare()
    most = UploadLimits(settings.photo_mb, settings.video_mb, settings.files_a_day, settings.files_a_day_mb)
    sender = HttpWebhookSender(settings.webhook_networks.split())
    presence = Presences(units, words, clock)
    desk = Desk(
        settings=settings,
        clock=clock,
        database=database,
        leases=(leases := _leases(database)),
        units=units,
        words=words,
        editions=editions,
        rasa=rasa,
        intake=(intake := Intake(database.units(live, urgent=True), clock)),
        turns=turns,
        runner=Runner(turns, reading, pressure=intake.pressure, leases=leases),
        agents=Ownership(units, words, clock),
        presence=presence,
        shifts=Shifts(units, words, clock, presence, reading=reading),
        judging=Judging(units, words, clock, reading=reading),
        outbreaks=Outbreaks(units, words, clock, reading=reading),
        following=Following.of(
            units, reading, rasa, words, clock, traced_senders(senders(settings), traces), settings.base_url
        ),
        files=files,
        uploads=Uploads(units, files, DeskMedia(), clock, most),
        webhook_sender=sender,
        webhooks=WebhookOutbox(units, reading, TracedWebhooks(sender, traces), clock),
        trainer=(trainer := CandidateTrainer(settings)),
        model_jobs=_model_jobs(settings, database, units, clock, trainer),
        promotion=Promotion(
            units,
            clock,
            finder(settings),
            reading=reading,
            pinned=settings.model.name if settings.model else None,
        ),
        review=ReviewDesk.of(units, reading, rasa, clock, words, pinyin.syllables_of),
        retention=Retention(units, reading, RasaTables(settings.nlu_database_url), clock, words.company.keep),
        actions=actions,
        traces=traces,
        shadow=ShadowReplays(units, partial(beside, settings), finder(settings), clock, reading=reading),
    )
    try:
        async with listening(actions.app(), LOOPBACK, settings.actions_port):
            if leases:
                await leases.beat()
            try:
                yield desk
            finally:
                await desk.runner.stop()
                await _leave(leases)
    finally:
        await rasa.close()
        await database.close()


def _model_jobs(
    settings: Settings, database: Database, units: Units, clock: Clock, trainer: CandidateTrainer
) -> ModelJobs:
    """Trainings, each with a report by a process of its own."""
    make = ReportMaker(units, ReportProcess(settings, trainer.folders), partial(find_archive, settings))
    return ModelJobs(units, clock, trainer, make, reading=database.reading_units())


def _leases(database: Database) -> TurnLeases | None:
    """Who answers what among the processes on one PostgreSQL; a SQLite file has only one."""
    return TurnLeases(database.engine) if database.engine.dialect.name == "postgresql" else None


async def _leave(leases: TurnLeases | None) -> None:
    """Without this others would wait some seconds until they take over."""
    if leases:
        with suppress(SQLAlchemyError, OSError):
            await leases.leave()


def pair_secret(settings: Settings) -> str:
    """What the desk and its Rasas prove themselves to one another with; ConfigurationError."""
    if settings.pair_secret is None:
        raise ConfigurationError("缺少 KESU_PAIR_SECRET:请先执行 make up,或在环境变量中给出。")
    return settings.pair_secret.get_secret_value()
