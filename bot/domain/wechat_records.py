"""What the desk keeps of a chat over WeChat: its window, what was handed on, and what is to be sent.

`channel` is "wechat" (公众号) or "kf" (微信客服) in all of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.wechat import WindowKind

__all__ = [
    "Chat",
    "Decision",
    "IncomingMedia",
    "KfCursor",
    "MediaState",
    "Sending",
    "SendingState",
    "SharedToken",
    "Way",
    "WindowKind",
]


class Way(StrEnum):
    """How a message is answered; decided once for each."""

    PASSIVE = "passive"  # in the answer to WeChat's own call
    CUSTOM = "custom"  # by a call of ours


class SendingState(StrEnum):
    """What became of one call that hands lines on to WeChat."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"  # WeChat may have it or not: it is never sent again
    FAILED = "failed"
    HELD = "held"  # there is no window for it: it goes with the customer's next message


class MediaState(StrEnum):
    """How far a photo or video is that a customer sent over WeChat."""

    WAITING = "waiting"
    TAKEN = "taken"
    FAILED = "failed"


@dataclass(eq=False)
class Chat:
    """A conversation as WeChat knows it; `account` is the AppID, or the open_kfid.

    `sent_seq` is the last line of ours that was decided upon: it was said passively, or a Sending was made
    of it. `window_since` is when the customer last opened a window, `window_sent` what was sent in it.
    `kf_state` is the session's state at 微信客服 (0 to 4); `welcome_code` is good once, until
    `welcome_until`.
    """

    conversation_id: str
    channel: str
    account: str
    window_kind: WindowKind | None = None
    window_since: datetime | None = None
    window_sent: int = 0
    subscribed: bool = True
    sent_seq: int = 0
    warned_at: datetime | None = None
    kf_state: int | None = None
    kf_state_at: datetime | None = None
    welcome_code: str | None = None
    welcome_until: datetime | None = None

    def opened(self, kind: WindowKind, now: datetime) -> None:
        """The customer did something that lets us write to them, anew from now on."""
        self.window_kind, self.window_since, self.window_sent = kind, now, 0
        self.warned_at = None


@dataclass(frozen=True)
class Decision:
    """How a message is answered; `reply` is the text of a passive answer."""

    message_id: str
    way: Way
    decided_at: datetime
    reply: str | None = None


@dataclass(eq=False)
class Sending:
    """One call to WeChat: the `part`-th of those that hand on the lines `from_seq` to `to_seq`.

    `way` says which call it is, `body` what it takes ({"text": …}, {"menu": …}): whoever makes and carries
    out sendings agrees on both. One in state SENDING is somebody's until `next_at`.
    """

    id: str
    conversation_id: str
    from_seq: int
    to_seq: int
    part: int
    way: str
    body: dict[str, Any]
    created_at: datetime
    next_at: datetime
    state: SendingState = SendingState.WAITING
    code: int | None = None
    error: str = ""
    attempts: int = 0
    sent_at: datetime | None = None


@dataclass(eq=False)
class IncomingMedia:
    """A photo or video that is still with WeChat; the customer's line stands in the transcript already."""

    message_id: str
    media_id: str = field(repr=False)
    kind: str
    created_at: datetime
    next_at: datetime
    state: MediaState = MediaState.WAITING
    attempts: int = 0


@dataclass(frozen=True)
class SharedToken:
    """The access token of an account that all desk processes share.

    Without `lease_until`, or once that is over, nobody is fetching a new one. `alarm` says why none is to be
    had until a person has seen to it.
    """

    account: str
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    lease_until: datetime | None = None
    alarm: str | None = None


@dataclass(frozen=True)
class KfCursor:
    """Up to where the messages of an open_kfid have been processed, and who is at it."""

    open_kfid: str
    cursor: str
    holder: str
    lease_until: datetime
