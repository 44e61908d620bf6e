"""What a customer and what the people of the desk see of a conversation (bot/services/transcripts.py)."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.attachment import Attachment
from bot.domain.case import CaseState
from bot.domain.conversation import Author, Conversation, Owner


@dataclass(frozen=True)
class Line:
    """One line of a transcript as anybody may see it.

    `agent` is the name of the person who wrote it, `version` that of the clause which it says, `case` the
    number of the case that it announces, `attachments` the photos and videos that came with it.
    """

    seq: int
    id: str
    author: Author
    text: str
    at: datetime
    choices: tuple[dict[str, str], ...] = ()
    client_id: str | None = None
    agent: str | None = None
    clause: str | None = None
    version: int | None = None
    case: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class CaseCard:
    """What a customer sees of a case of theirs, in the script of their conversation; `due` is promised."""

    number: str
    title: str
    state: str
    due: date | None
    open: bool


@dataclass(frozen=True)
class CustomerView:
    """A customer's own conversation after some line; `more` says that there are further lines.

    `answering`: the bot has something to answer right now. `read` is the line up to which a person of the
    desk has read.
    """

    lines: tuple[Line, ...] = ()
    owner: Owner = Owner.BOT
    agent: str | None = None
    more: bool = False
    answering: bool = False
    read: int | None = None
    cases: tuple[CaseCard, ...] = ()


@dataclass(frozen=True)
class Understood:
    """What the bot took a message for; `title` is None when it did not understand.

    `risks` are what it threatens with or tells of, with the words that told it (bot/domain/risk.py).
    """

    title: str | None
    confidence: float
    risks: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentLine:
    """A line with what only the people of the desk see of it."""

    line: Line
    understood: Understood | None


@dataclass(frozen=True)
class CaseView:
    """A case for the people of the desk; phone and identity numbers are masked."""

    id: str
    number: str | None
    title: str
    second_title: str | None
    state: CaseState
    severity: str
    due_at: datetime | None
    facts: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Row:
    """A conversation in the agents' list: whose it is, since when its customer waits, the last line."""

    id: str
    channel: str
    owner: Owner
    agent_id: str | None
    agent: str | None
    waiting_since: datetime | None
    updated_at: datetime
    last_author: Author | None
    last_text: str
    issue: str | None


@dataclass(frozen=True)
class AgentView:
    """A conversation for the people of the desk; `risks` are those of all its lines.

    `read` is the line up to which the customer has read; `customer` is who a host site says they are, with
    the phone masked.
    """

    row: Row
    lines: tuple[AgentLine, ...]
    cases: tuple[CaseView, ...]
    risks: tuple[str, ...] = ()
    read: int = 0
    customer: str = ""


def elsewhere(conversation: Conversation) -> str | None:
    """Who has a conversation that somebody answers in WeCom's own app who has no login here."""
    unknown = conversation.owner is Owner.AGENT and conversation.agent_id is None
    return "企业微信里的客服" if unknown else None
