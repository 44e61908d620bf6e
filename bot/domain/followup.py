"""Asking the customer afterwards (回访): a case's visits, what was answered, and what is sent outside."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BUTTON = "visit."  # before the number of an answer: the id of its button


class Satisfaction(StrEnum):
    """How content a customer is: the five answers of the handbook's decisions (Q-9), best first."""

    VERY_SATISFIED = "非常满意"
    SATISFIED = "满意"
    FAIR = "一般"
    DISSATISFIED = "不满意"
    VERY_DISSATISFIED = "非常不满意"

    @property
    def reopens(self) -> bool:
        """Whether the case is looked into again."""
        return self in (Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED)

    @property
    def number(self) -> int:
        """Its place in the question: 1 is the best, as on the telephone."""
        return list(Satisfaction).index(self) + 1

    @property
    def label(self) -> str:
        """The dialogue's label for it."""
        return "dissatisfied" if self.reopens else "satisfied"


_NUMERALS = "一二三四五"
_LONGEST_ANSWER = 40  # characters; what is longer says something else too
_FILLERS = re.compile(
    r"^(?:我|选|选择|回复|回|评价|打分|是|觉得|感觉|还算?|挺|第|:)+|(?:吧|啊|呀|哦|的|了|呢|分|个|号|项)+$"
)
_WORDS = {
    "很满意": Satisfaction.VERY_SATISFIED,
    "十分满意": Satisfaction.VERY_SATISFIED,
    "特别满意": Satisfaction.VERY_SATISFIED,
    "相当满意": Satisfaction.VERY_SATISFIED,
    "比较满意": Satisfaction.SATISFIED,
    "基本满意": Satisfaction.SATISFIED,
    "还算满意": Satisfaction.SATISFIED,
    "可以满意": Satisfaction.SATISFIED,
    "一般般": Satisfaction.FAIR,
    "还行": Satisfaction.FAIR,
    "马马虎虎": Satisfaction.FAIR,
    "凑合": Satisfaction.FAIR,
    "不太满意": Satisfaction.DISSATISFIED,
    "不是很满意": Satisfaction.DISSATISFIED,
    "不怎么满意": Satisfaction.DISSATISFIED,
    "没满意": Satisfaction.DISSATISFIED,
    "很不满意": Satisfaction.VERY_DISSATISFIED,
    "极不满意": Satisfaction.VERY_DISSATISFIED,
    "十分不满意": Satisfaction.VERY_DISSATISFIED,
    "特别不满意": Satisfaction.VERY_DISSATISFIED,
    **{str(answer): answer for answer in Satisfaction},
}


def pressed(choice: str | None) -> Satisfaction | None:
    """The answer behind a button's id."""
    number = (choice or "").removeprefix(BUTTON)
    return _numbered(number) if choice and choice.startswith(BUTTON) and number.isdecimal() else None


def understood(text: str) -> Satisfaction | None:
    """The answer that a text in Simplified characters gives by its number or its words, and nothing else."""
    if len(text) > _LONGEST_ANSWER:
        return None
    plain = unicodedata.normalize("NFKC", text).strip(" 。.!,、~")
    answer = _WORDS.get(plain) or _numbered(plain)
    if answer is None:
        bare = _FILLERS.sub("", plain)
        answer = _WORDS.get(bare) or _numbered(bare)
    return answer


def _numbered(text: str) -> Satisfaction | None:
    if len(text) != 1 or text not in f"12345{_NUMERALS}":
        return None
    number = int(text) if text.isascii() else _NUMERALS.index(text) + 1
    return list(Satisfaction)[number - 1]


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    ASKED = "asked"
    ANSWERED = "answered"
    UNREACHED = "unreached"
    DROPPED = "dropped"


class Way(StrEnum):
    """How a customer is asked."""

    CHAT = "chat"
    MAIL = "mail"
    SMS = "sms"
    CALL = "call"
    NOTICE = "notice"  # a template or subscription message of a 公众号, which says that something waits


@dataclass(eq=False)
class Visit:
    """The `nth` visit in a round of a case, begun at `due_at` or after.

    `tries` were made, the last one at `tried_at` by `way`; without an answer the next follows at `next_at`.
    """

    id: str
    case_id: str
    conversation_id: str
    round: int
    nth: int
    due_at: datetime
    next_at: datetime
    created_at: datetime
    state: VisitState = VisitState.PLANNED
    tries: int = 0
    tried_at: datetime | None = None
    way: Way | None = None
    satisfaction: Satisfaction | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.state in (VisitState.PLANNED, VisitState.ASKED)

    def tried(self, way: Way, now: datetime, next_at: datetime) -> None:
        """The customer was asked (once more)."""
        self.state, self.way = VisitState.ASKED, way
        self.tries, self.tried_at, self.next_at = self.tries + 1, now, next_at

    def answer(self, satisfaction: Satisfaction, by: str, now: datetime) -> None:
        """The customer has answered; `by` is the customer, or who spoke with them."""
        self.state, self.satisfaction = VisitState.ANSWERED, satisfaction
        self.answered_at, self.answered_by = now, by


class LetterState(StrEnum):
    """Where something stands that is sent outside."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"  # it may have arrived: it is not sent again


@dataclass(eq=False)
class Letter:
    """A mail or short message to a customer, stored before it is sent.

    `id` goes with it, so that a gateway that receives it twice can tell.
    """

    id: str
    case_id: str
    way: Way
    recipient: str = field(repr=False)
    subject: str
    text: str
    created_at: datetime
    next_at: datetime
    visit_id: str | None = None
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    sent_at: datetime | None = None
    error: str = ""
