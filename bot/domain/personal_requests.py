"""What somebody asks for about their own data, and until when it has to be done.

The rights are those of the Personal Information Protection Law: to look and get a copy (Art. 45), to have it
put right (Art. 46), to have it erased (Art. 47); relatives of somebody who died have them too (Art. 49), and
who is refused is told why (Art. 50). The law says "in time"; 《App违法违规收集使用个人信息行为认定方法》
(2019, part 6) says that correcting and erasing takes fifteen working days at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from bot.domain.deadlines import workdays_later
from bot.domain.errors import Conflict
from bot.domain.workdays import SHANGHAI, Calendar

WORKDAYS = 15
# Deeds of the audit log
REQUEST_MADE, REQUEST_CLOSED = "request_made", "request_closed"
ERASURE_PROPOSED, ERASURE_RETURNED = "erasure_proposed", "erasure_returned"


class RequestKind(StrEnum):
    """What is asked for."""

    COPY = "copy"
    CORRECT = "correct"
    ERASE = "erase"


class Asker(StrEnum):
    """Who asks."""

    SELF = "self"
    GUARDIAN = "guardian"
    AGENT = "agent"
    RELATIVE = "relative"  # of somebody who died


class Way(StrEnum):
    """How the request came."""

    TALK = "talk"
    PHONE = "phone"
    LETTER = "letter"
    COUNTER = "counter"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    PROPOSED = "proposed"  # an erasure that a second person has to confirm
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(eq=False)
class PersonalRequest:
    """One request. Once the person is erased it leads nobody back to them: no customer, no words.

    `asked_on` is the day on which it came, `named_by` how the person was named; `checked` says how it was
    made sure that it is them; `taken_at` when the copy was last taken. `proposed_by` wants the erasure, and
    `reason` says why, or why the request was refused. `result` says what was done, by what it is.
    """

    id: str
    kind: RequestKind
    asker: Asker
    way: Way
    asked_on: date
    due_at: datetime
    made_at: datetime
    made_by: str
    named_by: str
    customer_id: str | None
    checked: str
    state: RequestState = RequestState.OPEN
    reason: str = ""
    taken_at: datetime | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in (RequestState.OPEN, RequestState.PROPOSED)

    def late(self, now: datetime) -> bool:
        """Whether it was, or is, not done in time."""
        return (self.decided_at or now) > self.due_at

    def expect(self, kind: RequestKind, state: RequestState = RequestState.OPEN) -> None:
        """Conflict unless it is of this kind and stands there."""
        if self.kind is not kind or self.state is not state or self.customer_id is None:
            raise Conflict("这条请求已经有人处理过，或者状态变了，请刷新再看。")

    def decide(self, state: RequestState, by: str, now: datetime, reason: str = "") -> None:
        """It is over."""
        self.state, self.decided_by, self.decided_at = state, by, now
        self.reason = reason or self.reason

    def reopen(self) -> None:
        """The second person doesn't confirm the erasure."""
        self.state, self.proposed_by, self.proposed_at, self.reason = RequestState.OPEN, None, None, ""


def due_on(asked_on: date, calendar: Calendar, closes: time) -> datetime:
    """The end of the fifteenth working day after the day of the request."""
    return datetime.combine(workdays_later(asked_on, WORKDAYS, calendar), closes, SHANGHAI)
