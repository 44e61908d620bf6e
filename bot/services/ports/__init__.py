"""What the services need from the world; the adapters make it real, tests make it fake.

One file a subject; everybody imports from here.
"""

from bot.services.ports.audit import Audit
from bot.services.ports.avoidance import Avoidances
from bot.services.ports.cases import Calendars, Cases, Lookups
from bot.services.ports.console import ConsoleRecords, RowRecords, Unanswered
from bot.services.ports.conversations import ActionResults, Conversations, Customers, Messages
from bot.services.ports.files import Attachments, Content, Files, Media, Sent, Shown
from bot.services.ports.followup import Letters, Sender, Visits, Watched
from bot.services.ports.handbook import Editions
from bot.services.ports.interfaces import Answered, ApiLists, ApiTokens, Webhooks, WebhookSender
from bot.services.ports.judgement import Judgements
from bot.services.ports.measures import (
    Backlog,
    Deadlines,
    Gauges,
    Measures,
    NotMeasured,
    Stage,
    Standing,
    TurnFailure,
    timed,
)
from bot.services.ports.models import Made, MakeReport, Models, Trainer
from bot.services.ports.ownership import CaseMark, Groups, Presences, Queue
from bot.services.ports.people import People, Tasks
from bot.services.ports.personal_data import PersonalData, PersonalRequests, Trackers
from bot.services.ports.processes import Leases
from bot.services.ports.reports import Reports
from bot.services.ports.reviews import Corrections, Near, Reviews
from bot.services.ports.search import SearchIndex
from bot.services.ports.shadow import Reader, ReadersBeside, ReadMessage, Shadows, TrainingRows
from bot.services.ports.speech import Recognizer, Recording
from bot.services.ports.traces import NotTraced, Traces
from bot.services.ports.units import UnitOfWork, Units
from bot.services.ports.wechat import Wechat
from bot.services.ports.wechat_clients import (
    ApiQuota,
    Download,
    KfAccount,
    KfClient,
    OfficialClient,
    Page,
    Servicer,
    SessionState,
)
from bot.services.ports.world import Clock, Live, PhoneHash, ScriptConverter, Understanding

__all__ = [
    "ActionResults",
    "Answered",
    "ApiLists",
    "ApiQuota",
    "ApiTokens",
    "Attachments",
    "Audit",
    "Avoidances",
    "Backlog",
    "Calendars",
    "CaseMark",
    "Cases",
    "Clock",
    "ConsoleRecords",
    "Content",
    "Conversations",
    "Corrections",
    "Customers",
    "Deadlines",
    "Download",
    "Editions",
    "Files",
    "Gauges",
    "Groups",
    "Judgements",
    "KfAccount",
    "KfClient",
    "Leases",
    "Letters",
    "Live",
    "Lookups",
    "Made",
    "MakeReport",
    "Measures",
    "Media",
    "Messages",
    "Models",
    "Near",
    "NotMeasured",
    "NotTraced",
    "OfficialClient",
    "Page",
    "People",
    "PersonalData",
    "PersonalRequests",
    "PhoneHash",
    "Presences",
    "Queue",
    "ReadMessage",
    "Reader",
    "ReadersBeside",
    "Recognizer",
    "Recording",
    "Reports",
    "Reviews",
    "RowRecords",
    "ScriptConverter",
    "SearchIndex",
    "Sender",
    "Sent",
    "Servicer",
    "SessionState",
    "Shadows",
    "Shown",
    "Stage",
    "Standing",
    "Tasks",
    "Traces",
    "Trackers",
    "Trainer",
    "TrainingRows",
    "TurnFailure",
    "Unanswered",
    "Understanding",
    "UnitOfWork",
    "Units",
    "Visits",
    "Watched",
    "WebhookSender",
    "Webhooks",
    "Wechat",
    "timed",
]
