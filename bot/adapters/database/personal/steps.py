"""What becomes of each table's rows when a person is forgotten. Every table stands here or in STAYS.

The steps are carried out in one transaction, in this order: what is found by messages goes before them.
Foreign keys are checked at its end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, false, literal, or_, select, tuple_

from bot.adapters.database import tables as t
from bot.domain.attachment import FileState
from bot.domain.conversation import Delivery, Owner
from bot.domain.personal_data import ERASED, NOBODY, Subject

Which = Callable[[Subject], ColumnElement[bool]]


@dataclass(frozen=True)
class Step:
    """Delete rows of a table, or with `blank` fill these columns; those in `keeps` stay as they are."""

    table: Table
    which: Which
    blank: Mapping[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    title: str = ""


def lines(subject: Subject, column: Any, at: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- columns
    """Rows of the whole conversations, and of the others those from before the subject's moment."""
    whole: ColumnElement[bool] = column.in_(subject.conversations)
    if subject.before is None or not subject.parts:
        return whole
    return or_(whole, and_(column.in_(subject.parts), at < subject.before))


def said(subject: Subject) -> Any:  # noqa: ANN401 -- a query
    """The ids of the messages."""
    return select(t.messages.c.id).where(
        lines(subject, t.messages.c.conversation_id, t.messages.c.created_at)
    )


def _by_message(table: Table, column: str = "message_id") -> Which:
    return lambda subject: table.c[column].in_(said(subject))


def _by_talk(table: Table, at: str = "created_at") -> Which:
    return lambda subject: lines(subject, table.c.conversation_id, table.c[at])


def _whole(table: Table) -> Which:
    return lambda subject: table.c.conversation_id.in_(subject.conversations)


def _of(table: Table, column: str, whose: str) -> Which:
    return lambda subject: table.c[column].in_(getattr(subject, whose))


def files(subject: Subject) -> ColumnElement[bool]:
    """Photos and videos: those of the messages, and what the visitors uploaded and never sent."""
    own = tuple_(t.attachments.c.channel, t.attachments.c.external_id).in_(subject.visitors)
    return or_(
        t.attachments.c.message_id.in_(said(subject)),
        t.attachments.c.conversation_id.in_(subject.conversations),
        own if subject.visitors else false(),
    )


def _indexed(subject: Subject) -> ColumnElement[bool]:
    entry = t.search_entries.c
    return or_(lines(subject, entry.conversation_id, entry.at), entry.ref.in_(subject.cases))


def _stays(column: Any, whose: str) -> Which:  # noqa: ANN401 -- a column
    """Conversations or customers (`whose`) that kept cases point to: foreign keys need them."""
    owner = t.cases.c.conversation_id if whose == "conversations" else t.cases.c.customer_id

    def which(subject: Subject) -> ColumnElement[bool]:
        staying = select(owner).where(t.cases.c.id.in_(subject.kept))
        return and_(column.in_(getattr(subject, whose)), column.in_(staying))

    return which


def _goes(column: Any, whose: str) -> Which:  # noqa: ANN401 -- a column
    """The others."""
    stays = _stays(column, whose)
    return lambda subject: and_(column.in_(getattr(subject, whose)), ~stays(subject))


def _kept_lines(subject: Subject) -> ColumnElement[bool]:
    """Lines of conversations that stay: their places are numbered without gaps."""
    staying = select(t.cases.c.conversation_id).where(t.cases.c.id.in_(subject.kept))
    column = t.messages.c.conversation_id
    return and_(
        lines(subject, column, t.messages.c.created_at),
        or_(column.in_(staying), column.in_(subject.parts)),
        t.messages.c.text != ERASED,
    )


_FILE = {
    "state": FileState.GOING, "name": "", "external_id": "", "sha256": "", "message_id": None,
    "conversation_id": None, "case_id": None,
}  # fmt: skip
_ANSWERED = case(
    (t.messages.c.delivery == Delivery.WAITING, literal(Delivery.ANSWERED, t.messages.c.delivery.type)),
    else_=t.messages.c.delivery,
)
_LINE: Mapping[str, Any] = {
    "text": ERASED, "delivery": _ANSWERED, "client_id": None, "choice": None, "choices": [], "reading": None,
    "context": None, "files": 0,
}  # fmt: skip
_TALK: Mapping[str, Any] = {
    "owner": Owner.CLOSED, "agent_id": None, "case_id": None, "question": None, "note": None, "reason": None,
    "waiting_since": None, "announcements": [], "callback_task_id": None,
}  # fmt: skip
_CASE = {"text": ERASED, "phone_hash": None, "normals": None, "findings": None, "judged": None}
_CUSTOMER = {
    "external_id": NOBODY + t.customers.c.id, "name": None, "phone": None, "person_id": None, "union_id": None
}  # fmt: skip

STEPS = (
    Step(t.action_results, _by_message(t.action_results, "turn")),
    Step(t.reviews, _by_message(t.reviews)),
    Step(t.corrections, _by_message(t.corrections), title="训练更正"),
    Step(t.shadow_differences, _by_message(t.shadow_differences)),
    Step(t.shadow_judgements, _by_message(t.shadow_judgements), title="试读判断"),
    Step(t.search_entries, _indexed, title="搜索索引"),
    Step(t.wechat_turns, _by_message(t.wechat_turns)),
    Step(t.wechat_media, _by_message(t.wechat_media)),
    Step(t.wechat_sendings, _by_talk(t.wechat_sendings), title="微信发送记录"),
    Step(t.wechat_chats, _whole(t.wechat_chats), title="微信会话"),
    Step(t.notes, _by_talk(t.notes), title="内部备注"),
    Step(t.tags, _whole(t.tags)),
    Step(t.attachments, files, _FILE, title="照片和视频"),
    Step(t.letters, _of(t.letters, "case_id", "cases"), title="短信和邮件"),
    Step(t.visits, _of(t.visits, "case_id", "gone")),
    Step(t.case_things, _of(t.case_things, "case_id", "cases")),
    Step(t.tasks, _of(t.tasks, "case_id", "gone")),
    Step(
        t.tasks, _of(t.tasks, "case_id", "kept"), {"title": ERASED, "note": "", "payload": {}}, title="待办"
    ),
    Step(t.avoidances, _of(t.avoidances, "case_id", "gone")),
    Step(t.avoidances, _of(t.avoidances, "case_id", "kept"), {"reason": ""}),
    Step(t.case_events, _of(t.case_events, "case_id", "gone")),
    Step(t.cases, _of(t.cases, "id", "gone"), title="未受理的投诉"),
    # Facts and history of kept cases are decided row by row: bot/adapters/database/personal/erasing.py
    Step(t.cases, _of(t.cases, "id", "kept"), _CASE, frozenset({"fields"}), title="投诉（隐去个人）"),
    Step(t.messages, _kept_lines, _LINE, title="消息（抹去内容）"),
    Step(t.messages, _goes(t.messages.c.conversation_id, "conversations"), title="消息（删除）"),
    Step(
        t.personal_requests,
        _of(t.personal_requests, "customer_id", "customers"),
        {"customer_id": None, "checked": "", "reason": ""},
    ),
    Step(t.lookups, _of(t.lookups, "who", "customers")),
    Step(t.conversations, _stays(t.conversations.c.id, "conversations"), _TALK, title="会话（隐去个人）"),
    Step(t.conversations, _goes(t.conversations.c.id, "conversations"), title="会话（删除）"),
    Step(t.customers, _stays(t.customers.c.id, "customers"), _CUSTOMER, title="顾客（隐去个人）"),
    Step(t.customers, _goes(t.customers.c.id, "customers"), title="顾客（删除）"),
)

# Looked through row by row, because no column leads to the person; so are tasks without a case.
LOOKED_THROUGH = frozenset({
    "case_events", "review_groups", "label_proposals", "suggestion_marks", "webhook_deliveries",
    "wechat_backlog",
})  # fmt: skip

_STAFF = "people of the desk, not customers"
_NOBODYS = "nobody's data"
STAYS: Mapping[str, str] = {
    "audit": "proof of who looked at what; it never holds what was looked at, and names objects by their ids",
    "users": _STAFF, "holdings": _STAFF, "sign_ins": _STAFF, "links": _STAFF, "presences": _STAFF,
    "memberships": _STAFF, "desk_groups": _STAFF, "saved_filters": _STAFF, "api_tokens": _STAFF,
    "desk_processes": _NOBODYS, "turn_leases": "held for seconds while a conversation is answered",
    "webhooks": _NOBODYS, "calendar_notices": _NOBODYS, "data_keys": _NOBODYS, "handbook_editions": _NOBODYS,
    "handbook_printed": _NOBODYS, "review_progress": _NOBODYS, "search_progress": _NOBODYS,
    "shadow_runs": _NOBODYS, "live_model": _NOBODYS, "wechat_tokens": _NOBODYS, "wechat_cursors": _NOBODYS,
    "models": "reports of trained models; their sentences had names and numbers taken out before training",
    "wechat_events": "hashes that nobody can go back from, deleted by the desk within days",
}  # fmt: skip
