"""What comes in faster than it can be handed to its conversations: kept at once, and handed on in order.

A message costs several looks at the database before it stands in its conversation. Where hundreds come in a
second they are kept first, many in one transaction, and acknowledged; then they are handed on one by one.
Each is handed on at least once: what hears them knows what it has heard before.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.domain.wechat_inbound import Inbound, dedup_key
from bot.services.ports import Clock, Units

log = logging.getLogger(__name__)

AT_ONCE = 16  # that are handed on before it is noted which ones were
GIVEN_WAY_S = 0.05  # that handing one on waits at most while calls wait to be acknowledged
LEFT_BEHIND = timedelta(minutes=1)  # after that somebody else looks after what a process has kept
Take = Callable[[Inbound], Awaitable[None]]
Waiting = tuple[Inbound, asyncio.Future[str | None]]


class Backlog:
    """The backlog of this process; `take` hands a message on to its conversation."""

    def __init__(self, units: Units, clock: Clock, take: Take) -> None:
        self._units, self._clock, self._take = units, clock, take
        self._new: list[Waiting] = []
        self._kept: deque[Inbound] = deque()
        self._known: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._has_looked = False

    @property
    def is_empty(self) -> bool:
        """Whether all that was kept has been handed on."""
        return not (self._new or self._known)

    async def keep(self, inbound: Inbound) -> str | None:
        """Keep a message: from then on it may be acknowledged. Whatever the database raises, if it can't be.

        Gives what was answered to it if it has come before and got its answer in the call, which was lost.
        """
        kept: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._new.append((inbound, kept))
        self._work("keep", self._keep_all)
        return await kept

    async def look(self) -> None:
        """Hand on what a process that has died left behind; the first time also this one's predecessor's."""
        now = self._clock.now()
        before = now - LEFT_BEHIND if self._has_looked else now
        async with self._units() as uow:
            left = await uow.wechat.backlog(before)
        self._has_looked = True
        self._hand_on(left)

    async def idle(self) -> None:
        """Wait until nothing is to be done (tests)."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """End; what is kept stays in the database."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _work(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Make sure that this is being done, by one task."""

        async def run() -> None:
            try:
                await work()
            finally:
                self._tasks.pop(name, None)

        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(run(), name=f"{name} what comes over WeChat")

    async def _keep_all(self) -> None:
        """Keep what is new; what comes meanwhile goes with the next transaction."""
        while self._new:
            new, self._new = self._new, []
            try:
                replies = await self._kept_back([inbound for inbound, _ in new])
            except Exception as error:  # noqa: BLE001 -- each of those who wait for it gets to know
                _tell(new, error)
            else:
                _tell(new, replies)

    async def _kept_back(self, inbound: list[Inbound]) -> dict[str, str]:
        """What was answered to those that have come before; the others are kept and will be handed on."""
        async with self._units() as uow:
            replies = await uow.wechat.replies_to(inbound)
            new = [one for one in inbound if dedup_key(one) not in replies]
            await uow.wechat.keep_back(new, self._clock.now())
            await uow.commit()
        self._hand_on(new)
        return replies

    def _hand_on(self, kept: list[Inbound]) -> None:
        for inbound in kept:
            key = dedup_key(inbound)
            if key not in self._known:
                self._known.add(key)
                self._kept.append(inbound)
        if self._kept:
            self._work("hand on", self._hand_all_on)

    async def _hand_all_on(self) -> None:
        while self._kept:
            some = [self._kept.popleft() for _ in range(min(AT_ONCE, len(self._kept)))]
            try:
                await self._note([one for one in some if await self._is_taken(one)])
            finally:
                self._known.difference_update(map(dedup_key, some))

    async def _is_taken(self, inbound: Inbound) -> bool:
        await self._give_way()
        try:
            await self._take(inbound)
        except Exception as error:  # noqa: BLE001 -- it stays kept, and the others go on; no words of customers
            log.error("a message waits for another try: %s", type(error).__qualname__)  # noqa: TRY400 -- as above
            return False
        return True

    async def _give_way(self) -> None:
        """Somebody waits for what is being kept; nobody does for what is handed on."""
        keeping = self._tasks.get("keep")
        if keeping is not None:
            await asyncio.wait([keeping], timeout=GIVEN_WAY_S)

    async def _note(self, taken: list[Inbound]) -> None:
        """They need not be kept any more; where that can't be noted they are handed on again, and known."""
        try:
            async with self._units() as uow:
                await uow.wechat.drop_kept(taken)
                await uow.commit()
        except Exception as error:  # noqa: BLE001 -- a database that is away must not end the task
            log.warning("what was handed on is kept: %s", type(error).__qualname__)


def _tell(new: list[Waiting], came: dict[str, str] | Exception) -> None:
    """Tell those who wait what came of it."""
    for inbound, kept in new:
        if kept.done():
            continue  # who waited has gone
        if isinstance(came, Exception):
            kept.set_exception(came)
        else:
            kept.set_result(came.get(dedup_key(inbound)))
