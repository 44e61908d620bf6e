"""Token buckets in Redis, which all desk processes share."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable

from redis.exceptions import RedisError

from bot.adapters.redis_news import connect

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 0.25  # somebody waits for it
_PAUSE_SECONDS = 5.0  # in which nobody is asked, after Redis didn't answer
# Redis' own clock: those of the desks need not agree.
_TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = burst
if known[1] then
  left = math.min(burst, tonumber(known[1]) + math.max(0, at - tonumber(known[2])) * rate)
end
if left < 1 then
  return tostring((1 - left) / rate)
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left - 1), 'at', string.format('%.6f', at))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left + 1) / rate * 1000) + 1000)
return '0'
"""


class RedisCounts:
    """Counts requests (bot/web/limits.py says what for); `desk` tells the desks on one Redis apart."""

    def __init__(self, url: str, desk: str, now: Callable[[], float] = time.monotonic) -> None:
        self._client = connect(url, _ANSWER_SECONDS)
        self._take = self._client.register_script(_TAKE)
        self._desk, self._now = desk, now
        self._away_until: float | None = None

    async def take(self, name: str, asker: str, burst: int, per_second: float) -> float | None:
        """Take a token: seconds to wait, 0 when there was one, None when Redis can't be asked."""
        if self._away_until is not None and self._now() < self._away_until:
            return None
        # Hashed: the askers are addresses of people.
        known_by = hashlib.blake2b(asker.encode(), digest_size=16, key=self._desk.encode()).hexdigest()
        key = f"kesu:{self._desk}:limit:{name}:{known_by}"
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                wait = float(await self._take([key], [burst, per_second]))
        except (RedisError, OSError, TimeoutError) as problem:
            if self._away_until is None:
                log.warning("Redis is away (%s): requests are counted here", type(problem).__name__)
            self._away_until = self._now() + _PAUSE_SECONDS
            return None
        self._away_until = None
        return wait

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
