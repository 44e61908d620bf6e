"""Other desk processes on the same PostgreSQL: what they share with this one (docs/scaling.md)."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.data_keys import root_key
from bot.adapters.database.turn_leases import BEAT_SECONDS, TurnLeases
from bot.adapters.derived_keys import derived_key
from bot.assembly import Desk
from bot.services.runner import Runner
from bot.web.console_lookers import REPEAT_SECONDS, Lookers
from bot.web.limits import Count, here_alone
from bot.web.live import Hub

if TYPE_CHECKING:
    from bot.adapters.redis_link import RedisLink

log = logging.getLogger(__name__)

TAKE_UP_SECONDS = 3.0
LOOK_SECONDS = 5.0
Round = tuple[float, Callable[[], Awaitable[object]]]


class Neighbours:
    """The processes beside this one, and the Redis between them, as far as there are any."""

    def __init__(self, leases: TurnLeases | None, runner: Runner, hub: Hub, link: "RedisLink | None") -> None:
        self._leases, self._runner, self._hub, self._link = leases, runner, hub, link
        self._is_told = self._is_away = False

    @property
    def count(self) -> Count:
        """What counts requests among all processes."""
        return self._link.counts.take if self._link else here_alone

    def rounds(self, lookers: Lookers) -> tuple[Round, ...]:
        """What is done again and again, each with the seconds in between."""
        rounds: list[Round] = []
        if self._link:
            rounds.append((REPEAT_SECONDS, lookers.repeat))
        if self._leases:
            rounds.append((BEAT_SECONDS, partial(self._beat, self._leases)))
            rounds.append((TAKE_UP_SECONDS, self._runner.take_up))
            rounds.append((LOOK_SECONDS, self.look))
        return tuple(rounds)

    async def _beat(self, leases: TurnLeases) -> None:
        """Show that we are alive. Once the database is back, turns that it broke are tried again at once."""
        away, self._is_away = self._is_away, True
        await leases.beat()
        self._is_away = False
        if away:
            self._runner.hurry()

    async def look(self) -> None:
        """While others can't tell us what they change, look ourselves; say it where it will stay so, once."""
        if self._leases is None or not self._leases.others:
            return
        if self._link is None and not self._is_told:
            self._is_told = True
            log.warning(
                "%s desk processes share this PostgreSQL, and KESU_REDIS_URL is not set: what one of them"
                " changes the others show up to %.0f s later, and each counts requests for itself",
                self._leases.others + 1,
                LOOK_SECONDS,
            )
        if self._link is None or not self._link.news.connected.is_set():
            self._hub.look_anew()


@asynccontextmanager
async def open_neighbours(desk: Desk, hub: Hub) -> AsyncIterator[Neighbours]:
    """What is shared with other processes, while the block runs."""
    url = desk.settings.redis_url
    if url is None:
        yield Neighbours(desk.leases, desk.runner, hub, None)
        return
    from bot.adapters.redis_link import redis_link  # late: most desks have no Redis

    # Who doesn't know the desk's key neither hears its news nor finds its counts.
    name = derived_key(root_key(desk.settings), "Redis").hex()[:32]
    async with redis_link(url, name, hub.hear, hub.look_anew) as link:
        hub.tell_others = link.news.tell
        yield Neighbours(desk.leases, desk.runner, hub, link)
