"""What webhooks tell of an event; what is personal only where the subscription may have it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.case import Case, CaseEvent
from bot.domain.conversation import Conversation, Message, Owner
from bot.domain.webhook import Event

CASE_EVENTS: Mapping[str, Event] = {
    "accepted": Event.CASE_ACCEPTED,
    "moved": Event.CASE_MOVED,
    "refiled": Event.CASE_MOVED,
    "closed": Event.CASE_CLOSED,
    "withdrawn": Event.CASE_WITHDRAWN,
    "reopened": Event.CASE_REOPENED,
    "merged": Event.CASE_MERGED,
}
OWNER_EVENTS: Mapping[Owner, Event] = {
    Owner.QUEUE: Event.CONVERSATION_QUEUED,
    Owner.AGENT: Event.CONVERSATION_CLAIMED,
    Owner.BOT: Event.CONVERSATION_RELEASED,
    Owner.CLOSED: Event.CONVERSATION_CLOSED,
}


def of_case(case: Case, event: CaseEvent, *, personal: bool) -> dict[str, Any]:
    """What happened to a case; `version` is what a program hands in to move it on."""
    told: dict[str, Any] = {
        "case": {
            "id": case.id,
            "number": case.number,
            "version": event.seq,
            "state": case.state.value,
            "step": case.step,
            "issue": case.issue,
            "second_issue": case.second_issue,
            "severity": case.severity,
            "heat": case.heat,
            "channel": case.channel,
            "department": case.department,
            "conversation": case.conversation_id,
            "accepted_at": _iso(case.accepted_at),
            "due_at": _iso(case.due_at),
            "step_due_at": _iso(case.step_due_at),
            "closed_at": _iso(case.closed_at),
        },
        "move": (event.payload or {}).get("arrow"),
        "by": event.actor,
    }
    if personal:
        told["case"] |= {"text": case.text, "facts": dict(case.fields)}
    return told


def of_conversation(conversation: Conversation, *, personal: bool) -> dict[str, Any]:
    """Who owns a conversation now."""
    del personal  # it holds nothing of the customer
    return {
        "conversation": {
            "id": conversation.id,
            "channel": conversation.channel,
            "owner": conversation.owner.value,
            "agent": conversation.agent_id,
            "version": conversation.version,
        }
    }


def of_message(message: Message, *, personal: bool) -> dict[str, Any]:
    """A new line of a conversation."""
    line: dict[str, Any] = {
        "id": message.id,
        "seq": message.seq,
        "author": message.author.value,
        "at": _iso(message.created_at),
        "clause": message.clause,
        "files": message.files,
    }
    return {
        "conversation": {"id": message.conversation_id},
        "message": {**line, "text": message.text} if personal else line,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
