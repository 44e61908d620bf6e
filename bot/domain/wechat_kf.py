"""微信客服: what its pages of messages say, and the states that its sessions go through. No I/O.

A page is Tencent's JSON: data of a stranger. What is of no form we know is passed over, never a failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from bot.domain.conversation import Owner

CODE_GOOD_FOR = timedelta(seconds=20)  # an event's code, with which one message may be sent
LONGEST_TEXT = 20_000  # characters
_LONGEST_ID = 128
_END_OF_TIME = 4_102_444_800  # 2100: a time of sending behind it is none


class Session(IntEnum):
    """Who has a session at Tencent's."""

    NEW = 0
    BOT = 1
    QUEUE = 2
    HUMAN = 3
    ENDED = 4


# NEW comes by itself, with a customer's message after the end.
_MOVES: Mapping[Session, frozenset[Session]] = {
    Session.NEW: frozenset({Session.BOT, Session.QUEUE, Session.HUMAN, Session.ENDED}),
    Session.BOT: frozenset({Session.QUEUE, Session.HUMAN, Session.ENDED}),
    Session.QUEUE: frozenset({Session.HUMAN, Session.ENDED}),
    Session.HUMAN: frozenset({Session.HUMAN, Session.ENDED}),
    Session.ENDED: frozenset(),
}
WRITABLE = frozenset({Session.NEW, Session.BOT})  # where the desk may send
# Where nothing is to be done, whoever answers how.
SETTLED: Mapping[Owner, frozenset[Session]] = {
    Owner.BOT: frozenset({Session.BOT, Session.ENDED}),
    Owner.QUEUE: frozenset({Session.QUEUE, Session.HUMAN, Session.ENDED}),
    Owner.AGENT: frozenset({Session.HUMAN, Session.ENDED}),
    Owner.CLOSED: frozenset({Session.ENDED}),
}


class Origin(IntEnum):
    """Who made an entry of a page."""

    CUSTOMER = 3
    EVENT = 4
    SERVICER = 5


class Change(IntEnum):
    """What happened to a session in WeCom's own app."""

    TAKEN = 1
    PASSED_ON = 2
    ENDED = 3
    TAKEN_UP_AGAIN = 4


@dataclass(frozen=True)
class Entry:
    """One entry of a page: a customer's message, one of a servicer in WeCom, or an event.

    `id` is Tencent's msgid; `kind` the msgtype, or the event's type; `text` the words in it, if it has any,
    `menu_id` the choice that was tapped, `media_id` the file. `details` are an event's own values.
    """

    id: str = field(repr=False)
    open_kfid: str
    customer: str = field(repr=False)
    at: datetime
    origin: Origin
    kind: str
    servicer: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    menu_id: str = ""
    media_id: str = field(default="", repr=False)
    details: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def external_id(self) -> str:
        """Under which the desk knows the customer."""
        return external_id(self.open_kfid, self.customer)


def external_id(open_kfid: str, customer: str) -> str:
    """The external id in the channel "kf": the same person is somebody else at each account."""
    return f"{open_kfid}:{customer}"


def parted(external_id: str) -> tuple[str, str]:
    """The account and the customer's id at Tencent's."""
    open_kfid, _, customer = external_id.partition(":")
    return open_kfid, customer


def entry(data: Mapping[str, Any], open_kfid: str) -> Entry | None:
    """One entry of an account's page; None for what can't be read or is nobody's."""
    content = _object(data, kind := _word(data, "msgtype"))
    own = _object(data, "event") if kind == "event" else {}
    at = _moment(data.get("send_time"))
    try:
        origin = Origin(data.get("origin") or 0)
    except (ValueError, TypeError):
        return None
    msgid, customer = _word(data, "msgid"), _word(data, "external_userid") or _word(own, "external_userid")
    if not msgid or not kind or at is None or not (customer or own):
        return None
    return Entry(
        id=msgid,
        open_kfid=open_kfid,
        customer=customer,
        at=at,
        origin=Origin.EVENT if own else origin,
        kind=_word(own, "event_type") if own else kind,
        servicer=_word(data, "servicer_userid"),
        text=_words_of(kind, content),
        menu_id=_word(content, "menu_id"),
        media_id=_word(content, "media_id", most=1024),
        details={name: _word(own, name, most=1024) for name in own},
    )


def wanted(owner: Owner, *, servicer: bool, pool: bool) -> Session:
    """Who should have the session, by who owns the conversation.

    `servicer`: its agent answers in WeCom's own app; `pool`: people in WeCom take from the pool. Where they
    answer in the desk's console the session stays with the bot: only then may the desk send.
    """
    if owner is Owner.CLOSED:
        return Session.ENDED
    if owner is Owner.AGENT and servicer:
        return Session.HUMAN
    if owner is Owner.QUEUE and pool:
        return Session.QUEUE
    return Session.BOT


def step(now: Session, goal: Session) -> Session | None:
    """The next state on the way from one to another; None if there is nothing to do, or no way.

    From people back to the bot leads only the end: the customer's next message begins anew.
    """
    if now is goal or now is Session.ENDED or (goal is Session.QUEUE and now is Session.HUMAN):
        return None
    if goal is Session.BOT and now not in WRITABLE:
        return Session.ENDED
    return goal if goal in _MOVES[now] else None


_FAILURES = {
    1: "客服账号已被删除",
    2: "应用已被关闭",
    4: "顾客最后一次说话已超过48小时",
    5: "会话已结束",
    6: "顾客说话后已发满5条",
    11: "顾客拒收",
    12: "企业没有成员登录过企业微信",
    13: "这种消息不允许发送",
}


def failure(fail_type: str) -> str:
    """Why a message that was accepted never arrived, in Chinese (the event msg_send_fail)."""
    known = _FAILURES.get(int(fail_type)) if fail_type.isascii() and fail_type.isdigit() else None
    return f"微信没有送达：{known or '原因不明'}"


_SPOKEN = {
    "image": "［图片］",
    "voice": "［语音］",
    "video": "［视频］",
    "file": "［文件］",
    "business_card": "［名片］",
    "miniprogram": "［小程序］",
}


def spoken(entry: Entry) -> str:
    """What a servicer said in WeCom's own app, as a line of the transcript."""
    return entry.text or _SPOKEN.get(entry.kind, "［在企业微信里发的消息］")


def _words_of(kind: str, content: Mapping[str, Any]) -> str:
    if kind == "text":
        return _word(content, "content", most=LONGEST_TEXT)
    if kind == "location":
        named = [_word(content, "name", most=200), _word(content, "address", most=400)]
        return "我的位置：" + " ".join(dict.fromkeys(filter(None, named))) if any(named) else ""
    if kind == "link":
        title, url = _word(content, "title", most=400), _word(content, "url", most=2000)
        return "\n".join(filter(None, (title, url)))
    return ""


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _word(data: Mapping[str, Any], name: str, *, most: int = _LONGEST_ID) -> str:
    value = data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else ""
    return value if isinstance(value, str) and len(value) <= most else ""


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds < _END_OF_TIME:
        return None
    return datetime.fromtimestamp(seconds, UTC)
