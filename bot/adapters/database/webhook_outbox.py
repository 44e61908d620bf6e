"""Writes what webhooks tell into their outbox, in the transaction of the event, whoever caused it.

The session notes what it writes; just before the commit, deliveries are added for whoever subscribed to it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories_avoidance import NotingSession
from bot.adapters.database.tables import webhooks
from bot.domain.by_hand import by_hand
from bot.domain.case import Case, CaseEvent
from bot.domain.conversation import Conversation, Message
from bot.domain.webhook import Delivery, Webhook
from bot.domain.webhook_payloads import CASE_EVENTS, OWNER_EVENTS, of_case, of_conversation, of_message
from bot.services.ids import new_id

_HAPPENED = "kesu_happened"  # the session's own note
_Happened = CaseEvent | Message | Conversation


@event.listens_for(NotingSession, "before_flush")
def _note(session: Session, _context: object, _instances: object) -> None:
    happened: list[_Happened] = session.info.setdefault(_HAPPENED, [])
    happened += filter(_is_said, session.new)
    happened += filter(_is_handed_on, session.dirty)


async def write_deliveries(session: AsyncSession) -> None:
    """Add deliveries of what this session has written since it was last asked."""
    happened: list[_Happened] = session.sync_session.info.pop(_HAPPENED, [])
    if not happened:
        return
    with races_as_conflicts():
        subscribed = list(await session.scalars(select(Webhook).where(webhooks.c.active)))
        if not subscribed:
            return
        cases = {one.case_id: await _case(session, one) for one in happened if isinstance(one, CaseEvent)}
    for one in dict.fromkeys(happened):
        session.add_all(_deliveries(one, subscribed, cases))


def _deliveries(happened: _Happened, subscribed: list[Webhook], cases: dict[str, Case]) -> Iterator[Delivery]:
    name, at = _named(happened)
    event_id = new_id(at)
    for webhook in subscribed:
        if name in webhook.events:
            payload = _payload(happened, cases, personal=webhook.personal)
            yield Delivery(new_id(at), webhook.id, event_id, name, payload, at, at)


def _named(happened: _Happened) -> tuple[str, datetime]:
    if isinstance(happened, CaseEvent):
        return CASE_EVENTS[happened.kind].value, happened.at
    if isinstance(happened, Message):
        return "message.created", happened.created_at
    return OWNER_EVENTS[happened.owner].value, happened.updated_at


def _payload(happened: _Happened, cases: dict[str, Case], *, personal: bool) -> dict[str, Any]:
    if isinstance(happened, CaseEvent):
        return of_case(cases[happened.case_id], happened, personal=personal)
    if isinstance(happened, Message):
        return of_message(happened, personal=personal)
    return of_conversation(happened, personal=personal)


async def _case(session: AsyncSession, happened: CaseEvent) -> Case:
    return await session.get_one(Case, happened.case_id)


def _is_said(record: object) -> bool:
    """Whether it is a new line, or an entry of a case's history that is told."""
    return isinstance(record, Message) or (isinstance(record, CaseEvent) and record.kind in CASE_EVENTS)


def _is_handed_on(record: object) -> bool:
    """Whether it is a conversation that has another owner; those by hand have none."""
    if not isinstance(record, Conversation) or by_hand(record.channel):
        return False
    state: Any = inspect(record)
    return any(state.attrs[name].history.has_changes() for name in ("owner", "agent_id"))
