"""Recorded dialogues and what is expected of them: the data of `kesu replay` (docs/evaluation.md)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.case import JOINED, Case, CaseState
from bot.domain.evaluation import plain
from bot.domain.handbook.handbook import Handbook
from bot.domain.privacy import PHONE, digits
from bot.domain.wechat_accounts import OFFICIAL
from bot.domain.wechat_text import HINT, MOST_BYTES, MOST_PARTS, size

WEB = "web"
NUMBER = "{case.number}"  # in a turn: the number of the case that was told of before, on the web page


@dataclass(frozen=True)
class Dialogue:
    """One line of a replay file: what the customer says, and what must have become of it.

    In `channel` "wechat" they are a 公众号's customer, in any other one the web page's. `before` is what
    they said on the web page before that.
    """

    id: str
    turns: tuple[str, ...]
    channel: str = WEB
    expect: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of the transcript."""

    who: str
    text: str
    clause: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """The line as `kesu replay --json` prints it."""
        return {"who": self.who, "text": self.text, "clause": self.clause}


@dataclass(frozen=True)
class Outcome:
    """What the dialogue led to; `escalated` is whether it reached the agents' queue.

    `shown` are the messages that the customer saw in answer to each turn.
    """

    transcript: tuple[Line, ...]
    cases: tuple[Case, ...]
    escalated: bool
    shown: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Failure:
    """An expectation that was not met."""

    id: str
    expectation: str
    wanted: Any
    got: Any

    def to_json(self) -> dict[str, Any]:
        """The failure as `kesu replay --json` prints it."""
        return {"id": self.id, "expectation": self.expectation, "wanted": self.wanted, "got": self.got}


def failures(
    dialogue: Dialogue, outcome: Outcome, handbook: Handbook, simplify: Callable[[str], str]
) -> list[Failure]:
    """Compare an outcome with the dialogue's expectations; keys we don't know are ignored."""
    counted = [case for case in outcome.cases if case.state is CaseState.ACCEPTED]
    first = counted[0] if counted else None
    got: dict[str, Any] = {
        "cases": len(counted),
        "issue": first.issue if first else None,
        "issue2": _second_issue(counted),
        "severity": first.severity if first else None,
        "must_escalate_to_human": outcome.escalated,
    }
    expect = dialogue.expect
    failed = [
        Failure(dialogue.id, key, expect[key], value)
        for key, value in got.items()
        if key in expect and expect[key] != value
    ]
    replies = [simplify(line.text) for line in outcome.transcript if line.who != "customer"]
    failed += [
        Failure(dialogue.id, "must_reply_contain", phrase, replies)
        for phrase in expect.get("must_reply_contain", ())
        if not any(simplify(phrase) in reply for reply in replies)
    ]
    messages = [simplify(text) for turn in outcome.shown for text in turn]
    failed += [
        Failure(dialogue.id, "must_show", phrase, messages)
        for phrase in expect.get("must_show", ())
        if not any(simplify(phrase) in text for text in messages)
    ]
    failed += [
        Failure(dialogue.id, "must_not_show", phrase, messages)
        for phrase in expect.get("must_not_show", ())
        if any(simplify(phrase) in text for text in messages)
    ]
    failed += _unfit(dialogue, outcome)
    for name, wanted in expect.get("fields", {}).items():
        values, normals = _field_values(counted, handbook, name)
        if not _matches(wanted, [*values, *normals]):
            failed.append(Failure(dialogue.id, f"fields.{name}", wanted, values or None))
    return failed


def _unfit(dialogue: Dialogue, outcome: Outcome) -> list[Failure]:
    """What WeChat would not have shown, or cut: each turn is answered in few messages, each short enough."""
    if dialogue.channel != OFFICIAL:
        return []
    longest = max((size(text) for turn in outcome.shown for text in turn), default=0)
    most = max(map(len, outcome.shown), default=0)
    is_cut = any(HINT in text for turn in outcome.shown for text in turn)
    return [
        Failure(dialogue.id, name, wanted, got)
        for name, wanted, got, wrong in (
            ("bytes of a message", MOST_BYTES, longest, longest > MOST_BYTES),
            ("messages of a turn", MOST_PARTS, most, most > MOST_PARTS),
            ("cut", False, is_cut, is_cut),
        )
        if wrong
    ]


def _second_issue(cases: Sequence[Case]) -> str | None:
    if cases and cases[0].second_issue:
        return cases[0].second_issue
    return cases[1].issue if len(cases) > 1 else None


def _field_values(cases: Sequence[Case], handbook: Handbook, name: str) -> tuple[list[str], list[str]]:
    """The values of a field, named by its id or by the entity that fills it, and their normal forms."""
    names = [name] if name in handbook.fields else []
    names += [key for key, rule in handbook.fields.items() if name in rule.filled_by]
    return (
        _each(case.fields.get(key) for case in cases for key in names),
        _each((case.normals or {}).get(key) for case in cases for key in names),
    )


def _each(joined: Iterable[str | None]) -> list[str]:
    return [value for values in joined for value in (values or "").split(JOINED) if value]


def _matches(wanted: str | Sequence[str] | None, values: Sequence[str]) -> bool:
    if wanted is None:
        return not values
    accepted = [wanted] if isinstance(wanted, str) else list(wanted)
    return any(_same(one, value) for one in accepted for value in values)


def _same(wanted: str, value: str) -> bool:
    if PHONE.fullmatch(wanted.strip()):
        return digits(wanted) == digits(value)
    return plain(wanted) == plain(value)
