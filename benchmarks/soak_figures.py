"""What the figures of a soak mean (soak.py): whether something grows that should not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, linear_regression

MOST_GROWTH = 0.05  # over the stretch that is judged
FEW = 3.0  # open files and sockets more or less say nothing
_MEASURES = (("memory of its own, MB", "own", 0.0), ("resident, MB", "resident", 0.0))
_OPEN = (("open files", "files", FEW), ("sockets", "sockets", FEW), ("threads", "threads", FEW))


@dataclass(frozen=True)
class Look:
    """A process at a moment: minutes since the load began, megabytes, and what it has open.

    `own` is what is nobody else's: anonymous memory, swapped out or not. `resident` also counts files that
    it has mapped, which the system takes back when it likes.
    """

    minute: float
    process: str
    pid: int
    own: float
    resident: float
    files: int
    sockets: int
    threads: int


@dataclass(frozen=True)
class Verdict:
    """One line of what came out: a figure at the beginning and the end of the stretch that is judged."""

    what: str
    before: float
    after: float
    says: str
    fine: bool


def growth(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Where a straight line through these (minute, value) begins and ends: steps count, noise doesn't.

    Of fewer than two moments nothing can be said: ValueError.
    """
    minutes, values = [minute for minute, _ in points], [value for _, value in points]
    if len(set(minutes)) < 2:  # noqa: PLR2004 -- a line needs them
        raise ValueError("a process was looked at too seldom to say whether it grows")
    slope, middle = linear_regression(minutes, values).slope, fmean(minutes)
    return tuple(fmean(values) + slope * (minute - middle) for minute in (min(minutes), max(minutes)))  # type: ignore[return-value]


def judged(looks: Sequence[Look], process: str, since: float) -> list[Verdict]:
    """A process from this minute on: memory, open files, sockets, threads.

    Of several processes under one name (Rasa before and after a change of the model) the last one is judged.
    """
    mine = [look for look in looks if look.process == process and look.minute >= since]
    last = [look for look in mine if look.pid == mine[-1].pid] if mine else []
    verdicts = []
    for title, field, few in (*_MEASURES, *_OPEN):
        before, after = growth([(look.minute, getattr(look, field)) for look in last])
        part = (after - before) / before if before else 0.0
        fine = part < MOST_GROWTH or after - before < few
        verdicts.append(Verdict(f"{process}: {title}", before, after, f"{part:+.1%}", fine))
    return verdicts


def left_over(looks: Sequence[Look]) -> list[Verdict]:
    """Whether each name is one process again at the end: the Rasa of the model before must have gone."""
    end = max(look.minute for look in looks)
    found = []
    for process in dict.fromkeys(look.process for look in looks):
        count = sum(look.process == process and look.minute == end for look in looks)
        says = "one, as before" if count == 1 else "one is expected"
        found.append(Verdict(f"{process}: processes", 1, count, says, count == 1))
    return found


def tables(before: Mapping[str, int], after: Mapping[str, int], kept: Mapping[str, str]) -> list[Verdict]:
    """Each table that grew, with what bounds it: those for which `kept` says nothing should not grow."""
    grown = [name for name, rows in after.items() if rows > before.get(name, 0)]
    return [
        Verdict(
            f"table {name}",
            before.get(name, 0),
            after[name],
            kept.get(name, "nothing says what bounds it"),
            name in kept,
        )
        for name in grown
    ]


def percentile(before: Mapping[float, float], after: Mapping[float, float], share: float = 0.99) -> float:
    """The bound under which so much of what a histogram counted in between lies; its counts are cumulative.

    Infinite beyond its last bound, 0 if nothing was counted.
    """
    counts = {bound: count - before.get(bound, 0.0) for bound, count in sorted(after.items())}
    every = max(counts.values(), default=0.0)
    if not every:
        return 0.0
    return next(bound for bound, count in counts.items() if count >= share * every)
