"""Keep a child process running: start it, ask after its health, start it again when it dies or hangs."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.child import Child

log = logging.getLogger(__name__)


class Clock(Protocol):
    """Time in seconds; tests turn it by hand."""

    def now(self) -> float:
        """Seconds since some moment."""

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""


class RealClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Policy:
    """When to give up on a child and how long to wait before the next one; all in seconds but `misses`."""

    start_within: float = 180.0
    ask_starting_every: float = 0.25
    ask_every: float = 5.0
    misses: int = 6  # unanswered health checks in a row: half a minute, longer than a model takes to load
    first_pause: float = 1.0
    longest_pause: float = 60.0
    settled_after: float = 300.0  # a child that lived so long starts the pauses anew

    def pause(self, deaths: int) -> float:
        """How long to wait after so many early deaths in a row (1, 2, 4 … seconds)."""
        return min(self.longest_pause, self.first_pause * 2.0 ** min(deaths - 1, 30))


class NeverReady(Exception):
    """The first child ended, or did not become healthy: there is nothing to gain by trying again."""


class Watcher:
    """Runs one child at a time for as long as `run` runs; `ready` is set while it is healthy."""

    def __init__(
        self,
        launch: Callable[[], Awaitable[Child]],
        healthy: Callable[[], Awaitable[bool]],
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.ready = asyncio.Event()
        self.starts = 0
        self._launch = launch
        self._healthy = healthy
        self._policy = policy or Policy()
        self._clock = clock or RealClock()

    async def run(self) -> None:
        """Until cancelled, which stops the child. Raises NeverReady if the first start fails."""
        deaths = 0
        once_ready = False
        while True:
            began = self._clock.now()
            reason, was_ready = await self._one_life()
            once_ready = once_ready or was_ready
            if not once_ready:
                raise NeverReady(reason)
            settled = was_ready and self._clock.now() - began >= self._policy.settled_after
            deaths = 1 if settled else deaths + 1
            pause = self._policy.pause(deaths)
            log.warning("Rasa %s; starting it again in %.0f s", reason, pause)
            await self._clock.sleep(pause)

    async def _one_life(self) -> tuple[str, bool]:
        """Start a child and watch it to its end: why it ended, and whether it was ever healthy."""
        child = await self._launch()
        self.starts += 1
        gone = asyncio.create_task(child.wait())
        try:
            reason = await self._watch(gone)
            return reason, self.ready.is_set()
        finally:
            self.ready.clear()
            gone.cancel()
            await asyncio.shield(child.stop())

    async def _watch(self, gone: "asyncio.Task[int]") -> str:
        policy, missed, started = self._policy, 0, self._clock.now()
        while not gone.done():
            if await self._healthy():
                missed = 0
                self.ready.set()
            elif self.ready.is_set():
                missed += 1
                if missed >= policy.misses:
                    return "no longer answers"
            elif self._clock.now() - started >= policy.start_within:
                return f"was not ready after {policy.start_within:.0f} s"
            await self._until(gone, policy.ask_every if self.ready.is_set() else policy.ask_starting_every)
        return f"ended with exit code {gone.result()}"

    async def _until(self, gone: "asyncio.Task[int]", seconds: float) -> None:
        """So many seconds, or until the child is gone."""
        nap = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({gone, nap}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
