"""A complaint's case: its number, its fields, and its history."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain import labels

JOINED = "、"  # between several values of one field, as in 绿茶、乌龙茶
_DIGITS = 8


class CaseState(StrEnum):
    """A draft is counted only once it is accepted (design: the life of a case)."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(eq=False)
class Case:
    """One complaint. `fields` holds the customer's own words by field; a refused field holds None.

    `normals` holds the normal form of those words, where they have one (bot/domain/reading.py).
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
    phone_hash: str | None = None
    urged: int = 0
    fields: dict[str, str | None] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)
    normals: dict[str, str] | None = None  # None in rows older than the column

    @property
    def is_draft(self) -> bool:
        """Whether the customer may still add to it before it is counted."""
        return self.state is CaseState.DRAFT

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


def new_number() -> str:
    """A case number like K4837-19206: eight random digits and a check digit, easy to say on the phone."""
    body = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    return f"K{body[:4]}-{body[4:]}{_check_digit(body)}"


def read_number(text: str) -> str | None:
    """The case number that `text` is, however it was typed; None if it isn't one or was mistyped."""
    bare = "".join(char for char in text.upper() if char.isdigit() or char == "K").removeprefix("K")
    if len(bare) != _DIGITS + 1 or not bare.isdigit() or _check_digit(bare[:-1]) != bare[-1]:
        return None
    return f"K{bare[:4]}-{bare[4:]}"


def _check_digit(body: str) -> str:
    """Luhn's check digit: catches one wrong digit and most swapped neighbours."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 -- the digit sum of a two-digit number
    return str(-total % 10)
