"""What the web door is given, and the typed keys under which its handlers find it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.domain.company import Company
from bot.domain.people import User
from bot.services.accounts import Accounts
from bot.services.accounts_changes import Staff
from bot.services.case_file import CaseFiles
from bot.services.case_list import CaseList
from bot.services.case_papers import CasePapers
from bot.services.handling import Handling
from bot.services.handoff import AgentDesk
from bot.services.inbox import Inbox
from bot.services.inbox_cases import CasesInHand
from bot.services.intake import Intake
from bot.services.judging import Judging
from bot.services.transcripts import Transcripts
from bot.web.limits import Buckets
from bot.web.live import Hub


@dataclass(frozen=True)
class WebParts:
    """Everything behind the door.

    `runner_wake` is told which conversation has something to answer; `ask_extension` asks for a later
    promised day (bot/services/extensions.py); `texts` gives the desk's sentence for a situation; `ready` says
    whether messages are being answered; `origin` is the address people use ("https://desk.example"), None
    when it is whatever the request was sent to.
    """

    intake: Intake
    runner_wake: Callable[[str], None]
    transcripts: Transcripts
    agent_desk: AgentDesk
    accounts: Accounts
    staff: Staff
    inbox: Inbox
    cases: CasesInHand
    handling: Handling
    case_list: CaseList
    case_files: CaseFiles
    papers: CasePapers
    judging: Judging
    ask_extension: Callable[[str, datetime, str, User], Awaitable[object]]
    hub: Hub
    company: Company
    texts: Callable[[str], str]
    ready: Callable[[], bool]
    origin: str | None = None
    secure_cookies: bool = False


PARTS = web.AppKey("PARTS", WebParts)
MESSAGE_LIMIT = web.AppKey("MESSAGE_LIMIT", Buckets)
SIGN_IN_LIMIT = web.AppKey("SIGN_IN_LIMIT", Buckets)
