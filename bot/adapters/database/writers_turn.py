"""Whose turn it is to write to SQLite, among the tasks of one process."""

import asyncio
from collections import deque

from bot.adapters.database.engine import BUSY_SECONDS
from bot.domain.errors import Conflict

_URGENT_IN_A_ROW = 8  # then one of the others gets its turn, however many are urgent


class WritersTurn:
    """Lets the writers of one process through one at a time, in order; the urgent ones before the others.

    Urgent is what somebody waits for who may give up: a message that is to be stored and acknowledged. What
    is then said about it may wait a moment.
    """

    def __init__(self) -> None:
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._taken = False
        self._in_a_row = 0
        self._holder: asyncio.Task[object] | None = None

    async def take(self, *, urgent: bool = False) -> None:
        """Wait for the turn; Conflict after BUSY_SECONDS, RuntimeError for who waits for themselves."""
        if self._taken:
            if self._holder is asyncio.current_task():
                raise RuntimeError("a unit of work was begun inside another one of the same task")
            await self._wait(self._urgent if urgent else self._others)
        self._taken, self._holder = True, asyncio.current_task()

    def give_back(self) -> None:
        """Let the next one through."""
        self._holder = None
        following = self._following()
        if following is None:
            self._taken = False
        else:
            following.set_result(None)  # the turn stays taken: nobody can slip in between

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await place
        except TimeoutError as error:
            self._leave(line, place)
            raise Conflict("数据库正忙，请稍后再试。") from error
        except asyncio.CancelledError:
            self._leave(line, place)
            raise

    def _leave(self, line: deque[asyncio.Future[None]], place: asyncio.Future[None]) -> None:
        """Give up waiting; who was let through at that very moment passes the turn on."""
        if place.done() and not place.cancelled():
            self.give_back()
        elif place in line:
            line.remove(place)

    def _following(self) -> asyncio.Future[None] | None:
        while self._urgent or self._others:
            urgent = bool(self._urgent) and (self._in_a_row < _URGENT_IN_A_ROW or not self._others)
            place = (self._urgent if urgent else self._others).popleft()
            self._in_a_row = self._in_a_row + 1 if urgent else 0
            if not place.done():
                return place
        return None
