"""What the first load of the customers' page costs a slow phone: `.venv/bin/python benchmarks/first_load.py`.

Chromium with its processor slowed down four times, an empty cache, the desk's door without Rasa behind it.
*Bytes*: all that came over the network, headers included, until the page was connected. *Ready*: milliseconds
from the beginning of the navigation until the composer answered an input; a script in the page hands it an
`input` event every 10 ms, and takes the time when the page reacted (it fits the height to the words).
*Connected*: when the page said that messages go through.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession, async_playwright

from bot.adapters.database.schema import upgrade
from bot.adapters.listening import free_port
from bot.app import serve
from bot.domain.errors import ConfigurationError
from bot.replaying import temporary
from bot.settings import load_settings
from figures import Ratio

RUNS = 5
SLOWER = 4  # times
GOAL_KILOBYTES, GOAL_MILLISECONDS = 60, 1000
WIDTH = 56
_SIZE = {"width": 375, "height": 667}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PROBE = """(() => {
  const probe = () => {
    const text = document.getElementById("text");
    text?.dispatchEvent(new Event("input"));
    if (text?.style.height) window.readyAt = performance.now();
    else setTimeout(probe, 10);
  };
  probe();
})();"""
_CONNECTED = """() => window.readyAt
  && document.getElementById("connection")?.dataset.state === "online" && performance.now()"""


@dataclass(frozen=True)
class Load:
    """One first load: bytes, requests, and milliseconds."""

    bytes: float
    requests: float
    ready: float
    connected: float


class Traffic:
    """What comes over the network."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = self.requests = 0.0
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, float]) -> None:
        self.bytes += event["encodedDataLength"]
        self.requests += 1


async def load(browser: Browser, url: str) -> Load:
    """Load the page as somebody who was never here."""
    context = await browser.new_context(viewport=_SIZE, locale="zh-CN", is_mobile=True, has_touch=True)
    try:
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        traffic = Traffic(session)
        await page.add_init_script(_PROBE)
        await page.goto(url, wait_until="commit")
        found = await page.wait_for_function(_CONNECTED, polling=10)
        connected, ready = await found.json_value(), await page.evaluate("window.readyAt")
        return Load(traffic.bytes, traffic.requests, ready, connected)
    finally:
        await context.close()


async def loads(url: str, runs: int) -> list[Load]:
    """One load that doesn't count (the desk compiles its templates), and then `runs`."""
    async with async_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(
            executable_path=_browser(), args=[*as_root, "--disable-gpu", "--disable-background-networking"]
        )
        return [await load(browser, url) for _ in range(runs + 1)][1:]


def _browser() -> str:
    found = os.environ.get("KESU_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not found:
        raise ConfigurationError("没有找到 Chromium：请安装，或用 KESU_TEST_CHROMIUM 给出路径。")
    return found


async def bench(runs: int) -> list[Load]:
    """Measure a desk of our own on an empty database."""
    with tempfile.TemporaryDirectory(prefix="kesu-") as folder:
        settings = temporary(load_settings(), Path(folder)).having(port=free_port(), base_url=None)
        await upgrade(settings.database_url)
        started = asyncio.Event()
        desk = asyncio.create_task(serve(settings, started))
        try:
            await started.wait()
            return await loads(f"http://{settings.host}:{settings.port}/", runs)
        finally:
            desk.cancel()
            await asyncio.gather(desk, return_exceptions=True)


def show(found: list[Load]) -> None:
    """Print every run, and the medians against their goals."""
    head = f"first load, processor {SLOWER} times slower"
    print(f"{head:<{WIDTH}} {'bytes':>7} {'requests':>8} {'ready':>7} {'connected':>9}")
    middle = _middle(found)
    names = [*(f"run {number}" for number in range(1, len(found) + 1)), "median"]
    for name, one in zip(names, [*found, middle], strict=True):
        print(f"{name:<{WIDTH}} {one.bytes:7.0f} {one.requests:8.0f} {one.ready:7.0f} {one.connected:9.0f}")
    print()
    for ratio in goals(found):
        print(f"{ratio.title:<{WIDTH}} {ratio.value:7.1f}   {ratio.verdict}")


def goals(found: list[Load]) -> list[Ratio]:
    """The medians that have goals."""
    middle = _middle(found)
    return [
        Ratio("kilobytes of the first load", middle.bytes / 1024, goal=GOAL_KILOBYTES, unit="KB"),
        Ratio("milliseconds until the composer answers", middle.ready, goal=GOAL_MILLISECONDS),
    ]


def _middle(found: list[Load]) -> Load:
    return Load(*map(statistics.median, zip(*map(astuple, found), strict=True)))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    try:
        show(asyncio.run(bench(runs)))
    except ConfigurationError as problem:
        print(f"错误: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
