"""Keeps what goes out to WeChat moving: one worker a customer, woken by what changes."""

import asyncio
import logging
import traceback
from datetime import datetime, timedelta

from bot.domain.errors import Conflict
from bot.services.log_context import works_on
from bot.services.ports import Clock, Units
from bot.services.pressure import Pressure
from bot.services.wechat.delivering import Deliveries

log = logging.getLogger(__name__)

AT_ONCE = 16  # customers who are being sent something, in this process
STOP_SECONDS = 5.0  # for what is under way when the desk stops
_AFTER_A_BREAK = timedelta(seconds=30)
_OVERLAP = timedelta(minutes=5)  # of two looks at what was never handed on


class Dispatcher:
    """Sends what waits. Several desk processes may do so at once: each message is begun by one of them."""

    def __init__(self, deliveries: Deliveries, reading: Units, clock: Clock, pressure: Pressure) -> None:
        self._pressure = pressure
        self._deliveries, self._reading, self._clock = deliveries, reading, clock
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._later: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._caught_up: datetime | None = None
        self._stopping = False

    def wake(self, conversation_id: str) -> None:
        """Something changed in this conversation (Hub.watch); never blocks."""
        if self._stopping:
            return
        self._again.add(conversation_id)
        if conversation_id not in self._workers:
            task = asyncio.create_task(self._work(conversation_id), name=f"sendings of {conversation_id}")
            self._workers[conversation_id] = task

    async def look(self) -> None:
        """Wake up where something is due: a repetition, what another process left behind, a lapsed wait."""
        now = self._clock.now()
        async with self._reading() as uow:
            due = await uow.wechat.chats_due(now)
        lapsed = [one for one, at in self._later.items() if at <= now]
        for conversation_id in dict.fromkeys([*due, *lapsed]):
            self._later.pop(conversation_id, None)
            self.wake(conversation_id)

    async def catch_up(self) -> None:
        """Wake up where lines of ours were never handed on: a process died in between."""
        since, self._caught_up = self._caught_up, self._clock.now() - _OVERLAP
        async with self._reading() as uow:
            behind = await uow.wechat.behind(since)
        for conversation_id in behind:
            self.wake(conversation_id)

    async def idle(self) -> None:
        """Wait until nothing can be sent any more for now (tests)."""
        while self._workers:
            await asyncio.gather(*self._workers.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Begin nothing more; what is under way gets a few seconds to be heard of."""
        self._stopping = True
        self._deliveries.stop()
        workers = list(self._workers.values())
        if workers:
            await asyncio.wait(workers, timeout=STOP_SECONDS)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        works_on(conversation=conversation_id)
        try:
            while conversation_id in self._again:
                self._again.discard(conversation_id)
                async with self._slots:
                    await self._pressure.calm()
                    again = await self._deliveries.deliver(conversation_id)
                if again is not None:
                    self._later[conversation_id] = again
        except Conflict:  # somebody was quicker
            self._later[conversation_id] = self._clock.now()
        except Exception as error:  # noqa: BLE001 -- whatever it was, this customer's messages are tried again
            _log(conversation_id, error)
            self._later[conversation_id] = self._clock.now() + _AFTER_A_BREAK
        finally:
            self._workers.pop(conversation_id, None)
            if conversation_id in self._again:
                self.wake(conversation_id)


def _log(conversation_id: str, error: Exception) -> None:
    """Where it broke, without the error's own words: they may quote a customer."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("conversation %s: sending broke: %s at\n%s", conversation_id, type(error).__qualname__, frames)
