"""Keeps every conversation moving: one worker a conversation, patient while Rasa is away.

Where several processes share a database, a lease says which of them answers a conversation at the moment.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.domain.errors import UnderstandingUnavailable
from bot.services.log_context import works_on
from bot.services.ports import Leases, Units
from bot.services.pressure import Pressure
from bot.services.turns import Turns

log = logging.getLogger(__name__)

RETRY_SECONDS = (0.5, 1, 2, 4, 8, 15, 30)  # then every 30 s, until GIVE_UP_AFTER tries
GIVE_UP_AFTER = 40
# Turns under way in this process: one with Rasa, one in an action, one being stored. With more of them fewer
# are answered in a second, and all else that the event loop has to do waits longer (docs/performance.md).
AT_ONCE = 3


class Alone:
    """The leases of a process that shares its database with no other one."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def take(self, conversation_id: str) -> bool:
        """There is nobody else."""
        del conversation_id
        return True

    async def give_back(self, conversation_id: str) -> bool:
        """Nobody asked for it."""
        del conversation_id
        return False

    async def left_waiting(self) -> list[str]:
        """Whatever waits in the ledger."""
        async with self._units() as uow:
            return await uow.conversations.with_waiting_messages()


class Runner:
    """Answers waiting messages in the background; after a restart it finds them in the ledger again."""

    def __init__(
        self,
        turns: Turns,
        units: Units,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        pressure: Pressure | None = None,
        leases: Leases | None = None,
    ) -> None:
        self._pressure = pressure or Pressure()
        self._turns, self._sleep = turns, sleep
        self._leases = leases or Alone(units)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._answering: set[str] = set()
        self._leaving = False
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._back = asyncio.Event()

    async def take_up(self) -> None:
        """Take up what was left waiting, when this process last ended or as another one died."""
        for conversation_id in await self._leases.left_waiting():
            self.wake(conversation_id)

    def wake(self, conversation_id: str) -> None:
        """A message is waiting here: make sure a worker sees to it."""
        if self._leaving:
            return
        self._again.add(conversation_id)
        if conversation_id not in self._workers:
            task = asyncio.create_task(self._work(conversation_id), name=f"turns of {conversation_id}")
            self._workers[conversation_id] = task

    def hurry(self) -> None:
        """Rasa or the database is back: what waits for it is tried now instead of at the end of the pause."""
        self._back.set()
        self._back = asyncio.Event()

    async def idle(self) -> None:
        """Wait until nothing is left to answer (replay and tests)."""
        while self._workers:
            await asyncio.gather(*self._workers.values(), return_exceptions=True)

    @property
    def answering(self) -> frozenset[str]:
        """The conversations with a turn under way."""
        return frozenset(self._answering)

    async def finish(self, seconds: float) -> bool:
        """Begin no further turn, and wait so long for those under way; whether all came to their end.

        What has not begun stays in the ledger.
        """
        self._leaving = True
        self._again.clear()
        under_way = [self._workers[one] for one in self._answering]
        await self._end([worker for worker in self._workers.values() if worker not in under_way])
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)
        return not self._answering

    async def stop(self) -> None:
        """End all workers; what they had not finished stays in the ledger."""
        self._leaving = True
        await self._end(list(self._workers.values()))

    @staticmethod
    async def _end(workers: Sequence["asyncio.Task[None]"]) -> None:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        works_on(conversation=conversation_id)
        try:
            while conversation_id in self._again:
                self._again.discard(conversation_id)
                while await self._answer(conversation_id) and not self._leaving:
                    pass
        finally:
            self._workers.pop(conversation_id, None)
            if conversation_id in self._again:
                self.wake(conversation_id)

    async def _answer(self, conversation_id: str) -> bool:
        """Have all answered that waits, or give up; whether there may be more to do."""
        for attempt in range(GIVE_UP_AFTER):
            try:
                async with self._slots:
                    return await self._alone(conversation_id, self._answer_all)
            except UnderstandingUnavailable as error:
                log.warning("conversation %s waits for Rasa: %s", conversation_id, error)
            except Exception:  # an error in one turn must not leave the customer without any answer
                log.exception("conversation %s: a turn broke and is tried again", conversation_id)
            if self._leaving:
                return False
            await self._pause(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
        return await self._alone(conversation_id, self._give_up)

    async def _answer_all(self, conversation_id: str) -> bool:
        """Under one lease, which costs as much as a query: nothing is left then."""
        await self._pressure.calm()
        while not self._leaving and await self._turn(conversation_id):
            await self._pressure.calm()
        return False

    async def _give_up(self, conversation_id: str) -> bool:
        await self._turns.give_up(conversation_id)
        return True

    async def _alone(self, conversation_id: str, work: Callable[[str], Awaitable[bool]]) -> bool:
        """Do this while no other process is at it; whether there may be more to do.

        A process that finds another one at it goes away. Its message may have come after the other one
        looked for the last time: so the one who gives the lease back is told, and looks again.
        """
        if not await self._leases.take(conversation_id):
            return False
        asked = False
        try:
            more = await work(conversation_id)
        finally:
            asked = await self._leases.give_back(conversation_id)
        return more or asked

    async def _turn(self, conversation_id: str) -> bool:
        self._answering.add(conversation_id)
        try:
            return await self._turns.answer_next(conversation_id)
        finally:
            self._answering.discard(conversation_id)

    async def _pause(self, seconds: float) -> None:
        """So many seconds, or until what was away is back."""
        waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._back.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
