"""Stock Rasa's environment and processes."""

import asyncio
import hashlib
import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.adapters.child import ChildProcess, environment, last_lines
from bot.adapters.listening import free_port
from bot.adapters.rasa_process import QUIET
from bot.adapters.training_files import FOLDERS
from bot.settings import ROOT
from sides import Failed

STOCK = ROOT / "benchmarks" / "stock"
PYTHON = STOCK / ".venv" / "bin" / "python"
START_WITHIN_S = 180.0
LOOK_EVERY_S = 0.05
Replies = Mapping[str, Sequence[str]]


def make_environment() -> None:
    """Make stock Rasa's environment from its lock file, if it is missing or out of date."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from bootstrap import Environment, make
    from find_python import find_python310
    from find_uv import find_uv

    stock = Environment("stock Rasa (benchmarks/stock)", STOCK, "first time")
    if not stock.up_to_date():
        uv = find_uv()
        if not make(stock, uv, str(find_python310(uv))):
            raise Failed("stock Rasa's environment could not be made; the reason stands above")


@dataclass(frozen=True)
class Running:
    """Stock Rasa and its action server."""

    url: str
    database: Path
    processes: Mapping[str, int]  # process ids


@asynccontextmanager
async def stock_rasa(folder: Path, model: Path, replies: Replies) -> AsyncIterator[Running]:
    """Stock Rasa with a model and an action server while the block runs; `folder` gets database and logs."""
    folder.mkdir()
    actions_port, port, database = free_port(), free_port(), folder / "tracker.db"
    url = f"http://127.0.0.1:{port}"
    where = {"STOCK_ACTIONS_PORT": str(actions_port), "STOCK_DATABASE": str(database)}
    log, actions_log = folder / "rasa.log", folder / "actions.log"
    actions = await _spawn(
        ["rasa_sdk", "--actions", "stock_actions", "--port", str(actions_port)],
        actions_log,
        PYTHONPATH=str(STOCK),
        STOCK_REPLIES=json.dumps(replies, ensure_ascii=False),
    )
    try:
        rasa = await _spawn(_rasa_run(model, port), log, **where)
        try:
            await started(rasa, log, _listening(url))
            await started(actions, actions_log, _listening(f"http://127.0.0.1:{actions_port}/health"))
            yield Running(url, database, {"Rasa": rasa.pid, "action server": actions.pid})
        finally:
            await rasa.stop()
    finally:
        await actions.stop()


def _rasa_run(model: Path, port: int) -> list[str]:
    given = {
        "--model": str(model),
        "--port": str(port),
        "--interface": "127.0.0.1",
        "--endpoints": str(STOCK / "endpoints.yml"),
        "--credentials": str(STOCK / "credentials.yml"),
    }
    return ["rasa", "run", "--enable-api", *(word for option in given.items() for word in option)]


async def _spawn(module: Sequence[str], log: Path, **variables: str) -> ChildProcess:
    """Run a module in stock Rasa's environment. The model's components are the project's own."""
    env = environment(**QUIET) | {"PYTHONPATH": str(ROOT)} | variables
    return await ChildProcess.spawn([str(PYTHON), "-m", *module], env=env, log=log)


async def _listening(url: str) -> None:
    """Wait until somebody answers there."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    answer.raise_for_status()
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(LOOK_EVERY_S)


async def started(child: ChildProcess, log: Path, sign: Awaitable[None]) -> None:
    """Wait for the sign that a child works. Failed when it ends before, or takes too long."""
    working, gone = asyncio.ensure_future(sign), asyncio.ensure_future(child.wait())
    try:
        await asyncio.wait({working, gone}, timeout=START_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Failed(f"{log.stem} did not start: {last_lines(log)}")
        working.result()
    finally:
        working.cancel()
        gone.cancel()


async def greeting_model(folder: Path, model: Path, greeting: str) -> Path:
    """A model like `model`, but greeting with a response of its domain instead of an action; trained once.

    Same pipeline, messages and rules, trained in stock Rasa's environment.
    """
    key = hashlib.sha256(f"{model.name}\0{greeting}".encode()).hexdigest()[:12]
    finished = folder / f"greeting-{key}.tar.gz"
    if finished.exists():
        return finished
    for outdated in folder.glob("greeting-*.tar.gz"):
        outdated.unlink()
    project = folder / "greeting"
    shutil.rmtree(project, ignore_errors=True)
    _copy_project(project, greeting)
    log = folder / "train.log"
    child = await _spawn(
        ["rasa", "train", "--quiet", "--domain", str(project / "domain.yml"), "--data", str(project / "data"),
         "--out", str(project), "--fixed-model-name", finished.name],
        log,
    )  # fmt: skip
    try:
        code = await child.wait()
    finally:
        await child.stop()
    if code:
        raise Failed(f"the model with a greeting response could not be trained: {last_lines(log)}")
    return (project / finished.name).replace(finished)


def _copy_project(project: Path, greeting: str) -> None:
    for name in FOLDERS:
        if (ROOT / "data" / name).is_dir():
            shutil.copytree(ROOT / "data" / name, project / "data" / name)
    shutil.copy(ROOT / "domain.yml", project)
    for file in (project / "domain.yml", *project.glob("data/rules/*.yml")):
        file.write_text(file.read_text("utf-8").replace("action_greet", "utter_greet"), "utf-8")
    responses = json.dumps({"utter_greet": [{"text": greeting}]}, ensure_ascii=False)
    with (project / "domain.yml").open("a", encoding="utf-8") as domain:
        domain.write(f"\nresponses: {responses}\n")
