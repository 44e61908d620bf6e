"""How lines of the transcript become messages of WeChat: few, short enough, choices last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.domain.conversation import Author, Message
from bot.domain.reading import Choice
from bot.domain.wechat import HINT, MOST_PARTS, coalesce, harmless, numbered, size
from bot.domain.wechat_records import Sending
from bot.services.wechat.carrying import Terms, goes_out

_MOST_OF_AGENT = 100  # parts of what a person says: nothing of it is left out
_JOINT = "\n\n"  # between what was to be said in two messages


@dataclass(frozen=True)
class Piece:
    """One message to be sent: which lines it stands for, its place among theirs, and what it says."""

    from_seq: int
    to_seq: int
    part: int
    body: dict[str, Any]


def pieces(lines: Sequence[Message], terms: Terms) -> list[Piece]:
    """The messages that say these lines, in order.

    What a person says is a message of its own, so that what became of it can be told at its line; what bot
    and desk say together goes out in as few as it takes.
    """
    ours = [line for line in lines if goes_out(line)]
    return [piece for run in _runs(ours) for piece in _of_run(run, terms)]


def body(text: str, choices: Sequence[dict[str, str]] = (), *, by_agent: bool = False) -> dict[str, Any]:
    """What a message says, as it is stored."""
    offered = [{"id": choice["id"], "text": harmless(choice["text"])} for choice in choices]
    return {"text": harmless(text), "choices": offered, "by_agent": by_agent}


def choices_of(said: dict[str, Any]) -> tuple[Choice, ...]:
    """The choices of a stored message."""
    return tuple(Choice(one["id"], one["text"]) for one in said["choices"])


def without_menu(said: dict[str, Any]) -> dict[str, Any]:
    """The same with its choices numbered in the text."""
    return body(numbered(said["text"], said["choices"]), by_agent=said["by_agent"])


def joined(one: dict[str, Any], other: dict[str, Any], most_bytes: int) -> dict[str, Any] | None:
    """Two messages as one, if they fit and the first is no menu; for when fewer may be sent than wait."""
    text = one["text"] + _JOINT + other["text"]
    if one["choices"] or size(text) > most_bytes:
        return None
    return body(text, other["choices"], by_agent=one["by_agent"] and other["by_agent"])


def squeezed(waiting: list[Sending], left: int, terms: Terms) -> list[Sending]:
    """Put messages that wait together where fewer may be sent; those that are needed no more.

    Only what was never tried is changed: the platform may know the others.
    """
    needless: list[Sending] = []
    place = 0
    while len(waiting) > max(left, 1) and place + 1 < len(waiting):
        one, other = waiting[place], waiting[place + 1]
        both = joined(one.body, other.body, terms.text_bytes)
        if both is None or one.attempts or other.attempts:
            place += 1
            continue
        one.body, one.to_seq = both, other.to_seq
        needless.append(waiting.pop(place + 1))
    return needless


def _runs(lines: Sequence[Message]) -> Iterator[list[Message]]:
    for person, run in groupby(lines, key=lambda line: line.author is Author.AGENT):
        if person:
            yield from ([line] for line in run)
        else:
            yield list(run)


def _of_run(run: list[Message], terms: Terms) -> Iterator[Piece]:
    last = run[-1]
    by_agent = last.author is Author.AGENT
    menu = bool(last.choices and last.text) and terms.menus and size(last.text) <= terms.text_bytes
    texts = [line.text for line in run[:-1]]
    if not menu:
        texts.append(numbered(last.text, last.choices))
    most_parts, hint = (_MOST_OF_AGENT, "") if by_agent else (MOST_PARTS - menu, HINT)
    bodies = [body(text, by_agent=by_agent) for text in coalesce(texts, terms.text_bytes, most_parts, hint)]
    if menu:
        bodies.append(body(last.text, last.choices, by_agent=by_agent))
    for part, one in enumerate(bodies):
        yield Piece(run[0].seq, last.seq, part, one)
