"""How long the case database takes when it is full: `.venv/bin/python benchmarks/cases.py [--cases N …]`.

Fills SQLite files with so many cases of three years (10,000 and 1,000,000), the same shape each, and measures
opening one case, listing pages with filters, and judging a day's cases, so that the growth is seen. The
goals: 100 ms, 100 ms, 30 s.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.adapters.database import schema
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.handbook_files import load_handbook
from bot.adapters.script import convert
from bot.domain.company import Company
from bot.domain.things import Listed
from bot.services.judging import Judging
from bot.services.outbreaks import Outbreaks
from bot.services.ports import UnitOfWork
from bot.services.words import Words
from bot.settings import ROOT
from case_rows import fill
from figures import Figures, milliseconds

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
OPENED, LISTED = 60, 20  # how often each is measured
PAGES = {
    "open, most urgent first": Listed(),
    "open, of one heat": Listed(heat="重大"),
    "open, of one issue": Listed(issue="hotel.service"),
    "closed, newest first": Listed(state="closed"),
    "closed, of one issue": Listed(state="closed", issue="hotel.service"),
    "closed, of a rare issue": Listed(state="closed", issue="special.inspection"),
    "closed, of one issue and severity": Listed(state="closed", issue="hotel.service", severity="严重"),
    "closed, of one month": Listed(
        state="closed", accepted_from=NOW - timedelta(days=400), accepted_until=NOW - timedelta(days=370)
    ),
}


class Now:
    """A clock that stands still."""

    def now(self) -> datetime:
        """The moment of the measurement."""
        return NOW


class Silent:
    """Live updates that nobody hears."""

    def changed(self, conversation_id: str) -> None:
        """Nothing."""


async def measure(number: int, folder: Path) -> None:
    """Fill a database with so many cases, and print what everything takes."""
    url = f"sqlite:///{folder / f'{number}.db'}"
    await schema.upgrade(url)
    database = Database(url, Sealer.from_base64(new_key()))
    handbook = load_handbook(ROOT / "data" / "handbook")
    words = Words(handbook, Company(name="公司"), convert, database.sealer.phone_hash)
    began = time.perf_counter()
    ids = await fill(database, words, number, NOW)
    print(f"\n{number:,} cases, filled in {time.perf_counter() - began:.0f} s")
    try:
        drawn = random.Random(1)  # noqa: S311 -- which cases are opened
        await _reading(database, drawn.sample(ids, min(OPENED, len(ids))))
        await _judging(database, words)
    finally:
        await database.close()


async def _reading(database: Database, ids: list[str]) -> None:
    reading = database.reading_units()

    async def timed(work: Callable[[UnitOfWork], Awaitable[object]]) -> float:
        async with reading() as uow:
            return await milliseconds(work(uow))

    async def open_one(uow: UnitOfWork, case_id: str) -> None:
        await uow.cases.get(case_id)
        await uow.cases.history(case_id)
        await uow.tasks.of_case(case_id)

    opened = [await timed(lambda uow, case_id=case_id: open_one(uow, case_id)) for case_id in ids]
    _print("open a case with its history and tasks", opened)
    for title, listed in PAGES.items():
        times = [await timed(lambda uow, one=listed: uow.judgements.page(one)) for _ in range(LISTED)]
        _print(f"list 50 cases: {title}", times)
    async with reading() as uow:
        page = await uow.judgements.page(Listed())
    second = [await timed(lambda uow: uow.judgements.page(Listed(), page[-1])) for _ in range(LISTED)]
    _print("list 50 cases: the second page", second)


async def _judging(database: Database, words: Words) -> None:
    units, clock = database.units(Silent()), Now()
    judging = Judging(units, words, clock, reading=database.reading_units())
    began = time.perf_counter()
    judged = await judging.sweep()
    print(f"  judge a day's cases ({judged:,})  {time.perf_counter() - began:.1f} s (goal 30 s)")
    began = time.perf_counter()
    await judging.sweep()
    print(f"  look again, nothing to judge  {(time.perf_counter() - began) * 1000:.0f} ms")
    began = time.perf_counter()
    raised = await Outbreaks(units, words, clock, reading=database.reading_units()).look()
    print(f"  look for outbreaks ({raised:,} alerts)  {(time.perf_counter() - began) * 1000:.0f} ms")


def _print(title: str, times: list[float]) -> None:
    figures = Figures.of(times)
    print(f"  {title}  p50 {figures.p50:.1f} ms, p95 {figures.p95:.1f} ms (goal 100 ms)")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 1_000_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kesu-bench-") as folder:
        for number in options.cases:
            asyncio.run(measure(number, Path(folder)))


if __name__ == "__main__":
    main()
