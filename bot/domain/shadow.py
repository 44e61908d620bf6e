"""Shadow replay: real messages read once more by a candidate, and people's judgement of what it reads anew.

Labels are compared as words: a message that was not understood has the word NOT_UNDERSTOOD.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import labels
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.evaluation import NOT_UNDERSTOOD

LONGEST_DAYS = 365
MOST_MESSAGES = 50_000


class ShadowState(StrEnum):
    """What became of a run. One that is RUNNING goes on after a restart where it stopped."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verdict(StrEnum):
    """Whose reading was right."""

    NEW = "new"
    OLD = "old"
    NEITHER = "neither"


class Risk(StrEnum):
    """How much a change touches what must never be missed (`is_guarded`); the gravest first."""

    LOST = "lost"  # it was read as a guarded label, and is no more
    GAINED = "gained"  # it is read as a guarded label, and was not
    NONE = "none"


@dataclass(eq=False)
class ShadowRun:
    """One re-reading by `model_id` of the messages since `since`, newest first, at most `most`.

    `total` are the messages there were when it began, `done` those read so far, `cursor_at` and `cursor_id`
    the last of them; `others` of them were read at the time by another model than the one that was
    live when the run began (`live_model`). Whoever works at it says so in `taken_at` with each batch;
    `seconds` is the time it took them.
    """

    id: str
    model_id: str
    live_model: str | None
    days: int
    most: int
    since: datetime
    created_at: datetime
    created_by: str
    total: int
    state: ShadowState = ShadowState.RUNNING
    done: int = 0
    changed: int = 0
    others: int = 0
    seconds: float = 0.0
    cursor_at: datetime | None = None
    cursor_id: str | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100."""
        return 100 * self.done // self.total if self.total else 100

    @property
    def left(self) -> int:
        """How many messages may still be read."""
        return self.most - self.done

    def cancel(self, now: datetime) -> None:
        """Somebody wants no more of it; Conflict when it has ended already."""
        if self.state is not ShadowState.RUNNING:
            raise Conflict("这次重读已经结束了。")
        self.state, self.ended_at, self.taken_at = ShadowState.CANCELLED, now, None

    def go_on(self) -> None:
        """From where it stopped; Conflict unless it was cancelled or failed."""
        if self.state not in (ShadowState.CANCELLED, ShadowState.FAILED):
            raise Conflict("这次重读没有中断，不需要继续。")
        self.state, self.ended_at, self.taken_at, self.error = ShadowState.RUNNING, None, None, None

    def finish(self, now: datetime) -> None:
        """Everything was read."""
        self.state, self.ended_at, self.taken_at = ShadowState.DONE, now, None

    def fail(self, reason: str, now: datetime) -> None:
        """It can't go on by itself; `reason` is shown."""
        self.state, self.ended_at, self.taken_at, self.error = ShadowState.FAILED, now, None, reason


@dataclass(eq=False)
class Difference:
    """A message that a run read differently: the labels then and now, and how sure each model was."""

    run_id: str
    message_id: str
    conversation_id: str
    before: str
    after: str
    before_confidence: float
    after_confidence: float
    risk: Risk


@dataclass(eq=False)
class ShadowJudgement:
    """What a message really says, as somebody judged it: one a message, for all models.

    `text` has nothing personal in it; `label` may be NOT_UNDERSTOOD: then a model does best to ask again.
    """

    message_id: str
    text: str
    label: str
    by: str
    at: datetime

    def of(self, difference: Difference) -> Verdict:
        """Whose reading it says was right."""
        right = {difference.after: Verdict.NEW, difference.before: Verdict.OLD}
        return right.get(self.label, Verdict.NEITHER)


@dataclass(frozen=True)
class Change:
    """All messages of a run that went from one label to another; `new`, `old`, `neither` were judged so."""

    before: str
    after: str
    risk: Risk
    count: int
    new: int = 0
    old: int = 0
    neither: int = 0

    @property
    def open(self) -> int:
        """How many nobody has judged."""
        return self.count - self.new - self.old - self.neither


def word(label: str | None) -> str:
    """A reading's label as it is compared and stored."""
    return label or NOT_UNDERSTOOD


def is_guarded(label: str) -> bool:
    """Whether missing it can do harm: illness, special cases, somebody who wants a person."""
    return labels.raises_case(label) or label == "request_human"


def risk_of(before: str, after: str) -> Risk:
    """How much it touches what must never be missed."""
    if is_guarded(before) and before != after:
        return Risk.LOST
    return Risk.GAINED if is_guarded(after) and before != after else Risk.NONE


def in_order(changes: list[Change]) -> list[Change]:
    """The riskiest first, then the most frequent."""
    grave = list(Risk)
    return sorted(changes, key=lambda one: (grave.index(one.risk), -one.count, one.before, one.after))


def judged_label(verdict: str, chosen: str, difference: Difference) -> str:
    """The label that a verdict names; InvalidInput where it names none, or a wrong one."""
    if verdict == Verdict.NEW:
        return difference.after
    if verdict == Verdict.OLD:
        return difference.before
    if verdict != Verdict.NEITHER:
        raise InvalidInput("请选择“新的对”“原来的对”或“都不对”。")
    if chosen not in labels.ALL and chosen != NOT_UNDERSTOOD:
        raise InvalidInput("请选择这句话真正的意思。")
    return chosen


def bounded(days: str, most: str) -> tuple[int, int]:
    """How far back and how many at most, from a form; InvalidInput."""
    if not (days.isdecimal() and 0 < int(days) <= LONGEST_DAYS):
        raise InvalidInput(f"天数请填 1 到 {LONGEST_DAYS} 之间的数字。")
    if not (most.isdecimal() and 0 < int(most) <= MOST_MESSAGES):
        raise InvalidInput(f"条数请填 1 到 {MOST_MESSAGES} 之间的数字。")
    return int(days), int(most)
