"""What the console shows (bot/services/console.py): rows of the list, a conversation, its cases."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Author, Owner
from bot.services.transcript_views import AgentLine


@dataclass(frozen=True)
class ListRow:
    """A conversation in the list.

    `version` counts the changes of its owner. `waits` says since when its customer waits for a person:
    for one who takes over, or for an answer. `due_at` is the first deadline of its open cases, `priority`
    the rank of the most urgent one (0 comes first), `unread` counts the customer's lines that nobody read.
    `reason` says why a person is needed, `group` whose queue it waits in, `note` what the colleague wrote who
    passed it on. `hidden` are the ids of those who are to know nothing of it; pages never get that.
    """

    id: str
    version: int
    owner: Owner
    agent_id: str | None
    agent: str | None
    channel: str
    customer: str
    issue: str | None
    number: str | None
    severity: str | None
    heat: str | None
    priority: int
    due_at: datetime | None
    waits: datetime | None
    updated_at: datetime
    last_author: Author | None
    last_text: str
    unread: int
    tags: tuple[str, ...]
    reason: str | None
    group: str | None
    note: str | None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteLine:
    """A note inside the team."""

    id: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class CaseBrief:
    """One of the customer's cases, as far as the side of a conversation tells of it before it is opened.

    `mark` changes with the case's history and tasks: whoever shows it whole then fetches it anew.
    """

    id: str
    number: str | None
    title: str
    second_title: str | None
    state: str
    open: bool
    here: bool
    severity: str
    heat: str
    due_at: datetime | None
    mark: str


@dataclass(frozen=True)
class Person:
    """The customer, with the phone masked; `name` is what a host site says, if it said anything."""

    id: str
    name: str
    phone: str
    channel: str
    since: datetime


@dataclass(frozen=True)
class Talk:
    """A conversation, or what is new in it.

    `lines` follow the one that the asker had; `again` are a few before, whose readings may have come later;
    `first` is the place of the first line given, so that earlier ones can be asked for.
    """

    row: ListRow
    customer: Person
    last_seq: int
    read: int
    script: str
    lines: tuple[AgentLine, ...]
    again: tuple[AgentLine, ...]
    notes: tuple[NoteLine, ...]
    cases: tuple[CaseBrief, ...]
    more: bool
