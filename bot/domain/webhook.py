"""Telling other programs what happened: subscriptions, what is sent to them, and how it is signed."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

SECRET_PREFIX = "whsec_"  # noqa: S105 -- Standard Webhooks' mark of a secret, not one
_SECRET_BYTES = 32


class Event(StrEnum):
    """What can be subscribed to."""

    CASE_ACCEPTED = "case.accepted"
    CASE_MOVED = "case.moved"
    CASE_CLOSED = "case.closed"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_REOPENED = "case.reopened"
    CASE_MERGED = "case.merged"
    CONVERSATION_QUEUED = "conversation.queued"
    CONVERSATION_CLAIMED = "conversation.claimed"
    CONVERSATION_RELEASED = "conversation.released"
    CONVERSATION_CLOSED = "conversation.closed"
    MESSAGE_CREATED = "message.created"


EVENTS = {
    Event.CASE_ACCEPTED: "投诉受理",
    Event.CASE_MOVED: "投诉往下办理",
    Event.CASE_CLOSED: "投诉结案",
    Event.CASE_WITHDRAWN: "投诉撤销",
    Event.CASE_REOPENED: "投诉重开",
    Event.CASE_MERGED: "投诉合并",
    Event.CONVERSATION_QUEUED: "会话排队等人工",
    Event.CONVERSATION_CLAIMED: "客服接手会话",
    Event.CONVERSATION_RELEASED: "会话交还机器人",
    Event.CONVERSATION_CLOSED: "会话结束",
    Event.MESSAGE_CREATED: "新消息",
}


class DeliveryState(StrEnum):
    """Where something stands that is sent to a subscriber."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(eq=False)
class Webhook:
    """A subscription. `personal`: its payloads hold names, phones and what was said."""

    id: str
    url: str
    secret: str
    created_at: datetime
    created_by: str
    events: list[str] = field(default_factory=list)
    personal: bool = False
    active: bool = True


@dataclass(eq=False)
class Delivery:
    """One event for one subscriber, stored in the transaction of the event and sent afterwards.

    `event_id` is the same for all subscribers and all attempts: by it a receiver tells a repetition.
    """

    id: str
    webhook_id: str
    event_id: str
    event: str
    payload: dict[str, Any]
    created_at: datetime
    next_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    give_up_at: datetime | None = None  # not tried again from then on; None: a day after it was made
    sent_at: datetime | None = None
    status: int | None = None
    error: str = ""

    @property
    def body(self) -> bytes:
        """What is sent."""
        whole = {
            "id": self.event_id,
            "type": self.event,
            "timestamp": self.created_at.astimezone(UTC).isoformat(),
            "data": self.payload,
        }
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The signature of a body: HMAC-SHA256 over id, timestamp (Unix seconds) and body.

    As the Standard Webhooks specification has it, for which there are libraries in many languages.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, b"%s.%d." % (id.encode(), timestamp) + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
