"""Serves an application on a port while a block runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class Door:
    """What listens on a port."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner

    async def shut(self) -> None:
        """Take no further connection; those there are go on."""
        for site in list(self._runner.sites):
            await site.stop()


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, patience: float = 2) -> AsyncIterator[Door]:
    """Serve `app` while the block runs; on leaving, requests under way get `patience` seconds to finish."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield Door(runner)
    finally:
        await runner.cleanup()
