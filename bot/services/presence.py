"""Who is at their console: what its socket says, and when it falls silent."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from bot.domain.errors import Conflict
from bot.domain.groups import Presence, State
from bot.services import staffing
from bot.services.ports import Clock, Units
from bot.services.words import Words

NOTED_EACH = timedelta(seconds=20)  # of somebody who does something all the time


class Presences:
    """Keeps who is there. The consoles that are open at this desk are counted here; all else is stored."""

    def __init__(self, units: Units, words: Words, clock: Clock) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._open: Counter[str] = Counter()
        self._noted: dict[str, datetime] = {}

    @asynccontextmanager
    async def console(self, user_id: str) -> AsyncIterator[None]:
        """A console of this person is open (its socket is there) while the block runs.

        After the last one is gone they have a minute to come back; the sweep counts it from the last moment
        at which it saw one open.
        """
        self._open[user_id] += 1
        self._noted.pop(user_id, None)
        try:
            await self.sign(user_id)
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

    async def sign(self, user_id: str) -> None:
        """They did something: wrote, read, moved. Whoever was away by silence is back."""
        now = self._clock.now()
        last = self._noted.get(user_id)
        if last is not None and now - last < NOTED_EACH:
            return
        self._noted[user_id] = now
        with suppress(Conflict):  # another console of theirs said the same at this moment
            async with self._units() as uow:
                presence = await uow.presences.of(user_id)
                presence.alive_at = presence.sign_at = now
                presence.left_at = None
                self._settle(presence, now)
                await uow.commit()

    async def choose(self, user_id: str, *, away: bool) -> None:
        """They say that they are away, or back."""
        now = self._clock.now()
        async with self._units() as uow:
            presence = await uow.presences.of(user_id)
            presence.chose_away = away
            if not away:
                presence.alive_at = presence.sign_at = now
                presence.left_at = None
            self._settle(presence, now)
            await uow.commit()

    async def left(self, user_id: str) -> None:
        """They signed out: offline at once."""
        now = self._clock.now()
        self._noted.pop(user_id, None)
        async with self._units() as uow:
            presence = await uow.presences.of(user_id)
            if presence.alive_at is not None:
                presence.left_at, presence.chose_away = now, False
                self._settle(presence, now)
                await uow.commit()

    async def states(self) -> dict[str, State]:
        """Everybody's state now."""
        now = self._clock.now()
        async with self._units() as uow:
            known = await uow.presences.all()
        return {one.user_id: staffing.state_of(self._words, one, now) for one in known}

    async def look(self) -> list[str]:
        """Keep open consoles alive, and write down who fell silent; the people whose state changed."""
        now = self._clock.now()
        async with self._units() as uow:
            await uow.presences.alive(self.at_open_consoles(), now)
            known = await uow.presences.all()
            changed = [presence.user_id for presence in known if self._settle(presence, now)]
            await uow.commit()
        return changed

    def at_open_consoles(self) -> Collection[str]:
        """Who has a console open at this desk."""
        return sorted(self._open)

    def _settle(self, presence: Presence, now: datetime) -> bool:
        """Write the state down as it is now; whether it changed."""
        before, presence.state = presence.state, staffing.state_of(self._words, presence, now)
        return before is not presence.state
