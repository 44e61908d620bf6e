"""How long the reports take on a full case database: `.venv/bin/python benchmarks/reports.py [--help]`.

The same database as benchmarks/cases.py: cases of three years. The goal: the page of a month over a million
cases within a second, counted anew (the page itself is kept for a minute).
"""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.papers.report_press import DeskReportPress
from bot.domain.people import Role, User
from bot.services.report_links import Chosen
from bot.services.reports import Reports
from case_work import Desk, Now
from cases import filled, tell
from figures import Figures, Ratio, milliseconds
from kept import Around, keep
from tests import databases

TIMES, GOAL = 5, 1000.0  # milliseconds
WIDTH = 44
BOSS = User("boss", "boss", "boss", Role.SUPERVISOR, "", datetime.min.replace(tzinfo=UTC))
WHAT = {
    "this month": Chosen(),
    "last month": Chosen(period="last_month"),
    "last month, one channel": Chosen(period="last_month", channel="web"),
    "last quarter": Chosen(period="last_quarter"),
}


async def measure(desk: Desk) -> dict[str, Figures]:
    """Every report counted anew and drawn, and the list behind a number of the month before."""
    reports = Reports(desk.database.reading_units(), desk.words, Now(desk.now), DeskReportPress())
    since = (desk.now - timedelta(days=3 * 365)).date()
    years = Chosen(period="days", first=f"{since}", last=f"{desk.now.date()}")
    found = {}
    for title, chosen in {**WHAT, "three years": years}.items():
        await reports.shown(chosen, BOSS, anew=True)
        times = [await milliseconds(reports.shown(chosen, BOSS, anew=True)) for _ in range(TIMES)]
        found[title] = Figures.of(times)
    behind = Chosen(period="last_month", issue="hotel.service")
    for title, figure in (("list of accepted cases", "accepted"), ("list of late cases", "late")):
        times = [await milliseconds(reports.behind(figure, behind, "", BOSS)) for _ in range(TIMES)]
        found[title] = Figures.of(times)
    return found


def show(name: str, number: int, found: dict[str, Figures]) -> None:
    """Print the medians and the slowest, and whether the month meets the goal."""
    print(f"\n{f'{name}, {number:,} cases, milliseconds':<{WIDTH}} {'p50':>9} {'p95':>9}")
    for title, measured in found.items():
        missed = measured.p95 > (goal_of(title) or measured.p95)
        print(f"{title:<{WIDTH}} {measured.p50:9.0f} {measured.p95:9.0f}{'   MISSED' if missed else ''}")


async def run(url: str, name: str, number: int) -> list[Ratio]:
    """Fill one database and measure."""
    async with filled(url, number) as desk:
        found = await measure(desk)
    show(name, number, found)
    return [
        Ratio(f"{name}, {title} over {number:,} cases: slowest 5%", one.p95, goal=goal_of(title))
        for title, one in found.items()
    ]


def goal_of(title: str) -> float | None:
    """Milliseconds, where there is a goal."""
    return GOAL if title.endswith("month") else None


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--on", choices=["sqlite", "postgresql"], nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    around, found = Around.now(), []
    print(around.told())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kesu-bench-")))
        if "sqlite" in options.on:
            found += asyncio.run(run(f"sqlite:///{folder / 'kesu.db'}", "SQLite", options.cases))
            keep("reports", around, found)
        if "postgresql" in options.on:
            try:
                server = stack.enter_context(databases.postgres_server())
            except pytest.skip.Exception as reason:
                tell(f"PostgreSQL is left out: {reason}")
                return
            asyncio.run(databases.run_on_server(server, "CREATE DATABASE reports"))
            url = server.set(database="reports").render_as_string(hide_password=False)
            found += asyncio.run(run(url, "PostgreSQL", options.cases))
            keep("reports", around, found)


if __name__ == "__main__":
    main()
