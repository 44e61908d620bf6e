"""How sure the difference of two models' figures is, when both read the same messages."""

import random
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from pydantic.dataclasses import dataclass

RESAMPLES = 1000
LEVEL = 0.95
_SEED = 20

Observed = TypeVar("Observed", bound=Hashable)
Figures = Mapping[str, tuple[float, float]]  # by name: live, candidate


@dataclass(frozen=True)
class Compared:
    """A figure of the live model and of the candidate, and the 95 % interval of the difference."""

    live: float
    candidate: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """How much the candidate is better (above 0) or worse."""
        return round(self.candidate - self.live, 4)

    @property
    def is_worse(self) -> bool:
        """Whether chance alone hardly explains that the candidate's figure is lower."""
        return self.high < 0

    @property
    def is_better(self) -> bool:
        """Whether chance alone hardly explains that the candidate's figure is higher."""
        return self.low > 0


def compare(
    strata: Sequence[Sequence[Observed]], figures: Callable[[Mapping[Observed, int]], Figures]
) -> dict[str, Compared]:
    """Every figure with the interval of its difference, by the paired bootstrap.

    An observation is what both models made of one message, so that a resample keeps the pairs. `figures`
    works out all figures from how often each observation occurs. Messages are drawn within their stratum (the
    label asked for): a test set holds so many of each by design, not by chance. 1,000 resamples, percentiles,
    one seed: the same readings always give the same interval.

    Why the bootstrap, and not McNemar's test or Newcombe's interval: those are for shares with a fixed
    denominator (accuracy, recall). Precision and F1 have none, since what a model reads decides it. One way
    for all figures is also one way to explain. Its weakness are small numbers: where no message was read
    differently the interval is zero wide, and with 15 messages of a label it is rather too narrow.
    """
    found = figures(Counter(one for stratum in strata for one in stratum))
    known = list(dict.fromkeys(one for stratum in strata for one in stratum))
    place = {one: number for number, one in enumerate(known)}
    numbers = [[place[one] for one in stratum] for stratum in strata if stratum]
    lot = random.Random(_SEED)  # noqa: S311 -- the same lot each time
    differences: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(RESAMPLES):
        drawn: Counter[int] = Counter()
        for stratum in numbers:
            drawn.update(lot.choices(stratum, k=len(stratum)))
        again = figures({known[number]: count for number, count in drawn.items()})
        for name, collected in differences.items():
            live, candidate = again.get(name, (0.0, 0.0))
            collected.append(candidate - live)
    return {name: _compared(*found[name], sorted(differences[name])) for name in found}


def _compared(live: float, candidate: float, differences: Sequence[float]) -> Compared:
    outside = int((1 - LEVEL) / 2 * len(differences))
    low, high = differences[outside], differences[-1 - outside]
    return Compared(*(round(value, 4) + 0.0 for value in (live, candidate, low, high)))
