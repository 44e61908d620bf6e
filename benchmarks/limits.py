"""What no desk can be faster than, measured in the same run: the disk's fsync, HTTP over loopback.

`.venv/bin/python benchmarks/limits.py` prints both.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from bot.settings import ROOT
from figures import Figures, milliseconds

TIMES = 100
PAGE = b"x" * 4096  # what a small transaction writes to a log
BODY = b'{"text": "' + b"x" * 500 + b'"}'
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Limits:
    """Milliseconds: a page appended to a file and synced to the disk; a small request there and back."""

    sync: Figures
    loopback: Figures

    def told(self) -> str:
        """One line for the head of a measurement."""
        return (
            f"fsync {self.sync.p50:.2f} ms (p95 {self.sync.p95:.2f}),"
            f" HTTP over loopback {self.loopback.p50:.2f} ms (p95 {self.loopback.p95:.2f})"
        )


async def limits(folder: Path, times: int = TIMES) -> Limits:
    """Both, on the disk of this folder; the server is a process of its own, as the desk's neighbours are."""
    async with _server(folder) as url, aiohttp.ClientSession() as session:
        await _asked(session, url)
        loopback = [await milliseconds(_asked(session, url)) for _ in range(times)]
    return Limits(Figures.of(await _syncs(folder, times)), Figures.of(loopback))


async def _syncs(folder: Path, times: int) -> list[float]:
    with tempfile.NamedTemporaryFile(dir=folder) as file:

        async def write() -> None:
            os.write(file.fileno(), PAGE)
            os.fsync(file.fileno())

        await write()
        return [await milliseconds(write()) for _ in range(times)]


async def _asked(session: aiohttp.ClientSession, url: str) -> None:
    async with session.post(url, data=BODY) as answer:
        await answer.read()


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    command = [sys.executable, __file__, str(port)]
    env = environment() | {"PYTHONPATH": str(ROOT)}
    server = await ChildProcess.spawn(command, env=env, log=folder / "loopback.log")
    url = f"http://127.0.0.1:{port}/"
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while not await _listens(session, url):
                await asyncio.sleep(_LOOK_EVERY_S)
        yield url
    finally:
        await server.stop()


async def _listens(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        await _asked(session, url)
    except aiohttp.ClientError:
        return False
    return True


async def _echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


def main() -> None:
    """With a port: be the server. Without: measure and print."""
    if len(sys.argv) > 1:
        app = web.Application()
        app.router.add_post("/", _echo)
        web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
        return
    place = ROOT / ".kesu"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        print(asyncio.run(limits(Path(folder))).told())


if __name__ == "__main__":
    main()
