"""Work that goes on in the background: again and again; what fails in one round is tried in the next."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.adapters.understanding import RasaClient
from bot.domain.errors import UnderstandingUnavailable

log = logging.getLogger(__name__)


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do the work again and again; a failure is logged and the next round tries anew."""
    while True:
        try:
            await work()
        except Exception:  # whatever it was: one failing round must not end all later ones
            log.exception("background work failed; it is tried again in %s s", seconds)
        await asyncio.sleep(seconds)


@asynccontextmanager
async def background(*tasks: Awaitable[object]) -> AsyncIterator[None]:
    """Run the tasks while the block runs."""
    running = [asyncio.ensure_future(task) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)


class RasaHealth:
    """Whether Rasa answers, asked now and then so that a readiness probe costs nothing.

    `on_return` is called whenever it answers again after it didn't.
    """

    def __init__(self, rasa: RasaClient, on_return: Callable[[], None]) -> None:
        self._rasa, self._on_return = rasa, on_return
        self.ready = False
        self.leaving = False  # this process takes nothing on any more
        self.model: str | None = None  # which one answered last

    async def look(self) -> None:
        """Ask it."""
        try:
            said = await self._rasa.health()
        except UnderstandingUnavailable:
            self.ready = False
        else:
            self.model = said.get("model")
            if not self.ready:
                self._on_return()
            self.ready = True
