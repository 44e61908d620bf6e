"""Recorded dialogues and what is expected of them: the data of `kesu replay` (docs/evaluation.md)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.case import JOINED, Case, CaseState
from bot.domain.evaluation import plain
from bot.domain.handbook.handbook import Handbook
from bot.domain.privacy import PHONE, digits


@dataclass(frozen=True)
class Dialogue:
    """One line of a replay file: what the customer says, and what must have become of it."""

    id: str
    turns: tuple[str, ...]
    channel: str = "web"
    expect: Mapping[str, Any] = field(default_factory=dict)


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
    """What the dialogue led to; `escalated` is whether it reached the agents' queue."""

    transcript: tuple[Line, ...]
    cases: tuple[Case, ...]
    escalated: bool


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
    for name, wanted in expect.get("fields", {}).items():
        values, normals = _field_values(counted, handbook, name)
        if not _matches(wanted, [*values, *normals]):
            failed.append(Failure(dialogue.id, f"fields.{name}", wanted, values or None))
    return failed


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
