"""How often somebody may ask: token buckets, one for each asker.

They are in memory, and where several processes share a Redis, there too.
"""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.errors import TooManyRequests

_MANY = 10_000  # buckets, before the full ones are forgotten


@dataclass(frozen=True)
class Limits:
    """What customers may do from one address, behind which a whole carrier may be (docs/settings.md)."""

    visitors_per_address: int = 300  # new ones in an hour
    messages_per_address: int = 600  # in a minute
    sockets_per_address: int = 500  # open at once
    api_calls: int = 600  # in a minute, of each token
    proxies: int = 0  # that stand before the desk and can be believed about addresses


class SlowDown(TooManyRequests):
    """Asked too often; `retry_after` is the number of seconds to wait."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


# Takes a token from `asker`'s bucket in `name` (burst, per second) that all processes share: the seconds to
# wait, 0 if it could be taken, None when nobody could be asked.
Count = Callable[[str, str, int, float], Awaitable[float | None]]


async def here_alone(_name: str, _asker: str, _burst: int, _per_second: float) -> float | None:
    """There is no other process that counts."""
    return None


class Buckets:
    """Each asker may ask `burst` times at once, then `per_second` times a second."""

    def __init__(self, burst: int, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._now = burst, per_second, now
        self._many = _MANY
        self._shared_as = ""
        self._count: Count = here_alone
        self._levels: dict[str, tuple[float, float]] = {}  # asker: (tokens left, at which moment)

    def take(self, asker: str) -> None:
        """Count one request; SlowDown when the asker's bucket is empty."""
        left = self._left(asker, self._now())
        if left < 1:
            raise self._refusal((1 - left) / self._per_second)
        self._note(asker)

    def share(self, name: str, count: Count) -> None:
        """Let `take_shared` count with other processes, under this name."""
        self._shared_as, self._count = name, count

    async def take_shared(self, asker: str) -> None:
        """Count one request among all processes, or here alone while nobody can be asked; SlowDown."""
        wait = await self._count(self._shared_as, asker, self._burst, self._per_second)
        if wait is None:
            self.take(asker)
        elif wait > 0:
            raise self._refusal(wait)
        else:
            self._note(asker)  # so that what is counted here is about right when nobody can be asked

    def _note(self, asker: str) -> None:
        now = self._now()
        if len(self._levels) >= self._many:
            self._forget_full(now)
        self._levels[asker] = (max(0.0, self._left(asker, now) - 1), now)

    @staticmethod
    def _refusal(seconds: float) -> SlowDown:
        wait = math.ceil(seconds)
        return SlowDown(f"操作有点频繁，请 {wait} 秒后再试。", wait)

    def _left(self, asker: str, now: float) -> float:
        tokens, since = self._levels.get(asker, (float(self._burst), now))
        return min(float(self._burst), tokens + (now - since) * self._per_second)

    def _forget_full(self, now: float) -> None:
        """Forget who may ask `burst` times again: they are as good as new."""
        known = self._levels.items()
        self._levels = {asker: level for asker, level in known if self._left(asker, now) < self._burst}
        self._many = max(_MANY, 2 * len(self._levels))
