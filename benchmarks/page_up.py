"""How long until the page is up: `.venv/bin/python benchmarks/page_up.py [--runs 7] [FOLDER …]`.

Rasa is only beginning to load then. Each folder is a checkout with its environments and a model; several are
started alternately, so that noise hits them alike. *Wall*: seconds from the command to the page's first
answer. *Processor*: seconds of processor time that the desk's process had used by then, which other work on
the machine changes less. One start of each that doesn't count fills the caches.
"""

import argparse
import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import aiohttp

from bot.adapters.child import environment
from bot.adapters.listening import free_port
from bot.settings import ROOT
from figures import Ratio

RUNS = 7
GOAL_S = 2.0
LOOK_EVERY_S = 0.01
PATIENCE_S = 30.0
WIDTH = 56
_TICKS = os.sysconf("SC_CLK_TCK")


class PageUp(NamedTuple):
    """Seconds until the page was up."""

    wall: float
    processor: float


async def page_up(url: str) -> None:
    """Wait until the customers' page is there."""
    async with aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with session.get(url) as answer:
                    answer.raise_for_status()
                    return
            await asyncio.sleep(LOOK_EVERY_S)


def processor_seconds(pid: int) -> float:
    """What a process itself has used, without its children (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def start(checkout: Path, var: Path) -> PageUp:
    """Start a checkout's desk on the database in `var`, and end it when its page is up."""
    port = free_port()
    env = environment(KESU_VAR=str(var), KESU_PORT=str(port))
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled files are kept, as everywhere else
    command = [str(checkout / ".venv" / "bin" / "python"), "-m", "bot", "up"]
    began = time.monotonic()
    with (var / "up.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=checkout, env=env, stdout=log, stderr=log
        )
    opened, ended = asyncio.create_task(page_up(f"http://127.0.0.1:{port}/")), process.wait()
    try:
        await asyncio.wait([opened, asyncio.ensure_future(ended)], return_when=asyncio.FIRST_COMPLETED)
        if process.returncode is not None:
            raise RuntimeError((var / "up.log").read_text(encoding="utf-8"))
        return PageUp(time.monotonic() - began, processor_seconds(process.pid))
    finally:
        opened.cancel()
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()


async def alternately(checkouts: list[Path], runs: int) -> Mapping[Path, list[PageUp]]:
    """Start them in turn, each on a database of its own; every other round goes backwards."""
    found: dict[Path, list[PageUp]] = {one: [] for one in checkouts}
    with tempfile.TemporaryDirectory(prefix="kesu-") as folder:
        for number in range(runs + 1):
            for checkout in checkouts[:: -1 if number % 2 else 1]:
                var = Path(folder) / str(checkouts.index(checkout))
                var.mkdir(exist_ok=True)
                up = await start(checkout, var)
                if number:
                    found[checkout].append(up)
    return found


def goals(found: Mapping[Path, list[PageUp]]) -> list[Ratio]:
    """The processor time of each checkout against its goal."""
    return [
        Ratio(
            f"{checkout.name}: processor seconds until the page is up",
            statistics.median(up.processor for up in ups),
            goal=GOAL_S,
            unit="s",
        )
        for checkout, ups in found.items()
    ]


def show(found: Mapping[Path, list[PageUp]]) -> None:
    """Print the medians against the goal."""
    print(f"{'seconds until the page is up':<{WIDTH}} {'wall':>7} {'processor':>9} {'fastest':>7}")
    for (checkout, ups), goal in zip(found.items(), goals(found), strict=True):
        wall = statistics.median(up.wall for up in ups)
        fastest = min(up.processor for up in ups)
        print(f"{checkout.name:<{WIDTH}} {wall:7.2f} {goal.value:9.2f} {fastest:7.2f}   {goal.verdict}")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", metavar="FOLDER", nargs="*", type=Path, default=[ROOT])
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    show(asyncio.run(alternately([one.resolve() for one in asked.checkouts], asked.runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
