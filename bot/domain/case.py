"""A complaint's case: its number, its fields, and its history."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.domain import labels

JOINED = "、"  # between several values of one field, as in 绿茶、乌龙茶
_LATER = "later."  # in `asked`, before the field that the customer will tell later
_DIGITS = 8


class CaseState(StrEnum):
    """A draft is counted only once it is accepted (design: the life of a case)."""

    DRAFT = "draft"
    ACCEPTED = "accepted"  # in process: `step` says where
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(eq=False)
class Case:
    """One complaint. `fields` holds the customer's own words by field; a refused field holds None.

    `normals` holds the normal form of those words, where they have one (bot/domain/reading.py).

    Since its acceptance it follows a process of the handbook: `step` is a state of that process, to be left
    by `step_due_at`; `department` and `handler_id` have it in hand; `findings` holds what people of the desk
    found out and decided. It rests since `paused_since`, when it waits for `paused_for` (a customer or a
    third party), and has rested `paused_seconds` before.

    `people` complain together; `flags` (bot/domain/handbook/severity.py) and `repeated`, the number of
    different people with the same complaint, are what it is judged by besides. `judged` is the verdict with
    its reasons (bot/domain/judgement.py), reached under the rules `judged_by`; passing time alone can change
    it from `judge_at` on. `priority` 0 is looked at first. `parent_id` is the case of its outbreak.
    """

    id: str
    customer_id: str
    conversation_id: str
    channel: str
    issue: str
    category: str
    severity: str
    heat: str
    text: str
    opened_at: datetime
    heard_at: datetime
    state: CaseState = CaseState.DRAFT
    number: str | None = None
    second_issue: str | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    extended: bool = False  # by hand, so that no calendar moves the date any more
    phone_hash: str | None = None
    urged: int = 0
    fields: dict[str, str | None] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)
    normals: dict[str, str] | None = None  # None in rows older than the column
    pack: str | None = None
    process: str | None = None
    step: str | None = None
    step_due_at: datetime | None = None
    department: str | None = None
    verdict: str | None = None
    handler_id: str | None = None
    closed_at: datetime | None = None
    round: int = 0
    merged_into: str | None = None
    paused_since: datetime | None = None
    paused_for: str | None = None
    paused_seconds: int = 0
    findings: dict[str, str] | None = None  # None in rows older than the column
    promise: dict[str, Any] | None = None  # from when on how long: what `due_at` was computed from
    warned_at: datetime | None = None  # of `due_at`, as the next
    broken_at: datetime | None = None
    people: int = 1
    flags: list[str] = field(default_factory=list)
    judged: dict[str, Any] | None = None  # None until it is accepted
    judged_by: str | None = None
    judge_at: datetime | None = None
    repeated: int = 1
    priority: int = 2
    parent_id: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether the customer may still add to it before it is counted."""
        return self.state is CaseState.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it counts and is still being handled."""
        return self.state is CaseState.ACCEPTED

    @property
    def is_unspecified(self) -> bool:
        """Whether the customer has said that they complain, but not yet about what."""
        return self.issue == labels.OTHER and not self.fields.get("details")

    def note_issue(self, issue: str) -> bool:
        """Add another issue to this case; whether it changed the primary one.

        A complaint about nothing in particular becomes what it turns out to be. Illness and special.* outrank
        an ordinary issue, which stays as the second (labels.md, borders).
        """
        if issue in (self.issue, self.second_issue):
            return False
        if self.is_unspecified:
            self.issue = issue
            return True
        if labels.raises_case(issue) and not labels.raises_case(self.issue):
            self.issue, self.second_issue = issue, self.issue
            return True
        self.second_issue = self.second_issue or issue
        return False

    def fill(self, name: str, value: str, normal: str | None = None) -> bool:
        """Put the customer's words into a field; whether anything changed. The latest word counts.

        `normal` is the words' normal form, if they have one.
        """
        changed = self.fields.get(name) != value
        self.fields = {**self.fields, name: value}
        self._note_normal(name, normal)
        return changed

    def refuse(self, name: str) -> None:
        """The customer has or gives no answer to this question: it is not asked again."""
        self.fields = {**self.fields, name: None}
        self._note_normal(name, None)

    def count_question(self, name: str) -> int:
        """Note that `name` is asked (again) and say how often it was asked before."""
        before = self.asked.get(name, 0)
        self.asked = {**self.asked, name: before + 1}
        return before

    @property
    def postponed(self) -> dict[str, int]:
        """The fields that the customer will tell later, in the order in which they were put off.

        With each the place in the transcript of the message that said so.
        """
        return {name.removeprefix(_LATER): seq for name, seq in self.asked.items() if name.startswith(_LATER)}

    def postpone(self, name: str, seq: int) -> None:
        """The customer will tell this later, as message `seq` says: it is asked after everything else."""
        self.asked = {**self.asked, f"{_LATER}{name}": seq}

    def note_clause(self, clause: str) -> None:
        """Remember which clause of the handbook was said to this customer."""
        if clause not in self.clauses:
            self.clauses = [*self.clauses, clause]

    def _note_normal(self, name: str, normal: str | None) -> None:
        others = {key: value for key, value in (self.normals or {}).items() if key != name}
        self.normals = {**others, name: normal} if normal else others

    def accept(self, number: str, now: datetime, due_at: datetime) -> None:
        """From here on the case counts: it has a number and a date."""
        self.state, self.number = CaseState.ACCEPTED, number
        self.accepted_at, self.due_at = now, due_at

    def pause(self, waits_for: str, now: datetime) -> None:
        """From here on the time doesn't count against us: we wait for the customer or a third party (Q-4)."""
        self.paused_since, self.paused_for = now, waits_for

    def resume(self, now: datetime) -> None:
        """The waiting is over; a clock that was set back counts as no time at all."""
        if self.paused_since is not None:
            self.paused_seconds += max(0, int((now - self.paused_since).total_seconds()))
        self.paused_since = self.paused_for = None

    def standing(self) -> dict[str, Any]:
        """What a move can change: for the history's before and after."""
        return {
            "state": self.state.value,
            "step": self.step,
            "step_due_at": _iso(self.step_due_at),
            "due_at": _iso(self.due_at),
            "department": self.department,
            "verdict": self.verdict,
            "handler_id": self.handler_id,
            "round": self.round,
            "merged_into": self.merged_into,
            "paused_for": self.paused_for,
            **{f"findings.{name}": value for name, value in (self.findings or {}).items()},
        }


@dataclass(eq=False)
class CaseEvent:
    """One entry of a case's history, chained to the one before (bot/domain/history.py)."""

    id: str
    case_id: str
    seq: int
    kind: str
    actor: str
    at: datetime
    payload: dict[str, Any] | None
    salt: str
    digest: str
    chain: str


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What differs between two standings of a case, as an entry of its history holds it."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {
        "before": {name: before.get(name) for name in changed},
        "after": {name: after.get(name) for name in changed},
    }


def new_number() -> str:
    """A case number like K4837-19209: eight random digits and a check digit, easy to say on the phone."""
    body = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    return f"K{body[:4]}-{body[4:]}{_check_digit(body)}"


def read_number(text: str) -> str | None:
    """The case number that `text` is, however it was typed; None if it isn't one or was mistyped."""
    bare = "".join(char for char in text.upper() if char.isdigit() or char == "K").removeprefix("K")
    if len(bare) != _DIGITS + 1 or not bare.isdigit() or _check_digit(bare[:-1]) != bare[-1]:
        return None
    return f"K{bare[:4]}-{bare[4:]}"


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _check_digit(body: str) -> str:
    """Luhn's check digit: catches one wrong digit and most swapped neighbours."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 -- the digit sum of a two-digit number
    return str(-total % 10)
