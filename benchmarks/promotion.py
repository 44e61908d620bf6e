"""`make promotion`: customers keep writing while the model is changed and changed back (docs/benchmarks.md).

Two archives of `models/`, a desk of its own on a temporary database, `kesu model promote` and `rollback`.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.adapters.child import ChildProcess, environment, last_lines
from bot.adapters.listening import free_port
from bot.adapters.model_files import model_id
from bot.settings import ROOT, load_settings
from figures import Figures
from sides import Failed
from startup import descendants, resident
from stock_rasa import LOOK_EVERY_S, started
from writers import CUSTOMERS, PATIENCE_S, Sent, Turn, answered, settings_of, writing

WORK = ROOT / ".kesu" / "bench" / "promotion"
KESU = str(ROOT / ".venv" / "bin" / "kesu")
CALM_S, AFTER_S = 60.0, 10.0  # before the first switch, and after each
MOST_EXTRA_S = 1.0


@dataclass
class Machine:
    """The most processes and megabytes of the desk and its children within a stretch of time."""

    processes: int = 0
    megabytes: float = 0

    def look(self, pid: int) -> None:
        """Count them now."""
        found = descendants(pid)
        self.processes = max(self.processes, len(found))
        self.megabytes = max(self.megabytes, sum(map(_resident, found)))


@dataclass(frozen=True)
class Stretch:
    """A part of the measurement, and what the machine looked like in it."""

    title: str
    begin: datetime
    end: datetime
    machine: Machine


def _resident(pid: int) -> float:
    try:
        return resident(pid)
    except (OSError, ValueError):  # it ended meanwhile
        return 0


async def measure(older: Path, newer: Path) -> bool:
    """Calm, promote, calm, roll back, calm; whether nothing was lost and nobody waited too long."""
    shutil.rmtree(WORK, ignore_errors=True)
    models = WORK / "models"
    models.mkdir(parents=True)
    shutil.copy(older, models / older.name)
    port, log = free_port(), WORK / "up.log"
    url = f"http://127.0.0.1:{port}"
    env = environment(KESU_VAR=str(WORK), KESU_PORT=str(port), KESU_MODELS=str(models))
    kesu = await ChildProcess.spawn([KESU, "up"], env=env, log=log)
    sent = Sent()
    try:
        await started(kesu, log, _serves(url, older))
        shutil.copy(newer, models / newer.name)
        async with writing(url, sent):
            stretches = [await _stretch("calm", kesu.pid, asyncio.sleep(CALM_S))]
            orders = (("promote", [model_id(newer), "--unchecked"], newer), ("rollback", [], older))
            for deed, arguments, to in orders:
                change = _change(env, url, [deed, *arguments], to)
                stretches.append(await _stretch(deed, kesu.pid, change))
                stretches.append(await _stretch("calm", kesu.pid, asyncio.sleep(AFTER_S)))
        turns, lost = await answered(sent, settings_of(WORK))
    finally:
        await kesu.stop()
    return _told(sent, turns, lost, stretches)


async def _stretch(title: str, pid: int, work: "asyncio.Future[None] | object") -> Stretch:
    begin, machine = datetime.now(UTC), Machine()
    task = asyncio.ensure_future(work)  # type: ignore[arg-type]
    while not task.done():
        machine.look(pid)
        await asyncio.wait({task}, timeout=0.5)
    task.result()
    return Stretch(title, begin, datetime.now(UTC), machine)


async def _change(env: dict[str, str], url: str, deed: list[str], to: Path) -> None:
    """Give the order, and wait until the desk serves the other model and has stopped the first Rasa."""
    log = WORK / "order.log"
    order = await ChildProcess.spawn([KESU, "model", *deed], env=env, log=log)
    if await order.wait():
        raise Failed(f"kesu model {deed[0]}: {last_lines(log)}")
    await asyncio.wait_for(_serves(url, to), PATIENCE_S)


async def _serves(url: str, model: Path) -> None:
    """Wait until the desk says that it serves this model and is not switching."""
    wanted = {"status": "ok", "model": model_id(model), "wanted": model_id(model), "switching": False}
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health") as answer:
                    if await answer.json() == wanted:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


def _told(sent: Sent, turns: Sequence[Turn], lost: int, stretches: Sequence[Stretch]) -> bool:
    calm = [t.seconds for t in turns if stretches[0].begin <= t.at < stretches[0].end]
    print(f"{CUSTOMERS} customers, {len(sent.ids)} messages, {lost} lost, {sent.refused} refused")
    print("            seconds  turns  p50 ms  p95 ms  longest   at s  processes     MB")
    for stretch in stretches:
        within = [t for t in turns if stretch.begin <= t.at < stretch.end]
        times, worst = [t.seconds * 1000 for t in within], max(within, key=lambda t: t.seconds)
        figures, seconds = Figures.of(times), (stretch.end - stretch.begin).total_seconds()
        print(
            f"{stretch.title:<10}{seconds:>9.0f}{len(times):>7}{figures.p50:>8.0f}{figures.p95:>8.0f}"
            f"{worst.seconds * 1000:>9.0f}{(worst.at - stretch.begin).total_seconds():>7.0f}"
            f"{stretch.machine.processes:>11}{stretch.machine.megabytes:>7.0f}"
        )
    extra = max(t.seconds for t in turns) - max(calm)
    print(f"longest turn over the longest one in calm: {extra:+.2f} s (goal: under {MOST_EXTRA_S:g} s)")
    return not lost and not sent.refused and extra < MOST_EXTRA_S


def main() -> None:
    """Measure with the two newest models, or those named; exit code 1 if something was lost or delayed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path, help="two archives, the first one live at the start")
    given = parser.parse_args().models or sorted(load_settings().models.glob("kesu-*.tar.gz"))[-2:]
    if len(given) != 2:  # noqa: PLR2004 -- a pair
        sys.exit("two trained models are needed: execute make train twice")
    sys.exit(not asyncio.run(measure(given[0], given[1])))


if __name__ == "__main__":
    main()
