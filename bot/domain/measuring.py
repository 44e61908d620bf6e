"""The table of targets: which figure each set of messages is measured by, and what it should be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain import labels
from bot.domain.evaluation import COMPLAINT, NOT_COMPLAINT, Utterance, complaints, facts, is_right
from bot.domain.reading import Reading

Readings = Mapping[str, Reading]  # by text


class Measure(StrEnum):
    """What a set of messages can tell, by the labels it asks for."""

    LABELS = "labels"  # single labels: the share of right ones
    COMPLAINT_OR_NOT = "complaint_or_not"  # both families: F1 of complaint
    SEEN = "seen"  # complaints only: the share seen as such
    TAKEN = "taken"  # no complaints: the share taken for one


@dataclass(frozen=True)
class Target:
    """A bound that a figure should keep."""

    bound: float
    at_least: bool = True

    def met(self, value: float) -> bool:
        """Whether `value` keeps it."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class MeasuringSet:
    """The messages of a file (or of several); `own` ones are part of the project."""

    name: str
    utterances: tuple[Utterance, ...]
    own: bool = False
    simplified: tuple[str, ...] = ()  # the same texts in Simplified characters, where they are Traditional

    @property
    def measure(self) -> Measure:
        """What it is measured by."""
        wanted = {utterance.label for utterance in self.utterances}
        if wanted <= {COMPLAINT}:
            return Measure.SEEN
        if wanted <= {NOT_COMPLAINT}:
            return Measure.TAKEN
        return Measure.COMPLAINT_OR_NOT if wanted <= {COMPLAINT, NOT_COMPLAINT} else Measure.LABELS

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that has to be read for it."""
        return (*(utterance.text for utterance in self.utterances), *self.simplified)

    def readings(self, known: Readings) -> list[Reading]:
        """The readings of its messages, in their order. Raises KeyError where one is missing."""
        return [known[utterance.text] for utterance in self.utterances]

    def figure(self, known: Readings) -> float:
        """The figure of its measure."""
        readings = self.readings(known)
        if self.measure is Measure.COMPLAINT_OR_NOT:
            return complaints(self.utterances, readings).f1
        if self.measure is Measure.LABELS:
            right = map(is_right, self.utterances, readings)
            return sum(right) / len(readings)
        return _seen(readings)

    def difference(self, known: Readings) -> float:
        """How far apart the shares seen as complaints are, of the texts as they are and in Simplified."""
        return abs(_seen(self.readings(known)) - _seen([known[text] for text in self.simplified]))


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of ours, stock's where there is one, and the target."""

    key: str
    title: str
    ours: float | None
    stock: float | None = None
    target: Target | None = None
    unit: str = "share"  # or "ms", "s", "times"

    @property
    def met(self) -> bool | None:
        """Whether ours keeps the target; None where either is missing."""
        return None if self.target is None or self.ours is None else self.target.met(self.ours)

    def to_json(self) -> dict[str, Any]:
        """The line as `figures.json` keeps it, figures rounded to four digits."""
        target = self.target and {"at_least": self.target.at_least, "bound": self.target.bound}
        return {
            "key": self.key,
            "ours": _rounded(self.ours),
            "stock": _rounded(self.stock),
            "target": target,
            "met": self.met,
        }


@dataclass(frozen=True)
class Side:
    """What was measured of one pipeline: readings, milliseconds (one at a time; each of many), training."""

    readings: Readings
    model: str
    one: float | None = None
    each_of_many: float | None = None
    training: float | None = None  # seconds

    def covering(self, one: MeasuringSet) -> Readings | None:
        """The readings if every text of the set is among them."""
        return self.readings if all(text in self.readings for text in one.texts) else None


_TITLES = {
    Measure.LABELS: "标签正确",
    Measure.COMPLAINT_OR_NOT: "投诉的 F1",
    Measure.SEEN: "看成投诉",
    Measure.TAKEN: "误当成投诉",
}
_TARGETS = {
    Measure.LABELS: Target(0.90),
    Measure.COMPLAINT_OR_NOT: Target(0.93),
    Measure.SEEN: Target(0.95),
    Measure.TAKEN: Target(0.02, at_least=False),
}
_OWN_LABELS, _OWN_FACTS = Target(0.95), Target(0.95)
_DIFFERENCE = Target(0.01, at_least=False)
_ONE, _ONE_TO_STOCK = Target(14.0, at_least=False), Target(1.2, at_least=False)
_EACH_OF_MANY = Target(8.0, at_least=False)
_TRAINING, _TRAINING_TO_STOCK = Target(90.0, at_least=False), Target(0.1, at_least=False)


def table(sets: Sequence[MeasuringSet], ours: Side, stock: Side | None) -> list[Row]:
    """The rows of every set, then those of time."""
    rows = [
        row for one in sets for row in _of_set(one, ours.readings, stock.covering(one) if stock else None)
    ]
    return [*rows, *_times(ours, stock or Side({}, ""))]


def _of_set(one: MeasuringSet, ours: Readings, stock: Readings | None) -> list[Row]:
    measure = one.measure
    target = _OWN_LABELS if one.own and measure is Measure.LABELS else _TARGETS[measure]
    theirs = one.figure(stock) if stock else None
    rows = [Row(one.name, f"{one.name}：{_TITLES[measure]}", one.figure(ours), theirs, target)]
    if one.simplified:
        theirs = one.difference(stock) if stock else None
        title = f"{one.name}：转成简体后相差"
        rows.append(Row(f"{one.name}.simplified", title, one.difference(ours), theirs, _DIFFERENCE))
    if any(utterance.entities is not None for utterance in one.utterances):
        theirs = facts(one.utterances, one.readings(stock)).f1 if stock else None
        mine = facts(one.utterances, one.readings(ours)).f1
        wanted = _OWN_FACTS if one.own else None
        rows.append(Row(f"{one.name}.facts", f"{one.name}：事实（实体）的 F1", mine, theirs, wanted))
    return rows


def _times(ours: Side, stock: Side) -> list[Row]:
    return [
        Row("one", "逐条读一条短消息（中位数）", ours.one, stock.one, _ONE, "ms"),
        Row("one.ratio", "同上，与原版之比", _ratio(ours.one, stock.one), None, _ONE_TO_STOCK, "times"),
        Row("many", "成批读取，平均每条", ours.each_of_many, stock.each_of_many, _EACH_OF_MANY, "ms"),
        Row("training", "从头训练", ours.training, stock.training, _TRAINING, "s"),
        Row("training.ratio", "同上，与原版之比", _ratio(ours.training, stock.training), None,
            _TRAINING_TO_STOCK, "times"),
    ]  # fmt: skip


def _ratio(ours: float | None, stock: float | None) -> float | None:
    return ours / stock if ours is not None and stock else None


def _seen(readings: Sequence[Reading]) -> float:
    return sum(labels.is_complaint(reading.label) for reading in readings) / len(readings)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
