"""Work that goes on in the background: again and again; what fails in one round is tried in the next."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bot.adapters.understanding import RasaClient
from bot.domain.errors import UnderstandingUnavailable

log = logging.getLogger(__name__)


async def every(
    seconds: float, work: Callable[[], Awaitable[object]], until: asyncio.Event | None = None
) -> None:
    """Do the work again and again; a failure is logged and the next round tries anew.

    Once `until` is set no further round begins.
    """
    until = until or asyncio.Event()
    while not until.is_set():
        try:
            await work()
        except Exception:  # whatever it was: one failing round must not end all later ones
            log.exception("background work failed; it is tried again in %s s", seconds)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), seconds)


class Background:
    """Tasks that run side by side."""

    def __init__(self, tasks: Sequence["asyncio.Future[object]"]) -> None:
        self._tasks = tasks

    async def ended(self, seconds: float) -> bool:
        """Wait until all of them have come to their own end, so many seconds at most; whether they have."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        return all(task.done() for task in self._tasks)


@asynccontextmanager
async def background(*tasks: Awaitable[object]) -> AsyncIterator[Background]:
    """Run the tasks while the block runs."""
    running = [asyncio.ensure_future(task) for task in tasks]
    try:
        yield Background(running)
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
        self._answers = False
        self.leaving = False  # this process takes nothing on any more
        self.model: str | None = None  # which one answered last

    @property
    def ready(self) -> bool:
        """Whether customers who come now are answered here."""
        return self._answers and not self.leaving

    async def look(self) -> None:
        """Ask it."""
        try:
            said = await self._rasa.health()
        except UnderstandingUnavailable:
            self._answers = False
        else:
            self.model = said.get("model")
            if not self._answers:
                self._on_return()
            self._answers = True
