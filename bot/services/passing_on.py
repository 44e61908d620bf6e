"""Customers without a chat: what the desk says to them is somebody's to pass on."""

from datetime import datetime

from bot.domain.by_hand import by_hand
from bot.domain.case import Case
from bot.domain.conversation import Conversation
from bot.domain.deadlines import Duration, Unit
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_A_WORKDAY = Duration(1, Unit.WORKDAYS)


def pass_on(uow: UnitOfWork, words: Words, case: Case, conversation: Conversation, now: datetime) -> None:
    """Have a person tell a case's customer what was announced, where no page or app of theirs shows it."""
    if not by_hand(conversation.channel):
        return
    text = " ".join(announced["text"] for announced in conversation.announcements)
    phone = case.fields.get("phone") or "没有留下号码"
    uow.tasks.add(
        Task(
            id=new_id(now),
            kind=TaskKind.CALL,
            title=f"{case.number} 请转告顾客（{phone}）：{text}",
            assignee_kind=Assignee.USER if case.handler_id else Assignee.ROLE,
            assignee=case.handler_id or Role.AGENT.value,
            created_at=now,
            created_by="desk",
            case_id=case.id,
            due_at=words.due(now, _A_WORKDAY),
        )
    )
