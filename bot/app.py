"""Puts the desk together: database, handbook, Rasa's room, the actions, the background work."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from actions.webhook import ActionServer
from bot.adapters import pinyin
from bot.adapters.background import RasaHealth, background, every
from bot.adapters.clock import SystemClock
from bot.adapters.company_file import read_company
from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.derived_keys import derived_key
from bot.adapters.files_folder import FolderFiles
from bot.adapters.handbook_files import load_handbook
from bot.adapters.media.desk_media import DeskMedia
from bot.adapters.oidc import OidcProvider
from bot.adapters.papers.press import DeskPress
from bot.adapters.papers.signing import DeskSigner
from bot.adapters.papers.word import word
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.script import convert
from bot.adapters.senders import senders
from bot.adapters.totp import AppCodes
from bot.adapters.understanding import RasaClient
from bot.adapters.webhook_sender import HttpWebhookSender
from bot.domain.company import Company
from bot.domain.errors import ConfigurationError
from bot.domain.handbook.handbook import Handbook
from bot.domain.task import TaskKind
from bot.services import avoidance, calendars, extensions, search, silence
from bot.services.accounts import Accounts
from bot.services.accounts_changes import Staff
from bot.services.accounts_checks import Offices
from bot.services.assistance import Assistance
from bot.services.audit import AuditLog
from bot.services.avoidance import Avoiders
from bot.services.beside import Beside
from bot.services.browsers import Browsers
from bot.services.case_file import CaseFiles
from bot.services.case_list import CaseList
from bot.services.case_papers import CasePapers
from bot.services.console import Console
from bot.services.customer_files import CustomerFiles
from bot.services.evidence import EvidencePacks
from bot.services.following import EFFECTS, Following
from bot.services.groups import Groups
from bot.services.handling import Handling
from bot.services.inbox import Inbox
from bot.services.inbox_cases import CasesInHand
from bot.services.intake import Intake
from bot.services.interfaces import Interfaces
from bot.services.judging import Judging
from bot.services.one_time import Links
from bot.services.outbreaks import Outbreaks, alert_decided
from bot.services.ownership import Ownership
from bot.services.papers import Papers
from bot.services.ports import Clock, Live, Units
from bot.services.presence import Presences
from bot.services.read_marks import ReadMarks
from bot.services.registers import Registers
from bot.services.revealing import Revealing
from bot.services.runner import Runner
from bot.services.second_factor import SecondFactors
from bot.services.shifts import Shifts
from bot.services.single_sign_on import SingleSignOn
from bot.services.titles import titles
from bot.services.transcripts import Transcripts
from bot.services.turns import Turns
from bot.services.uploads import UploadLimits, Uploads
from bot.services.webhook_sending import WebhookOutbox
from bot.services.words import Words
from bot.settings import Settings
from bot.web.app import create_web_app
from bot.web.keys import WebParts
from bot.web.limits import Limits
from bot.web.live import Hub
from bot.web.visitors import Visitors

LOOPBACK = "127.0.0.1"
SWEEP_SECONDS = 15.0
SHIFT_SECONDS = 5.0
JUDGING_SECONDS = 60.0
HEALTH_SECONDS = 1.0
PURGE_SECONDS = 600.0
TENDING_SECONDS = 6 * 3600.0
LOOKED_AT_ONCE = 5000  # cases in which a person's names are looked for before others get their turn
WEBHOOK_SECONDS = 2.0
STAFF_FILES, STAFF_FILES_MB = 1000, 5000  # of one person in 24 hours


@dataclass(frozen=True)
class Desk:
    """The assembled desk, whatever doors it is reached through."""

    settings: Settings
    clock: Clock
    database: Database
    units: Units
    words: Words
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

    async def index_older(self) -> None:
        """Index what was there before the search index, or before its present form."""
        await search.catch_up(self.units)

    async def refresh_calendar(self) -> None:
        """Hear of notices of working days that were loaded meanwhile."""
        await calendars.refresh(self.database.reading_units(), self.words)


@asynccontextmanager
async def open_desk(settings: Settings, clock: Clock, live: Live) -> AsyncIterator[Desk]:
    """Open the desk on an upgraded database; its actions listen on `settings.actions_port`."""
    database, sealer = _open_database(settings)
    await database.confirm_key()
    words = Words(*read_books(settings), convert, sealer.phone_hash)
    units, secret = database.units(live), _secret(settings)
    await calendars.refresh(database.reading_units(), words)
    await asyncio.to_thread(pinyin.load)
    rasa = RasaClient(f"http://{LOOPBACK}:{settings.rasa_port}", secret)
    reading = database.reading_units()
    turns = Turns(units, reading, rasa, words, clock)
    files = FolderFiles(settings.files)
    files.prepare()
    most = UploadLimits(settings.photo_mb, settings.video_mb, settings.files_a_day, settings.files_a_day_mb)
    sender = HttpWebhookSender(settings.webhook_networks.split())
    presence = Presences(units, words, clock)
    desk = Desk(
        settings=settings,
        clock=clock,
        database=database,
        units=units,
        words=words,
        rasa=rasa,
        intake=Intake(units, clock),
        turns=turns,
        runner=Runner(turns, reading),
        agents=Ownership(units, words, clock),
        presence=presence,
        shifts=Shifts(units, words, clock, presence, reading=reading),
        judging=Judging(units, words, clock, reading=reading),
        outbreaks=Outbreaks(units, words, clock, reading=reading),
        following=Following.of(units, reading, rasa, words, clock, senders(settings), settings.base_url),
        files=files,
        uploads=Uploads(units, files, DeskMedia(), clock, most),
        webhook_sender=sender,
        webhooks=WebhookOutbox(units, reading, sender, clock),
    )
    actions = ActionServer(units, words, clock, secret).app()
    try:
        async with listening(actions, LOOPBACK, settings.actions_port):
            yield desk
            await desk.runner.stop()
    finally:
        await rasa.close()
        await database.close()


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Serve `app` while the block runs; on leaving, requests under way get two seconds to finish."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


async def serve(settings: Settings, started: asyncio.Event) -> None:
    """Run the desk until cancelled; `started` is set once its doors are open.

    The doors open before Rasa is ready: what customers write until then is stored, and answered when it is.
    """
    hub = Hub()
    async with open_desk(settings, SystemClock(), hub) as desk:
        health = RasaHealth(desk.rasa, desk.runner.hurry)
        door = create_web_app(_web_parts(desk, hub, health))
        async with (
            listening(door, settings.host, settings.port),
            background(
                every(SWEEP_SECONDS, desk.see_to_silence),
                every(SWEEP_SECONDS, desk.refresh_calendar),
                every(SWEEP_SECONDS, desk.look_through),
                every(SHIFT_SECONDS, desk.shifts.look),
                every(JUDGING_SECONDS, desk.judge_cases),
                every(HEALTH_SECONDS, health.look),
                every(PURGE_SECONDS, desk.uploads.purge),
                every(WEBHOOK_SECONDS, desk.webhooks.look),
                every(TENDING_SECONDS, desk.webhooks.forget_old),
                every(TENDING_SECONDS, desk.database.tend),
                every(TENDING_SECONDS, desk.index_older),
                *(every(seconds, work) for seconds, work in desk.following.rounds()),
            ),
        ):
            await desk.judging.begin()
            await desk.runner.start()
            started.set()
            await asyncio.Event().wait()


def _web_parts(desk: Desk, hub: Hub, health: RasaHealth) -> WebParts:
    reading = desk.database.reading_units()
    base = desk.settings.base_url
    passwords, offices = Argon2Passwords(), Offices.of(desk.words.handbook)
    called = titles(desk.words.handbook)
    handling = Handling(desk.units, desk.words, desk.clock)
    codes = AppCodes()
    accounts = Accounts(desk.units, passwords, desk.clock, reading=reading, offices=offices, codes=codes)
    return WebParts(
        intake=desk.intake,
        runner_wake=desk.runner.wake,
        transcripts=Transcripts(reading, called, desk.words),
        agent_desk=desk.agents,
        presence=desk.presence,
        groups=Groups(desk.units, desk.words, desk.clock, reading=reading),
        accounts=accounts,
        staff=Staff(desk.units, passwords, desk.clock, offices, reading=reading),
        inbox=Inbox(
            desk.units,
            desk.words,
            desk.clock,
            called,
            {**EFFECTS, TaskKind.ALERT: alert_decided},
            reading=reading,
        ),
        cases=CasesInHand(reading, desk.words, desk.clock, called, handling),
        handling=handling,
        case_list=CaseList(reading, desk.words, desk.clock, called),
        case_files=CaseFiles(reading, desk.words, desk.clock, called),
        papers=_papers(desk),
        registers=Registers(reading, desk.words, desk.clock, DeskPress()),
        handbook=desk.words.handbook,
        uploads=desk.uploads,
        assistance=_assistance(desk, reading),
        console=Console(reading, desk.words, called),
        beside=Beside(desk.units, desk.clock),
        files=CustomerFiles(desk.units, desk.files, desk.clock, reading=reading),
        judging=desk.judging,
        ask_extension=partial(extensions.ask, desk.units, desk.clock),
        hub=hub,
        company=desk.words.company,
        texts=lambda key: desk.words.situation(key, "hans").text,
        visitors=_visitors(desk),
        read_marks=ReadMarks(desk.units),
        interfaces=_interfaces(desk, reading, handling),
        limits=_limits(desk.settings),
        ready=lambda: health.ready,
        origin=base.rstrip("/") if base else None,
        links=Links(desk.units, passwords, desk.clock, offices, reading=reading),
        browsers=Browsers(desk.units, desk.clock, reading=reading),
        second_factors=SecondFactors(desk.units, codes, desk.clock, accounts.confirm),
        avoiders=Avoiders(desk.units, desk.clock, reading=reading),
        look_through=partial(desk.look_through, most=LOOKED_AT_ONCE),
        revealing=Revealing(desk.units, desk.clock),
        audit_log=AuditLog(reading),
        sign_on=_sign_on(desk),
        now=desk.clock.now,
        sign_on_key=derived_key(base64.b64decode(_data_key(desk.settings)), "single sign-on"),
        embed_sites=tuple(desk.settings.embed_sites.split()),
        secure_cookies=(base or "").startswith("https://"),
    )


def _interfaces(desk: Desk, reading: Units, handling: Handling) -> Interfaces:
    """What comes by other ways than the chat; whoever takes letters in uploads more than a visitor may."""
    most = UploadLimits(desk.settings.photo_mb, desk.settings.video_mb, STAFF_FILES, STAFF_FILES_MB)
    return Interfaces.of(
        desk.units,
        reading,
        desk.rasa,
        desk.words,
        desk.clock,
        uploads=Uploads(desk.units, desk.files, DeskMedia(), desk.clock, most),
        handling=handling,
        sender=desk.webhook_sender,
        titles=titles(desk.words.handbook),
    )


def _sign_on(desk: Desk) -> SingleSignOn | None:
    """Signing in with another system's word, where the settings name one; ConfigurationError."""
    settings = desk.settings
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_secret is None:
        raise ConfigurationError(
            "设置了 KESU_OIDC_ISSUER，还缺少 KESU_OIDC_CLIENT_SECRET（见 docs/settings.md）"
        )
    provider = OidcProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_scope,
        settings.oidc_login_claim,
    )
    return SingleSignOn(
        desk.units, provider, desk.clock, title=settings.oidc_title, create=settings.oidc_create
    )


def _visitors(desk: Desk) -> Visitors:
    given = desk.settings.identity_secret
    key = derived_key(base64.b64decode(_data_key(desk.settings)), "visitors' tokens")
    return Visitors(key, desk.clock.now, given.get_secret_value() if given else None)


def _limits(settings: Settings) -> Limits:
    return Limits(
        visitors_per_address=settings.visitors_per_address,
        messages_per_address=settings.messages_per_address,
        sockets_per_address=settings.sockets_per_address,
        api_calls=settings.api_calls,
        proxies=settings.proxies,
    )


def _assistance(desk: Desk, reading: Units) -> Assistance:
    called, tokens = titles(desk.words.handbook), desk.database.tokens
    return Assistance.of(reading, desk.rasa, desk.words, desk.clock, tokens, pinyin.all_syllables, called)


def _papers(desk: Desk) -> CasePapers:
    """The papers of cases, and evidence packs signed by this desk."""
    papers = Papers(desk.units, desk.words, desk.clock, convert)
    signer = DeskSigner(base64.b64decode(_data_key(desk.settings)))
    packs = EvidencePacks(papers, signer, word, desk.files)
    return CasePapers(papers, packs, DeskPress())


def read_books(settings: Settings) -> tuple[Handbook, Company]:
    """The handbook packs in use and the company's data, held against one another; ConfigurationError."""
    company = read_company(settings.company)
    handbook = load_handbook(settings.handbook, company.packs or None)
    company.sentences.check(handbook, str(settings.company))
    return handbook, company


def _open_database(settings: Settings) -> tuple[Database, Sealer]:
    sealer = Sealer.from_base64(_data_key(settings))
    return Database(settings.database_url, sealer), sealer


def _data_key(settings: Settings) -> str:
    if settings.data_key is None:
        raise ConfigurationError("缺少 KESU_DATA_KEY:请先执行 make up,或在环境变量中给出。")
    return settings.data_key.get_secret_value()


def _secret(settings: Settings) -> str:
    if settings.pair_secret is None:
        raise ConfigurationError("缺少 KESU_PAIR_SECRET:请先执行 make up,或在环境变量中给出。")
    return settings.pair_secret.get_secret_value()
