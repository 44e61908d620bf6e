"""`make chatters`: many customers connected at once, each writing now and then (docs/benchmarks.md)."""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import aiohttp

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from bot.adapters.model_files import chosen_model
from bot.settings import ROOT, load_settings
from figures import Figures
from sides import Failed
from startup import descendants, named
from stock_rasa import LOOK_EVERY_S, started

WORK = ROOT / ".kesu" / "bench" / "chatters"
PATIENCE_S = 120  # for the last answers
OPENING_S = 30  # within which all customers connect
# Nothing that brings a person in: the bot is to answer every line.
TEXTS = ("水有怪味", "昨天买的", "上海", "不方便", "谢谢你", "怎么赔", "你好", "一共两箱", "好的")


@dataclass
class Counted:
    """What all customers together experienced."""

    times: list[float] = field(default_factory=list)  # milliseconds from send to the bot's reply
    stored: list[float] = field(default_factory=list)  # to the desk's word that it is stored
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    unanswered: int = 0


class Customer:
    """A connected customer: writes a line, waits for the bot, and keeps every line that comes."""

    def __init__(self, session: aiohttp.ClientSession, url: str, counted: Counted) -> None:
        self._session, self._url, self._counted = session, url, counted
        self._sent: dict[str, float] = {}  # client_id: when
        self._waiting: dict[str, int] = {}  # client_id: its place, 0 until it is known
        self._seqs: list[int] = []
        self._mine: list[str] = []

    async def chat(self, texts: Mapping[float, str], until: float) -> None:
        """Connect, write each text at its moment (of the loop's clock), and stay until the end."""
        async with self._session.post(f"{self._url}/api/visitor", json={}) as answer:
            token = (await answer.json())["token"]
        async with self._session.ws_connect(f"{self._url}/ws") as socket:
            await socket.send_json({"type": "hello", "token": token, "after": None})
            hearing = asyncio.create_task(self._hear(socket))
            for moment, text in texts.items():
                await _sleep_until(moment)
                await self._say(socket, text)
            await _sleep_until(until)
            await self._answered()
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
        self._count()

    async def _say(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        client_id = f"m{len(self._sent)}"
        self._sent[client_id], self._waiting[client_id] = time.perf_counter(), 0
        await socket.send_json({"type": "send", "client_id": client_id, "text": text})

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            now, frame = time.perf_counter(), json.loads(message.data)
            if frame["type"] == "stored":
                self._counted.stored.append((now - self._sent[frame["client_id"]]) * 1000)
            elif frame["type"] == "refused":
                raise Failed(f"the desk refused: {frame['message']}")
            elif frame["type"] == "lines":
                self._take(frame, now)

    def _take(self, frame: dict[str, Any], now: float) -> None:
        for line in frame["messages"]:
            self._seqs.append(line["seq"])
            if line["author"] == "customer":
                self._mine.append(line["client_id"])
                self._waiting[line["client_id"]] = line["seq"]
            elif line["author"] == "bot":
                self._reply(line["seq"], now)

    def _reply(self, seq: int, now: float) -> None:
        """The bot answers in order: a line of its own after a customer's is the answer to the oldest one."""
        client_id = next((one for one, place in self._waiting.items() if 0 < place < seq), None)
        if client_id is not None:
            self._counted.times.append((now - self._sent[client_id]) * 1000)
            # What was said before this line and waits still is answered by the next turn.
            del self._waiting[client_id]

    async def _answered(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while self._waiting and time.monotonic() < end:
            await asyncio.sleep(LOOK_EVERY_S)

    def _count(self) -> None:
        counted = self._counted
        counted.sent += len(self._sent)
        counted.lost += len(set(self._sent) - set(self._mine))
        counted.doubled += len(self._mine) - len(set(self._mine))
        counted.gaps += self._seqs != list(range(1, len(self._seqs) + 1))
        counted.unanswered += len(self._waiting)


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


async def measure(customers: int, seconds: int, every: float) -> bool:
    """One desk with so many customers; whether nothing was lost or doubled."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    port, model = free_port(), chosen_model(load_settings())
    url, log = f"http://127.0.0.1:{port}", WORK / "up.log"
    many = str(100 * customers)  # all of them come from one address here
    env = environment(KESU_VAR=str(WORK), KESU_PORT=str(port), KESU_MODEL=str(model)) | {
        f"KESU_{name}_PER_ADDRESS": many for name in ("VISITORS", "MESSAGES", "SOCKETS")
    }
    kesu = await ChildProcess.spawn([str(ROOT / ".venv" / "bin" / "kesu"), "up"], env=env, log=log)
    try:
        await started(kesu, log, _ready(url))
        before, counted = named(descendants(kesu.pid)), Counted()
        await _chat(url, counted, customers, seconds, every)
        _print(customers, counted, before, named(descendants(kesu.pid)))
    finally:
        await kesu.stop()
    return not (counted.lost or counted.doubled or counted.gaps or counted.unanswered)


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health/ready") as answer:
                    if answer.status == aiohttp.http.HTTPStatus.OK:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


async def _chat(url: str, counted: Counted, customers: int, seconds: int, every: float) -> None:
    chance = random.Random(customers)  # noqa: S311 -- the same every time
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        begin = asyncio.get_running_loop().time() + min(OPENING_S, 1 + customers / 50)
        async with asyncio.TaskGroup() as together:
            for number in range(customers):
                first = begin + chance.uniform(0, every)
                count = max(1, int((begin + seconds - first) / every) + 1)
                texts = islice(cycle(TEXTS), number % len(TEXTS), None)
                moments = {
                    first + turn * every: text for turn, text in zip(range(count), texts, strict=False)
                }
                together.create_task(Customer(session, url, counted).chat(moments, begin + seconds))
                await asyncio.sleep((begin - asyncio.get_running_loop().time()) / (customers - number) / 2)


def _print(customers: int, counted: Counted, before: Mapping[str, float], after: Mapping[str, float]) -> None:
    replies, stored = Figures.of(counted.times), Figures.of(counted.stored)
    memory = "   ".join(f"{name} {before[name]:.0f} -> {after[name]:.0f} MB" for name in sorted(after))
    print(
        f"{customers:>9} {counted.sent:>8} {stored.p50:>8.0f} {stored.p95:>7.0f} {replies.p50:>8.0f}"
        f" {replies.p95:>7.0f} {max(counted.times):>7.0f} {counted.lost:>5} {counted.doubled:>8}"
        f" {counted.gaps:>5} {counted.unanswered:>10}   {memory}",
        flush=True,
    )


def main() -> None:
    """Measure with each number of customers; exit code 1 if anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--seconds", type=int, default=180, help="how long they chat")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two messages of one")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; each writes every {options.every:g} s for {options.seconds} s")
    print("milliseconds until a message is stored (p50, p95), and until the bot's reply (p50, p95, maximum)")
    print("customers messages   stored            reply                  lost  doubled  gaps unanswered")
    fine = [asyncio.run(measure(number, options.seconds, options.every)) for number in options.customers]
    sys.exit(not all(fine))


if __name__ == "__main__":
    main()
