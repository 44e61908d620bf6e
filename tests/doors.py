"""The web door before a test desk, with what a browser would send along."""

import asyncio
import threading
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aiohttp import web
from argon2 import PasswordHasher

from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.edition_files import read_edition, write_edition
from bot.adapters.papers.person import PersonArchives
from bot.adapters.papers.press import DeskPress
from bot.adapters.papers.report_press import DeskReportPress
from bot.adapters.papers.signing import DeskSigner
from bot.adapters.papers.word import word
from bot.adapters.passwords import Argon2Passwords
from bot.adapters.pinyin import all_syllables, syllables_of
from bot.adapters.script import convert
from bot.adapters.totp import AppCodes
from bot.adapters.webhook_sender import HttpWebhookSender
from bot.domain.people import Role
from bot.services import avoidance, extensions
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
from bot.services.editions import EditionsInForce
from bot.services.evidence import EvidencePacks
from bot.services.groups import Groups
from bot.services.handbook_desk import HandbookDesk
from bot.services.handling import Handling
from bot.services.inbox import Inbox
from bot.services.inbox_cases import CasesInHand
from bot.services.interfaces import Interfaces
from bot.services.judging import Judging
from bot.services.models.desk import ModelDesk
from bot.services.one_time import Links
from bot.services.papers import Papers
from bot.services.personal_deeds import PersonalDesk
from bot.services.promotion import Promotion, Serving
from bot.services.read_marks import ReadMarks
from bot.services.registers import Registers
from bot.services.reports import Reports
from bot.services.revealing import Revealing
from bot.services.review.desk import ReviewDesk
from bot.services.second_factor import SecondFactors
from bot.services.shadow_judging import ShadowJudging
from bot.services.suggestions import Suggesting
from bot.services.titles import titles
from bot.services.transcripts import Transcripts
from bot.services.wechat.carrying import Terms
from bot.services.wechat.signs import WechatSigns
from bot.web.app import create_web_app
from bot.web.keys import WebParts
from bot.web.live import Hub
from bot.web.visitors import Visitors
from tests import databases
from tests.desks import TestDesk, make_desk
from tests.models import Trainer
from tests.persons import Tables
from tests.training_data import archive_of

PASSWORD = "correct horse battery"
IDENTITY_SECRET = "shared with the shop, for nobody else to know"


@dataclass
class Door:
    """The desk, what stands before it, and the web application."""

    desk: TestDesk
    hub: Hub
    parts: WebParts
    woken: list[str]

    def app(self, **changes):
        return create_web_app(replace(self.parts, **changes))

    async def person(self, login="wang", name="小王", role=Role.AGENT, **more):
        return await self.parts.accounts.add(login, name, role, PASSWORD, **more)

    async def answered(self):
        """Wait until all is answered, also what is acknowledged but not yet handed to the runner."""
        await self.desk.runner.take_up()
        await self.desk.runner.idle()

    async def messages(self):
        """Every message there is."""
        async with self.desk.units() as uow:
            found = []
            for conversation in await uow.conversations.for_agents():
                found += await uow.messages.latest(conversation.id)
        return found


async def _there():
    return True


def make_door(database, sealer, company=None, effects=None):
    """A door whose messages wait until the test has them answered; `effects` of decided tasks, if any."""
    hub = Hub()
    units, reading = database.units(hub), database.reading_units()
    desk = make_desk(units, sealer, company)
    cheap = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    offices, called = Offices.of(desk.words.handbook), titles(desk.words.handbook)
    codes = AppCodes()
    accounts = Accounts(units, cheap, desk.clock, reading=reading, offices=offices, codes=codes)
    handling = Handling(units, desk.words, desk.clock)
    woken = []
    papers = Papers(units, desk.words, desk.clock, convert)
    packs = EvidencePacks(papers, DeskSigner(b"k" * 32), word, desk.files)
    tokens = database.tokens
    assistance = Assistance.of(reading, desk.room, desk.words, desk.clock, tokens, all_syllables, called)
    parts = WebParts(
        intake=desk.intake,
        runner_wake=woken.append,
        transcripts=Transcripts(reading, called, desk.words),
        agent_desk=desk.agents,
        presence=desk.presence,
        groups=Groups(units, desk.words, desk.clock, reading=reading),
        accounts=accounts,
        staff=Staff(units, cheap, desk.clock, offices, reading=reading),
        inbox=Inbox(units, desk.words, desk.clock, called, effects or {}, reading=reading),
        cases=CasesInHand(reading, desk.words, desk.clock, called, handling),
        handling=handling,
        case_list=CaseList(reading, desk.words, desk.clock, called),
        case_files=CaseFiles(reading, desk.words, desk.clock, called),
        papers=CasePapers(papers, packs, DeskPress()),
        registers=Registers(reading, desk.words, desk.clock, DeskPress()),
        reports=Reports(reading, desk.words, desk.clock, DeskReportPress()),
        handbook=desk.words.printed,
        handbook_desk=HandbookDesk.of(
            units,
            reading,
            desk.words,
            desk.clock,
            EditionsInForce(units, reading, desk.words, desk.clock),
            tokens=tokens,
            syllables=all_syllables,
            titles=called,
            write=write_edition,
            read=read_edition,
        ),
        judging=Judging(units, desk.words, desk.clock, reading=reading),
        ask_extension=partial(extensions.ask, units, desk.clock),
        hub=hub,
        company=desk.words.company,
        texts=lambda situation: desk.words.situation(situation, "hans").text,
        ready=lambda: True,
        database=_there,
        serving=lambda: Serving("m1", "m1"),
        models=ModelDesk.of(units, reading, desk.clock, Trainer()),
        promotion=Promotion(units, desk.clock, lambda model: Path(model.file), reading=reading),
        review=ReviewDesk.of(units, reading, desk.room, desk.clock, desk.words, syllables_of),
        shadow=desk.shadow,
        shadow_judging=ShadowJudging(units, desk.clock, called, reading=reading),
        suggesting=Suggesting(units, desk.rows, archive_of, desk.clock, called, reading=reading),
        visitors=Visitors(b"v" * 32, desk.clock.now, IDENTITY_SECRET),
        read_marks=ReadMarks(units),
        links=Links(units, cheap, desk.clock, offices, reading=reading),
        browsers=Browsers(units, desk.clock, reading=reading),
        second_factors=SecondFactors(units, codes, desk.clock, accounts.confirm),
        avoiders=Avoiders(units, desk.clock, reading=reading),
        look_through=partial(avoidance.look_through, units, partial(convert, script="hans"), desk.clock),
        revealing=Revealing(units, desk.clock),
        personal=PersonalDesk.of(
            units,
            reading,
            desk.words,
            Tables(),
            desk.clock,
            PersonArchives(desk.files, desk.clock).made,
            database.shred,
        ),
        audit_log=AuditLog(reading),
        sign_on_key=b"o" * 32,
        now=desk.clock.now,
        wechat_signs=WechatSigns(reading, {"wechat": Terms(), "kf": Terms()}, desk.clock),
        uploads=desk.uploads,
        assistance=assistance,
        console=Console(reading, desk.words, called),
        beside=Beside(units, desk.clock),
        files=CustomerFiles(units, desk.files, desk.clock, reading=reading),
        interfaces=Interfaces.of(
            units,
            reading,
            desk.room,
            desk.words,
            desk.clock,
            uploads=desk.uploads,
            handling=handling,
            sender=HttpWebhookSender(["127.0.0.0/8"]),
            titles=called,
        ),
    )
    return Door(desk, hub, parts, woken)


def own_origin(client):
    """The headers by which a browser shows that one of our own pages asks."""
    return {"Origin": f"http://{client.host}:{client.port}"}


async def visit(client, **more):
    """Get a visitor's token, as the page does when it is opened first; the client carries it from now on."""
    answer = await client.post("/api/visitor", json=more)
    assert answer.status == 201, await answer.text()
    token = (await answer.json())["token"]
    client.session.headers["Authorization"] = f"Bearer {token}"
    return token


async def post(client, text, client_id="m1", **more):
    """Send a customer's message as the page does without a socket."""
    if "Authorization" not in client.session.headers:
        await visit(client)
    return await client.post("/api/messages", json={"text": text, "client_id": client_id, **more})


async def sign_in(client, login="wang", password=PASSWORD):
    """Sign in as the login page does."""
    return await client.post(
        "/desk/login",
        data={"login": login, "password": password},
        headers=own_origin(client),
        allow_redirects=False,
    )


async def send_form(client, path, **form):
    """Send a form as the desk's pages do."""
    return await client.post(path, data=form, headers=own_origin(client), allow_redirects=False)


class Site:
    """A door that serves in a thread of its own, for tests that drive a browser from this one.

    `changes` are those of its WebParts.
    """

    def __init__(self, folder, database_url=None, **changes):
        self._changes = changes
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._database_url = database_url or f"sqlite:///{folder / 'kesu.db'}"

    def __enter__(self):
        self._thread.start()
        self.run(self._open())
        return self

    def __exit__(self, *_):
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work):
        """Run a coroutine where the site runs, and give its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _open(self):
        url = self._database_url
        await databases.migrate(url)
        sealer = Sealer.from_base64(new_key())
        self._database = Database(url, sealer)
        self.door = make_door(self._database, sealer)
        self.room = self.door.desk.room
        app = self.door.app(runner_wake=self.door.desk.runner.wake, **self._changes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, "127.0.0.1", 0)
        await listener.start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}"

    async def _close(self):
        await self.door.desk.runner.stop()
        await self._runner.cleanup()
        # What a socket's end interrupted still gives its connection back.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(others, timeout=5) if others else None
        await self._database.close()
