"""How often somebody may ask: token buckets in memory, one for each asker."""

import math
import time
from collections.abc import Callable
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


class Buckets:
    """Each asker may ask `burst` times at once, then `per_second` times a second."""

    def __init__(self, burst: int, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._now = burst, per_second, now
        self._many = _MANY
        self._levels: dict[str, tuple[float, float]] = {}  # asker: (tokens left, at which moment)

    def take(self, asker: str) -> None:
        """Count one request; SlowDown when the asker's bucket is empty."""
        now = self._now()
        left = self._left(asker, now)
        if left < 1:
            wait = math.ceil((1 - left) / self._per_second)
            raise SlowDown(f"操作有点频繁，请 {wait} 秒后再试。", wait)
        if len(self._levels) >= self._many:
            self._forget_full(now)
        self._levels[asker] = (left - 1, now)

    def _left(self, asker: str, now: float) -> float:
        tokens, since = self._levels.get(asker, (float(self._burst), now))
        return min(float(self._burst), tokens + (now - since) * self._per_second)

    def _forget_full(self, now: float) -> None:
        """Forget who may ask `burst` times again: they are as good as new."""
        known = self._levels.items()
        self._levels = {asker: level for asker, level in known if self._left(asker, now) < self._burst}
        self._many = max(_MANY, 2 * len(self._levels))
