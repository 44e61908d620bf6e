"""What a measurement is: bursts of turns that alternate between the sides, and the figures that come out."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

Burst = Callable[[], Awaitable[list[float]]]  # does some turns, gives each one's milliseconds


async def milliseconds(work: Awaitable[object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


async def alternate(bursts: Mapping[str, Burst], rounds: int) -> dict[str, list[float]]:
    """Run all bursts in turn, `rounds` times after one that doesn't count, so that noise hits them alike.

    Every other round goes backwards: nobody always comes first.
    """
    times: dict[str, list[float]] = {name: [] for name in bursts}
    for burst in bursts.values():
        await burst()
    for number in range(rounds):
        for name in list(bursts)[:: -1 if number % 2 else 1]:
            times[name] += await bursts[name]()
    return times


@dataclass(frozen=True)
class Figures:
    """The median and the 95th percentile of many times, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, times: Sequence[float]) -> "Figures":
        """Of two times at least."""
        return cls(statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1])


@dataclass(frozen=True)
class Ratio:
    """A figure, the one that it is held against (if there is any), and the goal, if there is one.

    The goal is for the ratio of the two, or for the figure itself where it stands alone.
    """

    title: str
    measured: float
    beside: float | None = None
    goal: float | None = None
    at_least: bool = False  # the goal is the least, not the most
    unit: str = "ms"

    @property
    def value(self) -> float:
        """The ratio, or the figure alone."""
        return self.measured if self.beside is None else self.measured / self.beside

    @property
    def met(self) -> bool:
        """Whether the goal is met, as far as there is one."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def verdict(self) -> str:
        """Whether the goal is met; empty where there is none."""
        if self.goal is None:
            return ""
        side = "least" if self.at_least else "most"
        return f"goal at {side} {self.goal:,g}: {'met' if self.met else 'MISSED'}"
