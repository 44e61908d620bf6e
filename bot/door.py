"""Puts together what the pages are served from, out of an assembled desk."""

from collections.abc import Callable
from functools import partial

from bot.adapters import pinyin
from bot.adapters.background import RasaHealth
from bot.adapters.data_keys import root_key
from bot.adapters.database.gauges import SqlGauges
from bot.adapters.derived_keys import derived_key
from bot.adapters.edition_files import read_edition, write_edition
from bot.adapters.media.desk_media import DeskMedia
from bot.adapters.model_files import finder
from bot.adapters.papers.person import PersonArchives
from bot.adapters.papers.press import DeskPress
from bot.adapters.papers.report_press import DeskReportPress
from bot.adapters.papers.signing import DeskSigner
from bot.adapters.papers.word import word
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.rasa_tables import RasaTables
from bot.adapters.script import convert
from bot.adapters.totp import AppCodes
from bot.adapters.training_rows import TrainingFolder
from bot.assembly import LOOKED_AT_ONCE, Desk
from bot.domain.errors import ConfigurationError
from bot.domain.task import TaskKind
from bot.monitoring import DatabaseHealth
from bot.services import extensions
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
from bot.services.following import EFFECTS
from bot.services.groups import Groups
from bot.services.handbook_desk import HandbookDesk
from bot.services.handling import Handling
from bot.services.inbox import Inbox
from bot.services.inbox_cases import CasesInHand
from bot.services.interfaces import Interfaces
from bot.services.models.desk import ModelDesk
from bot.services.one_time import Links
from bot.services.outbreaks import alert_decided
from bot.services.papers import Papers
from bot.services.personal_deeds import PersonalDesk
from bot.services.ports import Units
from bot.services.promotion import Serving
from bot.services.read_marks import ReadMarks
from bot.services.registers import Registers
from bot.services.reports import Reports
from bot.services.revealing import Revealing
from bot.services.second_factor import SecondFactors
from bot.services.shadow_judging import ShadowJudging
from bot.services.single_sign_on import SingleSignOn
from bot.services.suggestions import Suggesting
from bot.services.titles import titles
from bot.services.transcripts import Transcripts
from bot.services.uploads import UploadLimits, Uploads
from bot.settings import ROOT, Settings
from bot.web.keys import WebParts
from bot.web.limits import Count, Limits, here_alone
from bot.web.live import Hub
from bot.web.visitors import Visitors
from bot.wechat_channels import WechatChannels

STAFF_FILES, STAFF_FILES_MB = 1000, 5000  # of one person in 24 hours


def web_parts(
    desk: Desk,
    hub: Hub,
    health: RasaHealth,
    serving: Callable[[], Serving],
    wechat: WechatChannels | None = None,
    count: Count = here_alone,
) -> WebParts:
    """Everything the handlers need, made of the desk's services; ConfigurationError for a wrong setting."""
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
        reports=Reports(reading, desk.words, desk.clock, DeskReportPress()),
        handbook=desk.words.printed,
        handbook_desk=_handbook(desk, reading),
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
        count=count,
        ready=lambda: health.ready,
        draining=lambda: health.leaving,
        database=DatabaseHealth(SqlGauges(desk.database.engine)).look,
        serving=serving,
        promotion=desk.promotion,
        models=ModelDesk.of(desk.units, reading, desk.clock, desk.trainer),
        review=desk.review,
        shadow=desk.shadow,
        shadow_judging=ShadowJudging(desk.units, desk.clock, called, reading=reading),
        suggesting=Suggesting(
            desk.units, TrainingFolder(ROOT), finder(desk.settings), desk.clock, called, reading=reading
        ),
        origin=base.rstrip("/") if base else None,
        links=Links(desk.units, passwords, desk.clock, offices, reading=reading),
        browsers=Browsers(desk.units, desk.clock, reading=reading),
        second_factors=SecondFactors(desk.units, codes, desk.clock, accounts.confirm),
        avoiders=Avoiders(desk.units, desk.clock, reading=reading),
        look_through=partial(desk.look_through, most=LOOKED_AT_ONCE),
        revealing=Revealing(desk.units, desk.clock),
        personal=_personal(desk, reading),
        audit_log=AuditLog(reading),
        sign_on=_sign_on(desk),
        wechat_signs=wechat.outward.signs if wechat else None,
        wechat=wechat.door if wechat else None,
        wechat_kf=wechat.kf.door if wechat and wechat.kf else None,
        now=desk.clock.now,
        sign_on_key=derived_key(root_key(desk.settings), "single sign-on"),
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
    from bot.adapters.oidc import OidcProvider  # late: most desks have no such system

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


def _personal(desk: Desk, reading: Units) -> PersonalDesk:
    """Requests about personal data; the bytes of erased photos go with the next round of `uploads.purge`."""
    trackers = RasaTables(desk.settings.nlu_database_url)
    archive = PersonArchives(desk.files, desk.clock).made
    return PersonalDesk.of(
        desk.units, reading, desk.words, trackers, desk.clock, archive, desk.database.shred
    )


def _visitors(desk: Desk) -> Visitors:
    given = desk.settings.identity_secret
    key = derived_key(root_key(desk.settings), "visitors' tokens")
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


def _handbook(desk: Desk, reading: Units) -> HandbookDesk:
    """The handbook's own desk: looking, editing, carrying in and out."""
    return HandbookDesk.of(
        desk.units,
        reading,
        desk.words,
        desk.clock,
        desk.editions,
        tokens=desk.database.tokens,
        syllables=pinyin.all_syllables,
        titles=titles(desk.words.printed),
        write=write_edition,
        read=read_edition,
    )


def _papers(desk: Desk) -> CasePapers:
    """The papers of cases, and evidence packs signed by this desk."""
    papers = Papers(desk.units, desk.words, desk.clock, convert)
    signer = DeskSigner(root_key(desk.settings))
    packs = EvidencePacks(papers, signer, word, desk.files)
    return CasePapers(papers, packs, DeskPress())
