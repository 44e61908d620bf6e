"""Everything a report shows, put together from readings: pure arithmetic (docs/evaluation.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.calibration import Bin, calibration_error, judged, reliability
from bot.domain.evaluation import NOT_UNDERSTOOD, confusions, evaluate, facts_by_kind, is_right
from bot.domain.measuring import Measure, MeasuringSet, Row, Side, table

_EXAMPLES = 6


@dataclass(frozen=True)
class CurvePoint:
    """After training with at most `rows` messages a label (None: all): the figure of each set by its name."""

    rows: int | None
    messages: int
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Calibration:
    """How confidences and right readings agree on one set, ours and stock's where there is one."""

    name: str
    bins: list[Bin]
    error: float
    stock_error: float | None = None


@dataclass(frozen=True)
class Report:
    """What was measured of one model.

    `stock_current` says whether stock was trained on the same data, `stock_epochs` in how many epochs if in
    fewer than its configuration names.
    """

    made: datetime
    sets: tuple[MeasuringSet, ...]
    ours: Side
    stock: Side | None = None
    stock_current: bool = True
    stock_epochs: int | None = None
    curve: tuple[CurvePoint, ...] = ()
    slowest: tuple[tuple[str, float], ...] = ()
    rows: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", table(self.sets, self.ours, self.stock))

    @property
    def label_sets(self) -> list[MeasuringSet]:
        """The sets that ask for single labels."""
        return [one for one in self.sets if one.measure is Measure.LABELS]

    def calibrations(self) -> list[Calibration]:
        """One for each set of single labels: a family says nothing about how sure a label should be."""
        found = []
        for one in self.label_sets:
            bins = reliability(judged(one.utterances, one.readings(self.ours.readings)))
            theirs = self.stock.covering(one) if self.stock else None
            stock = None if theirs is None else reliability(judged(one.utterances, one.readings(theirs)))
            error = None if stock is None else calibration_error(stock)
            found.append(Calibration(one.name, bins, calibration_error(bins), error))
        return found

    def confused(self, one: MeasuringSet) -> list[dict[str, Any]]:
        """What was mixed up in a set, most frequent first; wrong families by the label that was read."""
        pairs = zip(one.utterances, one.readings(self.ours.readings), strict=True)
        return confusions(
            (
                (wanted.text, wanted.label, reading.label or NOT_UNDERSTOOD)
                for wanted, reading in pairs
                if not is_right(wanted, reading)
            ),
            _EXAMPLES,
        )

    def facts(self, one: MeasuringSet) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and how many were asked for, of each kind of fact."""
        scores = facts_by_kind(one.utterances, one.readings(self.ours.readings))
        return {kind: {**score.to_json(), "support": score.wanted} for kind, score in scores.items()}

    def figures(self, one: MeasuringSet) -> dict[str, Any]:
        """The figures of `kesu evaluate` for a set, without times."""
        found = evaluate(one.utterances, one.readings(self.ours.readings), [0.0])
        return {key: value for key, value in found.items() if key not in ("ms", "model", "confused")}

    def to_json(self) -> dict[str, Any]:
        """What `figures.json` holds; no customer's words."""
        return {
            "model": self.ours.model,
            "made": self.made.isoformat(timespec="seconds"),
            "stock": self.stock
            and {"model": self.stock.model, "same_data": self.stock_current, "epochs": self.stock_epochs},
            "training_seconds": self.ours.training,
            "table": [row.to_json() for row in self.rows],
            "sets": {one.name: {"measure": one.measure, **self.figures(one)} for one in self.sets},
            "facts": {one.name: self.facts(one) for one in self.sets},
            "calibration": {
                one.name: {
                    "error": round(one.error, 4),
                    "stock_error": None if one.stock_error is None else round(one.stock_error, 4),
                    "bins": [vars(each) for each in one.bins],
                }
                for one in self.calibrations()
            },
            "curve": [vars(point) for point in self.curve],
        }
