"""How long the case database takes when it is full: `.venv/bin/python benchmarks/cases.py [--help]`.

Fills databases with so many cases of three years (10,000 and 1,000,000), the same shape each, and measures
what people and the desk do with them, so that the growth is seen (docs/benchmarks.md). The goals: opening a
case and listing a page 100 ms, judging a day's cases 30 s.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pytest

from bot.adapters.database import schema
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.handbook_files import load_handbook
from bot.adapters.script import convert
from bot.domain.company import Company
from bot.services.words import Words
from bot.settings import ROOT
from case_rows import fill
from case_work import Desk
from figures import Figures, Ratio, milliseconds
from kept import Around, keep
from limits import Limits, limits
from tests import databases

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
TIMES, GOAL, JUDGED, JUDGING_GOAL = 20, 100.0, "judge a day's cases", 30_000.0  # milliseconds
OPENED, PLAIN_LISTS = "open a case", ("list 50: open", "list 50: closed")
WIDTH = 44
Measured = dict[str, Figures]


@asynccontextmanager
async def filled(url: str, number: int) -> AsyncIterator[Desk]:
    """A new database with so many cases."""
    await schema.upgrade(url)
    database = Database(url, Sealer.from_base64(new_key()))
    words = Words(
        load_handbook(ROOT / "data" / "handbook"), Company(name="公司"), convert, database.sealer.phone_hash
    )
    try:
        began = time.perf_counter()
        ids = await fill(database, words, number, NOW)
        tell(f"{number:,} cases in {time.perf_counter() - began:.0f} s")
        await database.tend()
        yield Desk(database, words, ids, NOW)
    finally:
        await database.close()


async def measure(desk: Desk) -> Measured:
    """Everything on one database."""
    found = {}
    for title, work in desk.often():
        await work()
        found[title] = Figures.of([await milliseconds(work()) for _ in range(TIMES)])
    for title, work in desk.seldom():
        once = await milliseconds(work())
        found[title] = Figures(once, once)
    return found


def show(name: str, numbers: list[int], found: list[Measured]) -> None:
    """Print the medians beside one another, how they grew, and whether the slowest 5% meet the goals."""
    heads = "".join(f" {number:>11,}" for number in numbers)
    print(f"\n{f'{name}, milliseconds':<{WIDTH}}{heads}   growth   p95")
    for title in found[0]:
        medians = "".join(f" {measured[title].p50:11.1f}" for measured in found)
        growth = found[-1][title].p50 / found[0][title].p50
        print(
            f"{title:<{WIDTH}}{medians} {growth:8.1f} {found[-1][title].p95:7.1f}{verdict(title, found[-1])}"
        )


def goal_of(title: str) -> float | None:
    """Milliseconds, where there is a goal."""
    return JUDGING_GOAL if title == JUDGED else GOAL if title.startswith(("open a case", "list")) else None


def verdict(title: str, measured: Measured) -> str:
    """Whether the goal is met; empty where there is none."""
    goal = goal_of(title)
    return "" if goal is None or measured[title].p95 <= goal else f"   MISSED: goal {goal:.0f}"


def ratios(name: str, numbers: list[int], found: list[Measured], limit: Limits) -> list[Ratio]:
    """How the figures grew, of all the lists the plain ones; then the slowest 5% of what has a goal."""
    few, many = found[0], found[-1]
    lists = [title for title in many if title.startswith("list")]
    grown = [
        Ratio(f"{name}, {title}: {numbers[-1]:,} / {numbers[0]:,} cases", many[title].p50, few[title].p50)
        for title in many
        if title not in lists or title in PLAIN_LISTS
    ]
    slowest = max(lists, key=lambda title: many[title].p95)
    return [
        *grown,
        Ratio(f"{name}, {OPENED} / HTTP over loopback", many[OPENED].p50, limit.loopback.p50),
        Ratio(f"{name}, {OPENED}: slowest 5%", many[OPENED].p95, goal=GOAL),
        Ratio(f"{name}, the slowest list ({slowest}): slowest 5%", many[slowest].p95, goal=GOAL),
        Ratio(f"{name}, {JUDGED}", many[JUDGED].p95, goal=JUDGING_GOAL),
    ]  # fmt: skip


async def on_sqlite(numbers: list[int], folder: Path) -> list[Measured]:
    """Each number of cases in a SQLite file."""
    found = []
    for number in numbers:
        async with filled(f"sqlite:///{folder / f'{number}.db'}", number) as desk:
            found.append(await measure(desk))
    return found


async def on_postgresql(numbers: list[int], server: databases.URL) -> list[Measured]:
    """Each number of cases in a database of one PostgreSQL server."""
    found = []
    for number in numbers:
        await databases.run_on_server(server, f"CREATE DATABASE cases_{number}")
        url = server.set(database=f"cases_{number}").render_as_string(hide_password=False)
        async with filled(url, number) as desk:
            found.append(await measure(desk))
    return found


def tell(line: str) -> None:
    """Tell how far it is, beside the figures."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--on", choices=["sqlite", "postgresql"], nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    around = Around.now()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kesu-bench-")))
        limit, numbers = asyncio.run(limits(folder)), options.cases
        print(f"{around.told()}\n{limit.told()}")
        found: list[Ratio] = []
        if "sqlite" in options.on:
            measured = asyncio.run(on_sqlite(numbers, folder))
            show("SQLite", numbers, measured)
            found += ratios("SQLite", numbers, measured, limit)
            keep("cases", around, found)
        if "postgresql" in options.on:
            try:
                server = stack.enter_context(databases.postgres_server())
            except pytest.skip.Exception as reason:
                tell(f"PostgreSQL is left out: {reason}")
                return
            measured = asyncio.run(on_postgresql(numbers, server))
            show("PostgreSQL", numbers, measured)
            keep("cases", around, [*found, *ratios("PostgreSQL", numbers, measured, limit)])


if __name__ == "__main__":
    main()
