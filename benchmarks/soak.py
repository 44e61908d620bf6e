"""`make soak`: a desk under half load for half an hour, with a change of its model (docs/reliability.md).

Customers come, complain and go, each on a page with a socket; agents take over who asks for them. Half-way
the model is changed through the desk's own order. What grows after that, and is not meant to, fails it.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.adapters.listening import free_port
from bot.adapters.model_files import chosen_model
from bot.settings import ROOT, load_settings
from soak_figures import Look, Verdict, judged, left_over, percentile, tables
from soak_looks import cpu_seconds, kept, lag, looks, megabytes, rows
from tests.chaos.machine import Machine
from tests.chaos.people import Agent, Diary, WebCustomer
from tests.chaos.reckoning import Reckoning, commit, reckon, waiting
from tests.chaos.staff import employ
from tests.chaos.ways import Socket
from tests.e2e.stack import until

WORK = ROOT / ".kesu" / "bench" / "soak"
AGENTS = ("li", "wang")
LOOK_EVERY_S, PATIENCE_S = 10.0, 600.0
THINKS_S, AGENT_THINKS_S = 5.0, (2.0, 4.0)  # on average before each message; between two looks of an agent
WARM_PART, WARM_MINUTES = 1 / 10, 1.0  # of the run, and at least, after the change: that much is not judged
_HEAD = (
    "minute  sent  answered p50, p95, worst ms  lag p99 ms   desk: own  resident  files sockets cpu"
    "   Rasa: own  resident  files cpu   rows   database MB"
)


@dataclass
class Watched:
    """All that was seen of a desk while it ran."""

    looks: list[Look] = field(default_factory=list)
    cpu: dict[int, float] = field(default_factory=dict)
    lags: dict[float, float] = field(default_factory=dict)
    answered: int = 0  # of the diary's answers, those that were shown
    middle: dict[str, int] = field(default_factory=dict)  # rows of each table when the second half began
    middle_files: dict[str, float] = field(default_factory=dict)


class Soak:
    """One run: so many minutes, so many messages a second."""

    def __init__(self, minutes: float, rate: float) -> None:
        self._minutes, self._rate = minutes, rate
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        archive = chosen_model(load_settings())
        self._metrics = free_port()
        self._machine = Machine(WORK, archive, KESU_METRICS_PORT=str(self._metrics))
        self.diary, self.watched = Diary(), Watched()

    async def run(self) -> tuple[list[Verdict], Reckoning]:
        """All of it: the verdicts, and what the ledger says."""
        first, second = reversed(self._machine.names)  # the newest serves
        await self._machine.start()
        try:
            await until(lambda: self._machine.serves(first), PATIENCE_S)
            settings = self._machine.settings()
            key = settings.data_key.get_secret_value()
            await employ(settings.database_url, key, AGENTS)
            self._urls = settings.database_url, settings.nlu_database_url
            async with asyncio.timeout(self._minutes * 60 + 2 * PATIENCE_S):
                await self._under_load(second)
                await until(lambda: _none(waiting(settings.database_url)), PATIENCE_S)
            end, files = await rows(self._urls), megabytes(WORK)
        finally:
            await self._machine.stop()
        self._show_files(files)
        return self._judged(end), await reckon(settings.database_url, key, self.diary)

    async def _under_load(self, other_model: str) -> None:
        stop, self._began = asyncio.Event(), time.monotonic()
        tasks = [asyncio.create_task(work) for work in self._works(stop)]
        watching = asyncio.create_task(self._watch())
        self._tasks = [watching, *tasks]
        try:
            await self._wait_until(self._minutes / 2)
            await self._machine.promote(other_model)
            await until(lambda: self._machine.serves(other_model), PATIENCE_S)
            print(f"{self._minute:6.1f}  another model serves", flush=True)
            self._since = max(self._minutes * (0.5 + WARM_PART), self._minute + WARM_MINUTES)
            await self._wait_until(self._since)
            self.watched.middle, self.watched.middle_files = await rows(self._urls), megabytes(WORK)
            await self._wait_until(self._minutes)
            watching.cancel()
            await asyncio.wait({watching})
            await self._look()
            stop.set()
            await asyncio.gather(*tasks)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _works(self, stop: asyncio.Event) -> list[Awaitable[None]]:
        """As many customers as write so often together."""
        address, works = self._machine.address, []
        for number in range(max(1, round(self._rate * THINKS_S))):
            chance = random.Random(f"customer-{number}")  # noqa: S311 -- the same every time
            thinks = (0.5 * THINKS_S, 1.5 * THINKS_S)
            customer = WebCustomer(address, self.diary, chance, way=Socket, thinks=thinks)
            works.append(_later(chance.uniform(0, THINKS_S), customer.talk_until(stop)))
        for login in AGENTS:
            chance = random.Random(login)  # noqa: S311 -- the same every time
            works.append(Agent(address, self.diary, login, chance, thinks=AGENT_THINKS_S).work_until(stop))
        return works

    async def _watch(self) -> None:
        """A look every few seconds, and a line every minute."""
        print(_HEAD, flush=True)
        self.watched.cpu = cpu_seconds({look.pid for look in looks(self._machine.kesu.pid, 0)})
        self.watched.lags = await lag(self._metrics)
        for nth in range(1, 1 << 30):
            await self._sleep_until(nth * LOOK_EVERY_S / 60)
            await self._look()
            if nth * LOOK_EVERY_S % 60 == 0:
                await self._tell()

    async def _look(self) -> None:
        found = await asyncio.to_thread(looks, self._machine.kesu.pid, self._minute)
        self.watched.looks += found

    async def _tell(self) -> None:
        seen, now = self.watched, self.watched.looks[-1].minute
        times = [1000 * (end - begin) for begin, end in self.diary.answered[seen.answered :]] or [0.0, 0.0]
        lags, cpu = await lag(self._metrics), cpu_seconds({look.pid for look in seen.looks[-20:]})
        late = 1000 * percentile(seen.lags, lags)
        row = f"{now:6.1f}{len(self.diary.acknowledged):6}  {_spread(times):>27}{late:>12.0f}"
        for name, sockets in (("desk", True), ("Rasa", False)):
            for look in [one for one in seen.looks if one.minute == now and one.process == name]:
                used = (cpu.get(look.pid, 0.0) - seen.cpu.get(look.pid, 0.0)) / 60
                row += f"{look.own:>12.1f}{look.resident:>10.1f}{look.files:>7}"
                row += f"{look.sockets:>8}{used:>4.0%}" if sockets else f"{used:>4.0%}"
        counts, stored = await rows(self._urls), sum(megabytes(WORK).values())
        print(f"{row}{sum(counts.values()):>7}{stored:>14.1f}", flush=True)
        seen.answered, seen.lags, seen.cpu = len(self.diary.answered), lags, cpu

    def _judged(self, end: dict[str, int]) -> list[Verdict]:
        seen = self.watched.looks
        verdicts = [one for name in ("desk", "Rasa") for one in judged(seen, name, self._since)]
        verdicts += left_over(seen)
        return verdicts + tables(self.watched.middle, end, kept(end))

    def _show_files(self, end: dict[str, float]) -> None:
        """What lies in the desk's folder: nothing is judged, logs are the system's to rotate."""
        for name, size in end.items():
            before = self.watched.middle_files.get(name, 0.0)
            if round(before, 1) != round(size, 1):
                print(f"file {name}: {before:.1f} -> {size:.1f} MB")

    @property
    def _minute(self) -> float:
        return (time.monotonic() - self._began) / 60

    async def _sleep_until(self, minute: float) -> None:
        await asyncio.sleep(max(0.0, (minute - self._minute) * 60))

    async def _wait_until(self, minute: float) -> None:
        """The same, as long as everybody goes on."""
        seconds = max(0.0, (minute - self._minute) * 60)
        ended, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()


async def _later(seconds: float, work: Awaitable[None]) -> None:
    await asyncio.sleep(seconds)
    await work


async def _none(count: Awaitable[int]) -> bool:
    return not await count


def _spread(times: Sequence[float]) -> str:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    return f"{statistics.median(times):.0f} {p95:.0f} {max(times):.0f}"


def _told(soak: Soak, verdicts: Sequence[Verdict], found: Reckoning) -> bool:
    for one in verdicts:
        print(f"{'' if one.fine else '!! '}{one.what}: {one.before:.6g} -> {one.after:.6g}, {one.says}")
    longest = soak.diary.longest_wait()
    print(
        f"{found.sent} messages in {soak.diary.talks} talks, longest wait {longest:.1f} s, lost {found.lost},"
        f" doubled {found.doubled}, cases doubled {found.cases_doubled}, torn pages {found.torn},"
        f" findings of the audit {len(found.findings)}"
    )
    print(*found.findings, sep="\n", end="")
    return found.is_fine and all(one.fine for one in verdicts)


def main() -> None:
    """Run it; exit code 1 if something grew, was lost or doubled, or the audit found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="at least 4")
    parser.add_argument("--rate", type=float, default=8.0, help="customers' messages a second, all together")
    given = parser.parse_args()
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}, {os.cpu_count()} cores,"
        f" {given.minutes:g} minutes, {given.rate:g} messages a second"
    )
    soak = Soak(given.minutes, given.rate)
    verdicts, found = asyncio.run(soak.run())
    sys.exit(not _told(soak, verdicts, found))


if __name__ == "__main__":
    main()
