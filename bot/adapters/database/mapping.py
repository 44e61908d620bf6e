"""Imperative mapping: the domain's dataclasses become rows without knowing it.

No relationships: records name one another by id, and every query is written in a repository.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import registry

from bot.adapters.database import tables
from bot.domain.api_token import ApiToken
from bot.domain.attachment import Attachment
from bot.domain.audit import AuditEntry
from bot.domain.case import Case, CaseEvent
from bot.domain.console import Note, SavedFilter, Tag
from bot.domain.conversation import Conversation, Customer, Message
from bot.domain.correction import Correction
from bot.domain.followup import Letter, Visit
from bot.domain.groups import Group, Membership, Presence
from bot.domain.handbook.editions import Edition, PrintedWords
from bot.domain.model import Model
from bot.domain.people import Avoidance, Holding, Link, SignIn, User
from bot.domain.personal_requests import PersonalRequest
from bot.domain.proposal import LabelProposal
from bot.domain.review import Review, ReviewGroup
from bot.domain.shadow import Difference, ShadowJudgement, ShadowRun
from bot.domain.suggestions import Mark
from bot.domain.task import Task
from bot.domain.webhook import Delivery, Webhook
from bot.domain.wechat_records import Chat, IncomingMedia, Sending


@dataclass(eq=False)
class ActionResult:
    """What the `place`-th action of a turn answered."""

    turn: str
    place: int
    name: str
    result: dict[str, Any]


@dataclass(eq=False)
class Lookup:
    """One attempt to look up somebody else's case."""

    who: str
    at: datetime
    id: int | None = None


@cache
def map_domain() -> None:
    """Map the domain's classes to their tables, once in a process.

    Conversations, cases, tasks, visits, letters, attachments and models carry a row version of their own
    (`_row_version`, unknown to the domain): a change computed from a row that somebody else has changed since
    is refused, whoever forgot the lock.
    """
    mapper = registry(metadata=tables.metadata)
    for guarded, table in (
        (Conversation, tables.conversations),
        (Case, tables.cases),
        (Task, tables.tasks),
        (Visit, tables.visits),
        (Letter, tables.letters),
        (Attachment, tables.attachments),
        (Delivery, tables.webhook_deliveries),
        (Edition, tables.handbook_editions),
        (Model, tables.models),
        (ShadowRun, tables.shadow_runs),
        (Review, tables.reviews),
        (ReviewGroup, tables.review_groups),
        (LabelProposal, tables.label_proposals),
        (Chat, tables.wechat_chats),
        (Sending, tables.wechat_sendings),
        (IncomingMedia, tables.wechat_media),
        (PersonalRequest, tables.personal_requests),
    ):
        mapper.map_imperatively(
            guarded,
            table,
            properties={"_row_version": table.c.row_version},
            version_id_col=table.c.row_version,
        )
    mapper.map_imperatively(Customer, tables.customers)
    mapper.map_imperatively(PrintedWords, tables.handbook_printed)
    mapper.map_imperatively(Message, tables.messages)
    mapper.map_imperatively(CaseEvent, tables.case_events)
    mapper.map_imperatively(ActionResult, tables.action_results)
    mapper.map_imperatively(User, tables.users)
    mapper.map_imperatively(Holding, tables.holdings)
    mapper.map_imperatively(SignIn, tables.sign_ins)
    mapper.map_imperatively(Group, tables.desk_groups)
    mapper.map_imperatively(Membership, tables.memberships)
    mapper.map_imperatively(Presence, tables.presences)
    mapper.map_imperatively(Link, tables.links)
    mapper.map_imperatively(Avoidance, tables.avoidances)
    mapper.map_imperatively(AuditEntry, tables.audit)
    mapper.map_imperatively(Lookup, tables.lookups)
    mapper.map_imperatively(ApiToken, tables.api_tokens)
    mapper.map_imperatively(Webhook, tables.webhooks)
    mapper.map_imperatively(Note, tables.notes)
    mapper.map_imperatively(Tag, tables.tags)
    mapper.map_imperatively(Difference, tables.shadow_differences)
    mapper.map_imperatively(ShadowJudgement, tables.shadow_judgements)
    mapper.map_imperatively(Mark, tables.suggestion_marks)
    mapper.map_imperatively(SavedFilter, tables.saved_filters)
    mapper.map_imperatively(Correction, tables.corrections)
    mapper.configure()
