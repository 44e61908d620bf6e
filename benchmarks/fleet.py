"""What several desks on one database answer together: `.venv/bin/python benchmarks/fleet.py [--help]`.

1, 2 and 4 desks on one PostgreSQL and one Redis; customers at all of them, each writing as soon as they are
answered. Behind each desk stands a stand-in for Rasa (stand_in.py), or with `--rasa` a real one.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT
from figures import Figures, Ratio
from kept import Around, keep
from limits import Limits, limits
from pairs import Shared, pairs, shared
from talkers import Talked, talking

WORK = ROOT / ".kesu" / "bench"
CUSTOMERS, SECONDS, WARMING_S = 32, 30, 15.0  # PostgreSQL learns the statements in each connection
NUMBERS = (1, 2, 4)
ENOUGH_CORES, GOAL, NO_LOSS = 8, 3.0, 0.95  # with fewer cores than a desk and its neighbours fill: no loss
ROLES = ("desk", "Rasa", "stand-in", "PostgreSQL", "Redis", "customers")


@dataclass(frozen=True)
class Run:
    """What so many desks did."""

    desks: int
    rate: float  # turns a second
    times: Figures  # from sending to the first line of the answer
    costs: dict[str, float]  # processor milliseconds a turn
    load: float


async def measure(number: int, common: Shared, customers: int, seconds: float, *, real: bool) -> Run:
    """So many desks, their customers, and the processor time that passes meanwhile."""
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        async with pairs(number, common, Path(folder), real=real) as running:
            talked = Talked()
            async with talking(running.urls, customers, talked):
                await asyncio.sleep(WARMING_S)
                talked.times.clear()
                before, load = running.spent(), os.getloadavg()[0]
                await asyncio.sleep(seconds)
                after, turns = running.spent(), len(talked.times)
                times = Figures.of(talked.times)
    costs = {name: 1000 * (after[name] - before[name]) / turns for name in ROLES if name in after}
    return Run(number, turns / seconds, times, costs, load)


def show(runs: Sequence[Run]) -> None:
    """Print a line for each number of desks."""
    names = [name for name in ROLES if any(name in run.costs for run in runs)]
    heads = "".join(f"{name:>12}" for name in names)
    print(f"\n{'desks':>5} {'turns/s':>8} {'p50 ms':>7} {'p95 ms':>7}   processor ms a turn:{heads}")
    for run in runs:
        costs = "".join(f"{run.costs[name]:12.1f}" for name in names)
        print(
            f"{run.desks:>5} {run.rate:8.1f} {run.times.p50:7.0f} {run.times.p95:7.0f}{'':23}{costs}"
            f"   load {run.load:.1f}"
        )


def ratios(runs: Sequence[Run], limit: Limits, cores: int) -> list[Ratio]:
    """Throughput beside that of the first number of desks, and what a turn costs all desks together."""
    first, *others = runs
    goal = GOAL if cores >= ENOUGH_CORES else NO_LOSS
    most = others[-1] if others else None
    return [
        Ratio(f"turns a second, desks: {first.desks}", first.rate, unit="/s"),
        *(
            Ratio(f"turns a second, desks: {run.desks} / {first.desks}", run.rate, first.rate,
                  goal if run is most else None, at_least=True, unit="/s")
            for run in others
        ),
        *(
            Ratio(f"processor time of the desks a turn, desks: {run.desks} / {first.desks}",
                  run.costs["desk"], first.costs["desk"])
            for run in others
        ),
        *(
            Ratio(f"processor time a turn, one desk: {name}", cost)
            for name, cost in first.costs.items()
        ),
        Ratio("processor time of the desk a turn / HTTP over loopback", first.costs["desk"],
              limit.loopback.p50),
    ]  # fmt: skip


def main() -> int:
    """Measure with each number of desks; 1 if more of them answer less."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, nargs="+", default=NUMBERS)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="at all desks together")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--rasa", action="store_true", help="a real Rasa behind each desk (1 GB each)")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    around, limit = Around.now(), asyncio.run(limits(WORK))
    behind = "Rasa" if options.rasa else "a stand-in for Rasa"
    print(f"{around.told()}; {behind} behind each desk, {options.customers} customers\n{limit.told()}")
    with shared() as common:
        runs = [
            asyncio.run(measure(number, common, options.customers, options.seconds, real=options.rasa))
            for number in options.desks
        ]
    show(runs)
    found = ratios(runs, limit, around.cores)
    redis = "Redis" if common.redis_url else "no Redis"
    keep("fleet", around, found, f"{behind} behind each desk, {options.customers} customers, {redis}")
    return not all(ratio.met for ratio in found)


if __name__ == "__main__":
    sys.exit(main())
