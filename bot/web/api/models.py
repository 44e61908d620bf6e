"""What the API answers: the one source of its answers and of its OpenAPI document."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.domain.conversation import Author, Owner
from bot.domain.outgoing import WarningKind
from bot.domain.task import TaskKind
from bot.services.inbox import Outcome

Row = TypeVar("Row")


class Told(BaseModel):
    """What the API tells. Made ready when it is first needed: most desks are asked nothing over the API."""

    model_config = ConfigDict(defer_build=True)


class Page(Told, Generic[Row]):
    """One page of a list; `next` is the `after` of the following one, null on the last."""

    items: list[Row]
    next: str | None


class Better(Told):
    """What the handbook would say instead."""

    clause: str
    version: int
    text: str


class Warned(Told):
    """A place in what a customer would be told; `id` goes into `confirmed` to tell them all the same."""

    id: str
    kind: WarningKind
    start: int
    end: int
    words: str
    reason: str
    taboo: str | None
    better: Better | None
    due_at: datetime | None
    confirm: bool


class Problem(Told):
    """Why something was not done: a stable key, and a sentence in Chinese for a person.

    `warnings` come with the key `unconfirmed`.
    """

    error: str
    message: str
    warnings: list[Warned] = []


class Person(Told):
    """Who writes, as far as they told; the phone's last four digits without `personal:read`."""

    name: str | None
    phone: str | None


class Conversation(Told):
    """A conversation and its owner; `version` counts the owners."""

    id: str
    channel: str
    owner: Owner
    agent: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None


class File(Told):
    """A photo or video that came with a line."""

    id: str
    kind: str
    name: str
    size: int


class Line(Told):
    """One line; numbers that look like phones are masked in its text without `personal:read`."""

    seq: int
    id: str
    author: Author
    text: str
    at: datetime
    agent: str | None
    clause: str | None
    files: list[File]


class Transcript(Told):
    """A conversation with some of its lines; `next` is the `after` of the following ones, null at the end."""

    conversation: Conversation
    customer: Person
    lines: list[Line]
    next: int | None


class CaseRow(Told):
    """A case in the list; titles are in Chinese."""

    id: str
    number: str
    title: str
    step: str
    severity: str
    heat: str
    urgent: bool
    department: str
    due_at: datetime | None
    overdue: bool
    resting: bool


class Needed(Told):
    """A value that is filled in with a move."""

    id: str
    title: str


class Move(Told):
    """Something that can be done with the case now; with `approvers` it is proposed to them."""

    id: str
    title: str
    needs: list[Needed]
    needs_reason: bool
    approvers: list[str]


class Case(Told):
    """A case; `version` goes with whatever is done to it, and is its ETag."""

    id: str
    number: str | None
    version: int
    state: str
    step: str | None
    step_title: str
    issue: str
    title: str
    second_issue: str | None
    severity: str
    heat: str
    channel: str
    department: str | None
    conversation: str
    text: str
    facts: dict[str, str | None]
    opened_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    step_due_at: datetime | None
    closed_at: datetime | None
    moves: list[Move]


class Fact(Told):
    """Something that a task proposes."""

    title: str
    value: str


class Task(Told):
    """Something to do for the token's user; `answers` are what can be said to it."""

    id: str
    kind: TaskKind
    title: str
    version: str
    due_at: datetime | None
    overdue: bool
    case: str | None
    number: str | None
    by: str
    answers: list[Outcome]
    facts: list[Fact]
    by_moving: bool
    blocked: str | None


class Decided(Told):
    """The task is closed."""

    id: str


class Clause(Told):
    """A clause of the handbook; `texts` are the ways to say it."""

    id: str
    version: int
    audience: str
    heading: str | None
    situation: str | None
    issues: list[str]
    document: str | None
    texts: list[str]
