"""`python benchmarks/wechat.py`: callbacks of the 公众号 at a steady rate, while the bot answers them.

A desk on a temporary database with the newest model, and the platform played by `tests/wechat`. Customers of
their own warm it up for some seconds. Then every message is posted once; then WeChat "retries" everything:
each message is posted three times, half a second apart. docs/benchmarks.md says what is measured.
"""

import argparse
import asyncio
import itertools
import json
import os
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.child import ChildProcess
from bot.adapters.listening import free_port
from bot.settings import ROOT
from figures import Ratio
from kept import Around, keep
from sides import Failed
from stock_rasa import LOOK_EVERY_S, started
from tests.wechat import FakeTencent, messages
from tests.wechat.official_phone import OfficialPhone
from tests.wechat.up import settings_for
from writers import TEXTS

WORK = ROOT / ".kesu" / "bench" / "wechat"
KESU = str(ROOT / ".venv" / "bin" / "kesu")
RATE, SECONDS, CUSTOMERS = 200, 15, 300
WARMING_S = 3.0  # the first callbacks of a process wait until its statements are known to SQLAlchemy
AGAIN_S, ATTEMPTS = 0.5, 3
PATIENCE_S = 900.0
GOAL_MS = 100.0
SEND = "/cgi-bin/message/custom/send"
_COUNTS = {
    "stored": "SELECT count(*) FROM messages WHERE author = 'customer'",
    "waiting": "SELECT count(*) FROM messages WHERE author = 'customer' AND delivery = 'waiting'",
    "unsent": "SELECT count(*) FROM wechat_sendings WHERE state IN ('waiting', 'sending')",
    # What is beyond the quota waits for the customer to write again, which nobody does here.
    "held": "SELECT count(*) FROM wechat_sendings WHERE state = 'held'",
    "sent": "SELECT count(*) FROM wechat_sendings WHERE state = 'sent'",
    "failed": "SELECT count(*) FROM wechat_sendings WHERE state IN ('failed', 'unsure')",
    "passive": "SELECT count(*) FROM wechat_turns WHERE way = 'passive'",
}


@dataclass
class Acks:
    """The milliseconds until each post was answered, and what it was answered with."""

    times: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """The percentiles and the answers."""
        times = sorted(self.times)
        at = {f"p{share}": round(times[len(times) * share // 100], 1) for share in (50, 95, 99)}
        return {**at, "longest": round(times[-1], 1), **self.answers}


class Platform:
    """Posts what many customers write, at a rate, whatever the desk makes of it."""

    def __init__(self, fake: FakeTencent, url: str, session: aiohttp.ClientSession) -> None:
        self._account = fake.official
        self._driver = OfficialPhone(fake.official, url).driver
        self._session, self._texts = session, itertools.cycle(TEXTS)
        self.written = 0

    async def write(self, rate: float, seconds: float, attempts: int, who: str = "customer") -> Acks:
        """Post at `rate` posts a second, each message `attempts` times, by people of this name."""
        acks, loop = Acks(), asyncio.get_running_loop()
        begin, posts = loop.time(), set()
        for number in range(int(rate * seconds / attempts)):
            await asyncio.sleep(max(0.0, begin + number * attempts / rate - loop.time()))
            document = self._document(f"{who}-{number % CUSTOMERS}")
            for attempt in range(attempts):
                posts.add(asyncio.create_task(self._post(document, attempt * AGAIN_S, acks)))
        await asyncio.gather(*posts)
        return acks

    def _document(self, openid: str) -> str:
        self._account.wrote(openid)
        self.written += 1
        made: str = messages.message(
            self._account.original_id,
            openid,
            self._account.clock.outside(),
            "text",
            next(self._account.ids),
            Content=next(self._texts),
        )
        return made

    async def _post(self, document: str, after: float, acks: Acks) -> None:
        await asyncio.sleep(after)
        query, body = self._driver.envelope(document, receiver=self._account.original_id)
        began = time.perf_counter()
        answer = await self._driver.once(self._session, query, body)
        acks.times.append((time.perf_counter() - began) * 1000)
        whole = answer.problem or f"HTTP {answer.status}"
        acks.answers[answer.body if answer.body == "success" else "reply" if answer.body else whole] += 1


async def measure(rate: float, seconds: float) -> dict[str, Any]:
    """Both stretches, and what is in the ledger and on the phones afterwards."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    port, log = free_port(), WORK / "up.log"
    async with FakeTencent() as fake:
        env = {**os.environ, **settings_for(fake), "KESU_VAR": str(WORK), "KESU_PORT": str(port)}
        kesu = await ChildProcess.spawn([KESU, "up"], env=env, log=log)
        try:
            await started(kesu, log, _healthy(f"http://127.0.0.1:{port}/health"))
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector) as session:
                platform = Platform(fake, f"http://127.0.0.1:{port}/wechat", session)
                cold = await platform.write(rate, WARMING_S, 1, "early")
                once = await platform.write(rate, seconds, 1)
                thrice = await platform.write(rate, seconds, ATTEMPTS)
            counts, settled = await _settled()
        finally:
            await kesu.stop()
        calls = len(fake.official_api.journal.done(SEND))
    return {
        "rate": rate,
        "cold": cold.told(),
        "once": once.told(),
        "thrice": thrice.told(),
        "lost": platform.written - counts["stored"] + counts["waiting"],
        "written": platform.written,
        "doubled": max(0, counts["stored"] - platform.written) + max(0, calls - counts["sent"]),
        **{name: counts[name] for name in ("passive", "sent", "held", "failed", "unsent")},
        "seconds_until_all_was_answered": round(settled, 1),
    }


async def _healthy(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if (await answer.json()).get("model"):
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


async def _settled() -> tuple[dict[str, int], float]:
    """What the ledger holds once nothing waits any more, and how long that took."""
    engine, began = create_async_engine(f"sqlite+aiosqlite:///{WORK / 'kesu.db'}"), time.monotonic()
    try:
        while True:
            async with engine.connect() as connection:
                counts = {name: await connection.scalar(text(sql)) or 0 for name, sql in _COUNTS.items()}
            over = time.monotonic() - began > PATIENCE_S
            if over or not (counts["waiting"] or counts["unsent"]):
                return counts, time.monotonic() - began
            await asyncio.sleep(1)
    finally:
        await engine.dispose()


def main() -> None:
    """Measure, print the figures as JSON; exit code 1 when they miss a goal."""
    parser = argparse.ArgumentParser(description="Callbacks of the 公众号 at a steady rate.")
    parser.add_argument("--rate", type=float, default=RATE, help="posts a second; default: %(default)s")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of each stretch; default: %(default)s"
    )
    options = parser.parse_args()
    around = Around.now()
    found = asyncio.run(measure(options.rate, options.seconds))
    print(json.dumps(found, ensure_ascii=False))
    acks = [
        Ratio(f"callbacks, each {way}: slowest 1%", found[way]["p99"], goal=GOAL_MS)
        for way in ("once", "thrice")
    ]
    keep("wechat", around, acks, f"{options.rate:g} a second for {options.seconds:g} s")
    if found["once"].get("timeout") or found["thrice"].get("timeout"):
        raise Failed("some posts had no answer")
    sys.exit(bool(found["lost"] or found["doubled"]) or not all(ack.met for ack in acks))


if __name__ == "__main__":
    main()
