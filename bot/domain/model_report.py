"""A candidate beside the live model: what both made of the same messages, as figures and as examples."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.domain.resampling import Compared

_EXPECTATIONS = {
    "cases": "投诉的件数",
    "issue": "投诉的问题",
    "issue2": "第二个问题",
    "severity": "严重程度",
    "must_escalate_to_human": "是否转人工",
    "must_reply_contain": "回复里的话",
}
FEW = 20  # messages of a label; below, one message more or less is a large difference


@dataclass(frozen=True)
class Bin:
    """Readings of like confidence: how many, how sure they were on average, what share of them was right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Side:
    """One of the two models. Milliseconds are those of one short message, median and 95th percentile."""

    model: str
    bytes: int
    ms: float
    ms_p95: float
    calibration_error: float
    bins: tuple[Bin, ...] = ()


@dataclass(frozen=True)
class LabelFigures:
    """How well the messages of one label are read."""

    label: str
    support: int
    precision: Compared
    recall: Compared
    f1: Compared

    @property
    def few(self) -> bool:
        """Whether there are too few messages to be sure of anything."""
        return self.support < FEW


@dataclass(frozen=True)
class ConfusedPair:
    """A label taken for another one: how often by each model; `new` texts only by the candidate."""

    label: str
    read_as: str
    live: int
    candidate: int
    new: tuple[str, ...]
    old: tuple[str, ...]


@dataclass(frozen=True)
class FactFigures:
    """F1 of one kind of fact."""

    kind: str
    support: int
    live: float
    candidate: float


@dataclass(frozen=True)
class Change:
    """A message that one model read right and the other one wrong, or whose danger one of them did not hear.

    `guards` are the guarded labels and dangers it stands for: empty for an ordinary message.
    """

    text: str
    label: str
    live: str
    candidate: str
    guards: tuple[str, ...] = ()


@dataclass(frozen=True)
class CrossValidation:
    """How the training messages are read by separators that have not seen them."""

    folds: int
    messages: int
    accuracy: float
    doubtful: int
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FailedDialogue:
    """A dialogue that did not end as expected; `live_too`: with the live model it doesn't either."""

    id: str
    expectation: str
    wanted: str
    got: str
    live_too: bool = False

    @property
    def about(self) -> str:
        """What was expected of, in Chinese."""
        name = self.expectation.removeprefix("fields.")
        return f"记下的 {name} " if name != self.expectation else _EXPECTATIONS.get(name, name)


@dataclass(frozen=True)
class Dialogues:
    """The replayed dialogues."""

    count: int
    failed: tuple[FailedDialogue, ...] = ()

    @property
    def passed(self) -> int:
        """How many ended as expected."""
        return self.count - len({one.id for one in self.failed})


@dataclass(frozen=True)
class ModelReport:
    """Everything that was found out about a candidate; plain JSON both ways.

    `judged` of the `messages` come from shadow replays. `overall` holds `accuracy`, `macro_f1`, `complaint`
    and `facts`. `missing` says in Chinese what could not be measured. `titles` are those of all labels in it.
    """

    made: datetime
    live: Side
    candidate: Side
    messages: int
    judged: int
    overall: Mapping[str, Compared]
    labels: tuple[LabelFigures, ...]
    confused: tuple[ConfusedPair, ...]
    facts: tuple[FactFigures, ...]
    lost: tuple[Change, ...]
    gained: tuple[Change, ...]
    cross_validation: CrossValidation | None = None
    dialogues: Dialogues | None = None
    missing: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave. Raises ValueError for anything else."""
        report: Self = TypeAdapter(cls).validate_python(data)
        return report

    def to_json(self) -> dict[str, Any]:
        """The report as `Model.report` keeps it."""
        data: dict[str, Any] = TypeAdapter(ModelReport).dump_python(self, mode="json")
        return data
