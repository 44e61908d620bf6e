"""What the web door is given, and the typed keys under which its handlers find it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.domain.company import Company
from bot.domain.handbook.handbook import Handbook
from bot.domain.people import User
from bot.services.accounts import Accounts
from bot.services.accounts_changes import Staff
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
from bot.services.groups import Groups
from bot.services.handbook_desk import HandbookDesk
from bot.services.handling import Handling
from bot.services.inbox import Inbox
from bot.services.inbox_cases import CasesInHand
from bot.services.intake import Intake
from bot.services.interfaces import Interfaces
from bot.services.judging import Judging
from bot.services.models.desk import ModelDesk
from bot.services.one_time import Links
from bot.services.ownership import Ownership
from bot.services.personal_deeds import PersonalDesk
from bot.services.presence import Presences
from bot.services.promotion import Promotion, Serving
from bot.services.read_marks import ReadMarks
from bot.services.registers import Registers
from bot.services.reports import Reports
from bot.services.revealing import Revealing
from bot.services.review.desk import ReviewDesk
from bot.services.second_factor import SecondFactors
from bot.services.shadow import ShadowReplays
from bot.services.shadow_judging import ShadowJudging
from bot.services.single_sign_on import SingleSignOn
from bot.services.speaking import Speaking
from bot.services.suggestions import Suggesting
from bot.services.transcripts import Transcripts
from bot.services.uploads import Uploads
from bot.services.wechat.kf_door import KfDoor
from bot.services.wechat.official_door import OfficialDoor
from bot.services.wechat.signs import WechatSigns
from bot.web.board import Board
from bot.web.console_lookers import Lookers
from bot.web.limits import Buckets, Count, Limits, here_alone
from bot.web.live import Hub
from bot.web.open_sockets import OpenSockets
from bot.web.visitors import Visitors


@dataclass(frozen=True)
class WebParts:
    """Everything behind the door.

    `runner_wake` is told which conversation has something to answer; `ask_extension` asks for a later
    promised day (bot/services/extensions.py); `texts` gives the desk's sentence for a situation; `ready` says
    whether messages are being answered, `database` whether it answers, `draining` whether this process takes
    nothing new any more (bot/web/health.py), `serving` by which model; `origin` is the address people use
    ("https://desk.example"), None when it is whatever the request was sent to; `limits` are for customers,
    `count` keeps all limits among several processes; `embed_sites` may put the chat page into a frame;
    `look_through` looks for new people's names in the cases (bot/services/avoidance.py); `sign_on_key` signs
    what a browser brings back from another sign-in.
    """

    intake: Intake
    runner_wake: Callable[[str], None]
    transcripts: Transcripts
    agent_desk: Ownership
    presence: Presences
    groups: Groups
    accounts: Accounts
    staff: Staff
    inbox: Inbox
    cases: CasesInHand
    handling: Handling
    case_list: CaseList
    case_files: CaseFiles
    papers: CasePapers
    registers: Registers
    reports: Reports
    handbook: Handbook
    handbook_desk: HandbookDesk
    judging: Judging
    ask_extension: Callable[[str, datetime, str, User], Awaitable[object]]
    hub: Hub
    company: Company
    texts: Callable[[str], str]
    ready: Callable[[], bool]
    database: Callable[[], Awaitable[bool]]
    serving: Callable[[], Serving]
    promotion: Promotion
    models: ModelDesk
    visitors: Visitors
    read_marks: ReadMarks
    uploads: Uploads
    files: CustomerFiles
    console: Console
    assistance: Assistance
    beside: Beside
    interfaces: Interfaces
    links: Links
    browsers: Browsers
    second_factors: SecondFactors
    avoiders: Avoiders
    look_through: Callable[[], Awaitable[object]]
    revealing: Revealing
    audit_log: AuditLog
    personal: PersonalDesk
    review: ReviewDesk
    shadow: ShadowReplays
    shadow_judging: ShadowJudging
    suggesting: Suggesting
    sign_on_key: bytes
    now: Callable[[], datetime]
    sign_on: SingleSignOn | None = None
    wechat_signs: WechatSigns | None = None
    wechat: OfficialDoor | None = None
    wechat_kf: KfDoor | None = None
    draining: Callable[[], bool] = lambda: False
    limits: Limits = field(default_factory=Limits)
    count: Count = here_alone
    origin: str | None = None
    embed_sites: tuple[str, ...] = ()
    secure_cookies: bool = False

    @property
    def speaking(self) -> Speaking:
        """The one way in which people of the desk say something to customers."""
        return Speaking(self.assistance.outgoing, self.agent_desk)


PARTS = web.AppKey("PARTS", WebParts)
MESSAGE_LIMIT = web.AppKey("MESSAGE_LIMIT", Buckets)
ADDRESS_LIMIT = web.AppKey("ADDRESS_LIMIT", Buckets)
VISITOR_LIMIT = web.AppKey("VISITOR_LIMIT", Buckets)
UPLOAD_LIMIT = web.AppKey("UPLOAD_LIMIT", Buckets)
API_LIMIT = web.AppKey("API_LIMIT", Buckets)
API_FAILURES = web.AppKey("API_FAILURES", Buckets)
FRAME_LIMIT = web.AppKey("FRAME_LIMIT", Buckets)
OPEN_SOCKETS = web.AppKey("OPEN_SOCKETS", OpenSockets)
BOARD = web.AppKey("BOARD", Board)
LOOKING = web.AppKey("LOOKING", Lookers)
SIGN_IN_LIMIT = web.AppKey("SIGN_IN_LIMIT", Buckets)
