"""What a reviewer sees of the inbox and of one message (bot/services/review/reviewing.py)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.conversation import Author
from bot.domain.correction import Marked
from bot.domain.review import ReviewReason, ReviewState

REASONS = {
    ReviewReason.NOT_UNDERSTOOD: "反问了顾客",
    ReviewReason.LOW_CONFIDENCE: "把握不大",
    ReviewReason.CLOSE: "两种意思很接近",
    ReviewReason.HANDED_OVER: "随后要求转人工",
    ReviewReason.DENIED: "顾客说不是这个意思",
    ReviewReason.PICKED: "顾客另选了意思",
    ReviewReason.RECLASSIFIED: "客服改了投诉类别",
    ReviewReason.SHADOW: "新旧模型读法不同",
}

# The facts that can be marked, in the order of their keys.
ENTITIES = {
    "product": "商品",
    "date": "日期",
    "batch_no": "批号",
    "quantity": "数量",
    "amount": "金额",
    "flavour": "口味",
    "place": "地点",
    "person": "人名",
    "phone": "电话",
    "order_no": "单号",
}


@dataclass(frozen=True)
class Listed:
    """A group in the list, by its newest message; numbers are masked."""

    message_id: str
    text: str
    at: datetime
    read_as: str | None
    confidence: float
    reasons: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Spoken:
    """A line of the conversation around a message; numbers are masked. `asked`: it is the message itself."""

    author: Author
    text: str
    at: datetime
    asked: bool


@dataclass(frozen=True)
class Kept:
    """What would be kept of a message as it stands: without anything personal, with the facts in it."""

    message_id: str
    text: str
    marks: tuple[Marked, ...]

    def to_json(self) -> dict[str, Any]:
        """For the page's script."""
        return {"text": self.text, "entities": [mark._asdict() for mark in self.marks]}


@dataclass(frozen=True)
class Likely:
    """A label that it may mean, and how likely that is; None: somebody chose it."""

    label: str
    title: str
    confidence: float | None


@dataclass(frozen=True)
class Answer:
    """What one reviewer made of it, in words; `mine`: who looks at it gave it."""

    id: str
    by: str
    at: datetime
    kind: str
    rows: tuple[tuple[str, str], ...]  # the title of the label, and the text
    mine: bool


@dataclass(frozen=True)
class Asked:
    """A colleague who was asked; `said` is None while they haven't answered."""

    name: str
    said: str | None


@dataclass(frozen=True)
class Shown:
    """One message with everything that a reviewer decides by."""

    message_id: str
    conversation_id: str
    at: datetime
    state: ReviewState
    lines: tuple[Spoken, ...]
    read_as: str | None
    confidence: float
    reasons: tuple[str, ...]
    likely: tuple[Likely, ...]
    kept: Kept
    others: tuple[Kept, ...]
    answers: tuple[Answer, ...]
    asked: tuple[Asked, ...]
    may_settle: bool


@dataclass(frozen=True)
class Inbox:
    """The list, and how many messages are left: open ones, and those on which reviewers differ."""

    listed: tuple[Listed, ...]
    left: int
    disputed: int
