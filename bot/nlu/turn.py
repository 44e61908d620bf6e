"""One message on its way through the room: what the desk sends with it, and how it can fail."""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Iterator, Mapping, Optional
from zoneinfo import ZoneInfo

LONGEST_TEXT = 20_000
LONGEST_ID = 200
CHINA = ZoneInfo("Asia/Shanghai")
WITHDRAWAL = "withdraw"  # the one question that is not a field of the complaint

_ID = re.compile(r"[^\x00-\x20\x7f]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class MalformedError(ValueError):
    """The desk's request is not what docs/protocol.md describes; the message says what is wrong."""


class AbortedTurnError(BaseException):
    """The turn must leave no trace: an action failed, or the dialogue ran in circles.

    No `Exception`, because Rasa catches every `Exception` of an action, logs it, and saves the turn as if the
    action had answered nothing.
    """


def asks_field(question: Optional[str]) -> bool:
    """Whether a question asks for a field of the complaint."""
    return question is not None and question != WITHDRAWAL


@dataclass(frozen=True)
class Context:
    """What is open, as the desk knows it.

    `question` is the field being asked, "withdraw", or None; `expects` the entities that would answer it;
    `choice` the label behind a pressed button. `data` is all of it as it came, for the actions.
    """

    case: Optional[str] = None
    question: Optional[str] = None
    expects: tuple[str, ...] = ()
    choice: Optional[str] = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asks_field(self) -> bool:
        """Whether a field of the complaint is being asked."""
        return asks_field(self.question)

    @classmethod
    def from_json(cls, data: object) -> "Context":
        """Read the `context` of a turn. Raises MalformedError."""
        if not isinstance(data, dict):
            raise MalformedError("context must be an object")
        expects = data.get("expects") or []
        if not isinstance(expects, list) or not all(isinstance(entity, str) for entity in expects):
            raise MalformedError("context.expects must be a list of entities")
        return cls(
            case=_optional_text(data, "case"),
            question=_optional_text(data, "question"),
            expects=tuple(expects),
            choice=_optional_text(data, "choice"),
            data=data,
        )


@dataclass(frozen=True)
class Turn:
    """A customer's message with the desk's id for it; `day` is the one it was written on, in China."""

    conversation: str
    id: str
    text: str
    context: Context
    day: date

    @classmethod
    def from_json(cls, data: object) -> "Turn":
        """Read the body of a turn request. Raises MalformedError."""
        if not isinstance(data, dict):
            raise MalformedError("the body must be a JSON object")
        return cls(
            conversation=_identifier(data, "conversation"),
            id=_identifier(data, "turn"),
            text=readable(data.get("text")),
            context=Context.from_json(data.get("context", {})),
            day=written_on(data.get("day")),
        )


class Calls:
    """Counts the action calls of one turn, so that the desk can tell a repeated call from a new one."""

    def __init__(self, turn: str) -> None:
        self.turn = turn
        self.made = 0


_current: ContextVar[Optional[Calls]] = ContextVar("calls", default=None)


@contextmanager
def counting(turn: str) -> Iterator[Calls]:
    """Count the action calls made inside the block as those of `turn`."""
    calls = Calls(turn)
    token = _current.set(calls)
    try:
        yield calls
    finally:
        _current.reset(token)


def current_calls() -> Optional[Calls]:
    """Return the count of the running turn; None outside one (`rasa shell`)."""
    return _current.get()


def readable(text: object) -> str:
    """Return a customer's text, half characters replaced one for one. Raises MalformedError if it is none."""
    if not isinstance(text, str):
        raise MalformedError("text must be a string")
    if len(text) > LONGEST_TEXT:
        raise MalformedError(f"text must not be longer than {LONGEST_TEXT} characters")
    return _LONE_SURROGATE.sub("\ufffd", text)


def written_on(day: object) -> date:
    """Return the day a message was written on, today in China if none is given. Raises MalformedError."""
    if day is None:
        return datetime.now(CHINA).date()
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise MalformedError("day must be an ISO date, like 2026-03-05") from error


def _identifier(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or len(value) > LONGEST_ID or not _ID.fullmatch(value):
        raise MalformedError(f"{key} must be a string of 1 to {LONGEST_ID} visible characters")
    return value


def _optional_text(data: Mapping[str, Any], key: str) -> Optional[str]:
    value = data.get(key)
    if value is not None and (not isinstance(value, str) or not value or len(value) > LONGEST_ID):
        raise MalformedError(f"context.{key} must be null or a string of 1 to {LONGEST_ID} characters")
    return value
