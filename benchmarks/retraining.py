"""`python benchmarks/retraining.py`: from "train" to a finished report, while customers write.

A copy of the project with some thousands of training messages (`--every 1`: all of them) and a model trained
from them; ten customers write to its desk all the time; a candidate is ordered, and waited for until its
report stands beside the live one. docs/benchmarks.md says what is measured.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.adapters.child import ChildProcess, last_lines
from bot.adapters.clock import SystemClock
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.commands.opening import opened
from bot.domain.model import Model, ModelState
from bot.domain.people import Role, User
from bot.services.models.deciding import ModelDecisions
from bot.settings import ROOT
from figures import Figures, Ratio
from kept import Around, keep
from sides import Failed
from startup import resident
from stock_rasa import LOOK_EVERY_S, started
from writers import CUSTOMERS, Sent, Turn, answered, settings_of, writing

WORK = ROOT / ".kesu" / "bench" / "retraining"
EVERY = 8  # one row of so many
CALM_S, PATIENCE_S = 60.0, 3600.0
GOAL_S, GOAL_RATIO = 180.0, 1.5
_COPIED = ("bot", "actions", "data", "tests", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml")


def thinned(every: int) -> Path:
    """A copy of the project with one training message of `every`, and the environments of this one."""
    shutil.rmtree(WORK, ignore_errors=True)
    project = WORK / "project"
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, project / name, ignore=shutil.ignore_patterns(".venv", "__pycache__")
            )
        else:
            project.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    (project / "models").mkdir()
    for place in (".venv", "bot/nlu/.venv"):
        (project / place).symlink_to(ROOT / place)
    for file in (project / "data" / "nlu").rglob("*.yml"):
        file.write_text("".join(_thin(file.read_text().splitlines(keepends=True), every)))
    return project


def _thin(lines: Sequence[str], every: int) -> list[str]:
    """Of each block of examples the first row, and one of `every` after it; all other lines."""
    kept, row = [], 0
    for line in lines:
        if line.lstrip().startswith("- ") and not line.startswith("- "):
            row += 1
            if row % every != 1 % every:
                continue
        else:
            row = 0
        kept.append(line)
    return kept


async def measure(project: Path) -> tuple[Model, float, Sequence[Turn], datetime, datetime, float]:
    """The candidate, the seconds until its report, all turns, begin and end of the training, megabytes."""
    var, port = WORK / "var", free_port()
    env = {**os.environ, "PYTHONPATH": str(project), "KESU_VAR": str(var), "KESU_PORT": str(port)}
    command, log = [str(ROOT / ".venv/bin/python"), "-P", "-m", "bot"], WORK / "up.log"
    if await (await ChildProcess.spawn([*command, "train"], env=env, log=log)).wait():
        raise Failed(last_lines(log))
    kesu = await ChildProcess.spawn([*command, "up"], env=env, log=log)
    sent, url = Sent(), f"http://127.0.0.1:{port}"
    try:
        await started(kesu, log, _opened(url))
        async with writing(url, sent):
            await asyncio.sleep(CALM_S)
            begin, clock = datetime.now(UTC), time.monotonic()
            model = await _trained(var)
            seconds, end = time.monotonic() - clock, datetime.now(UTC)
        megabytes = resident(kesu.pid)
        turns, lost = await answered(sent, settings_of(var))
    finally:
        await kesu.stop()
    if lost or sent.refused:
        raise Failed(f"{lost} messages lost, {sent.refused} refused")
    return model, seconds, turns, begin, end, megabytes


async def _opened(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health") as answer:
                    if (await answer.json()).get("model"):
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


async def _trained(var: Path) -> Model:
    """Order a candidate as the button on the page does, and wait for its report."""
    clock = SystemClock()
    async with opened(settings_of(var)) as database:
        units = database.units(NobodyWatches())
        user = User("su", "su", "su", Role.SUPERVISOR, "", clock.now())
        async with units() as uow:
            uow.people.add(user)
            await uow.commit()
        ordered = await ModelDecisions(units, clock).train(user)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with database.reading_units()() as uow:
                    model = await uow.models.get(ordered.id)
                if model.state is not ModelState.TRAINING:
                    return model
                await asyncio.sleep(LOOK_EVERY_S)


def main() -> None:
    """Measure, print the figures as JSON; exit code 1 when they miss a goal."""
    parser = argparse.ArgumentParser(description="From an order to a finished report.")
    parser.add_argument(
        "--every", type=int, default=EVERY, help="keep one row of so many; default: %(default)s"
    )
    every = parser.parse_args().every
    around = Around.now()
    model, seconds, turns, begin, end, megabytes = asyncio.run(measure(thinned(every)))
    if model.state is not ModelState.CANDIDATE:
        raise Failed(model.error or model.state.value)
    calm = Figures.of([turn.seconds * 1000 for turn in turns if turn.at < begin])
    busy = Figures.of([turn.seconds * 1000 for turn in turns if begin <= turn.at < end])
    report = Ratio(
        f"from an order to the report, {model.rows:,} messages",
        seconds,
        goal=GOAL_S if every >= EVERY else None,
        unit="s",
    )
    slower = Ratio("turns meanwhile / in calm, slowest 5%", busy.p95, calm.p95, GOAL_RATIO)
    keep("retraining", around, [report, slower])
    found = {
        "rows": model.rows,
        "seconds_to_the_report": round(seconds, 1),
        "seconds_of_training": round(model.seconds or 0, 1),
        "steps": {name: round(took, 1) for name, took in model.data.get("steps", {}).items()},
        "customers": CUSTOMERS,
        "ms_calm": [round(calm.p50), round(calm.p95)],
        "ms_while_training": [round(busy.p50), round(busy.p95)],
        "p95_ratio": round(slower.value, 2),
        "desk_megabytes": round(megabytes),
    }
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(every >= EVERY and not (report.met and slower.met))


if __name__ == "__main__":
    main()
