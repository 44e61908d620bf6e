"""From a command to the first answer, and the memory of each process then."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from page_up import page_up
from sides import GREETING, Stock
from stock_rasa import LOOK_EVERY_S, Replies, started, stock_rasa


@dataclass(frozen=True)
class Startup:
    """Seconds to the first answers, and megabytes (resident) of each process."""

    seconds: Mapping[str, float]
    memory: Mapping[str, float]


async def start_ours(folder: Path, model: Path) -> Startup:
    """`make up` on an empty database, to the customers' page, and to the bot's answers there.

    One customer writes as soon as the page can be reached, while Rasa still starts; another one once
    `make up` has printed the page's address.
    """
    folder.mkdir()
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", folder / "up.log"
    env = environment(KESU_VAR=str(folder), KESU_MODEL=str(model), KESU_PORT=str(port))
    seconds: dict[str, float] = {}
    began = time.monotonic()
    make = await ChildProcess.spawn(["make", "--no-print-directory", "up"], env=env, log=log)
    early = asyncio.create_task(_answered(url))
    try:
        await started(make, log, page_up(url))
        seconds["make up, until the page is up: ours"] = time.monotonic() - began
        await started(make, log, _printed(log, url))
        await started(make, log, _answered(url))
        seconds["make up, a message once it is ready: ours"] = time.monotonic() - began
        await started(make, log, early)
        seconds["make up, a message as soon as the page opens: ours"] = time.monotonic() - began
        return Startup(seconds, named(descendants(make.pid)))
    finally:
        early.cancel()
        await make.stop()


async def _printed(log: Path, text: str) -> None:
    while text not in log.read_text(encoding="utf-8"):
        await asyncio.sleep(LOOK_EVERY_S)


async def start_stock(folder: Path, model: Path, replies: Replies) -> Startup:
    """`rasa run` and its action server, begun together, to the first answer of the REST channel."""
    began = time.monotonic()
    async with stock_rasa(folder, model, replies) as stock, aiohttp.ClientSession() as session:
        await Stock(stock.url, session).say("first", GREETING)
        seconds = {"rasa run and its action server, a message: stock": time.monotonic() - began}
        return Startup(seconds, {name: resident(pid) for name, pid in stock.processes.items()})


async def _answered(url: str) -> None:
    """Write as soon as the page can be reached, and wait for the bot."""
    async with aiohttp.ClientSession() as session:
        while not await _sent(session, url):
            await asyncio.sleep(LOOK_EVERY_S)
        while True:
            async with session.get(f"{url}/api/messages") as answer:
                lines = (await answer.json())["messages"]
            if any(line["author"] == "bot" for line in lines):
                return
            await asyncio.sleep(LOOK_EVERY_S)


async def _sent(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.post(f"{url}/api/visitor", json={}) as answer:
            answer.raise_for_status()
            session.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        async with session.post(
            f"{url}/api/messages", json={"text": GREETING, "client_id": "first"}
        ) as answer:
            answer.raise_for_status()
            return True
    except aiohttp.ClientConnectionError:
        return False


def named(processes: list[int]) -> dict[str, float]:
    """The megabytes of the desk and of its Rasa among these processes."""
    names = {"kesu": "desk", "bot.nlu.server": "Rasa"}
    return {
        title: resident(pid)
        for pid in processes
        for word, title in names.items()
        if word in Path(f"/proc/{pid}/cmdline").read_text().replace("/", "\0").split("\0")
    }


def descendants(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += descendants(int(child))
    return found


def resident(pid: int) -> float:
    """The process's resident memory in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024
