"""What comes in from WeChat, after its envelope has been opened: one record for every kind of message.

None of these records shows an openid, a token or what somebody wrote when it is printed.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class InboundKind(StrEnum):
    """Kinds of messages that are told apart."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"  # short ones too
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    OTHER = "other"


class Trouble(StrEnum):
    """Why a callback is refused; the status that its sender gets hangs on it, and nothing else does."""

    SIGNATURE = "signature"
    STALE = "stale"
    PLAIN = "plain"  # not encrypted, where everything must be
    SIZE = "size"
    XML = "xml"
    CRYPTO = "crypto"

    @property
    def status(self) -> int:
        """The HTTP status to answer with."""
        if self in (Trouble.SIGNATURE, Trouble.STALE, Trouble.PLAIN):
            return 403
        return 413 if self is Trouble.SIZE else 400


class Malformed(Exception):
    """A callback that is refused; `reason` is for the log and holds nothing of what came in."""

    def __init__(self, kind: Trouble, reason: str) -> None:
        super().__init__(f"{kind.value}: {reason}")
        self.kind, self.reason = kind, reason


@dataclass(frozen=True)
class Opened:
    """A message out of its envelope; `key_index` is the key's that opened it, None if it came unencrypted."""

    xml: bytes = field(repr=False)
    key_index: int | None


@dataclass(frozen=True)
class Inbound:
    """A message or event of a customer.

    `to` is our account, `sender` the customer's openid, `created` seconds since 1970 by WeChat's clock.
    `menu_id` is the tapped choice's of a msgmenu. Events have `event` and perhaps `event_key`, and no
    `msg_id`. `extra` holds every other element: "Recognition", "SubscribeMsgPopupEvent.List.2.TemplateId".
    """

    to: str = field(repr=False)
    sender: str = field(repr=False)
    created: int
    kind: InboundKind
    text: str = field(default="", repr=False)
    media_id: str = field(default="", repr=False)
    menu_id: str = ""
    event: str = ""
    event_key: str = field(default="", repr=False)
    msg_id: str = field(default="", repr=False)
    extra: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class KfDoorbell:
    """微信客服 says that there is something to fetch, with this token (good for ten minutes)."""

    token: str = field(repr=False)
    open_kfid: str


def written(inbound: Inbound) -> str:
    """The record as JSON, to be kept for a while."""
    return json.dumps(asdict(inbound), ensure_ascii=False)


def read(text: str) -> Inbound:
    """What `written` made of a record."""
    values = json.loads(text)
    return Inbound(**{**values, "kind": InboundKind(values["kind"])})


def dedup_key(inbound: Inbound) -> str:
    """The same for every delivery of one message, another for every other: 64 hex digits, no openid in it.

    MsgId alone has collided across customers, CreateTime alone collides; events have no MsgId (an event about
    a template message has that one's MsgID, and two of them may come in one second).
    """
    ends = [inbound.to, inbound.sender]
    if inbound.kind is not InboundKind.EVENT and inbound.msg_id.strip("0"):
        parts = ["message", *ends, inbound.msg_id]
    elif inbound.kind is InboundKind.EVENT:
        told = inbound.extra.get("MsgID", "")
        parts = ["event", *ends, str(inbound.created), inbound.event, inbound.event_key, told]
    else:
        parts = ["other", *ends, str(inbound.created), inbound.kind, inbound.text, inbound.media_id]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
