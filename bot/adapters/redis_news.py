"""News between desk processes over a Redis channel: what the hub of each tells the hubs of all others.

Redis hands on and keeps nothing. Whatever may have got lost – a connection broke, here or there, or nothing
was heard for too long – ends with everybody looking anew, so no piece of news need arrive.
"""

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

News = Mapping[str, str]
BEAT_SECONDS = 5.0  # a process that has nothing to say says so: its own word comes back to it
PATIENCE_SECONDS = 3 * BEAT_SECONDS  # of hearing nothing at all, then the connection counts as broken
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # between attempts
_MOST = 10_000  # pieces of news that wait to be told
_AT_ONCE = 500
_ANSWER_SECONDS = 3.0
_AWAY = (RedisError, OSError, TimeoutError)


def connect(url: str, answer_within: float = _ANSWER_SECONDS) -> Redis:
    """A client that fails soon instead of trying again by itself."""
    client: Redis = Redis.from_url(
        url,
        socket_timeout=answer_within,
        socket_connect_timeout=min(answer_within, _ANSWER_SECONDS),
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return client


class _Attempts:
    """Counts failures, and says so once."""

    def __init__(self) -> None:
        self._failed = 0

    @property
    def pause(self) -> float:
        """Seconds until the next attempt."""
        return _PAUSES[min(self._failed, len(_PAUSES)) - 1] if self._failed else 0.0

    def failed(self, problem: Exception) -> None:
        """It did not work."""
        self._failed += 1
        if self._failed == 1:
            log.warning("Redis is away (%s): live updates between processes are late", type(problem).__name__)

    def succeeded(self) -> None:
        """It works."""
        if self._failed:
            log.info("Redis is back")
        self._failed = 0


_Work = Callable[[Redis, _Attempts], Awaitable[None]]


class RedisNews:
    """Tells and hears; `hear` gets each piece of news of another process, `gap` is called when some may lack.

    Neither may block. `desk` tells the desks on one Redis apart.
    """

    def __init__(
        self,
        url: str,
        desk: str,
        hear: Callable[[News], None],
        gap: Callable[[], None],
        *,
        beat: float = BEAT_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._url, self._channel = url, f"kesu:{desk}:news"
        self._hear, self._gap = hear, gap
        self._beat, self._patience = beat, patience
        self._me = secrets.token_hex(8)
        self._waiting: deque[str] = deque()
        self._more = asyncio.Event()
        self._lost = True  # who hears of us for the first time may have missed something
        self.connected = asyncio.Event()

    def tell(self, news: News) -> None:
        """Tell all other processes, soon; never blocks."""
        if len(self._waiting) >= _MOST:
            self._waiting.clear()
            self._lost = True
        self._waiting.append(json.dumps(news, ensure_ascii=False))
        self._more.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._listen, self._patience))
            group.create_task(self._again_and_again(self._send, _ANSWER_SECONDS))

    async def _again_and_again(self, work: _Work, answer_within: float) -> None:
        attempts = _Attempts()
        while True:
            client = connect(self._url, answer_within)
            try:
                await work(client, attempts)
            except _AWAY as problem:
                attempts.failed(problem)
            except Exception as problem:  # whatever it was: the others are told and heard again
                log.exception("news between processes failed")
                attempts.failed(problem)
            finally:
                with contextlib.suppress(*_AWAY):
                    await client.aclose()
            await asyncio.sleep(attempts.pause)

    async def _send(self, client: Redis, attempts: _Attempts) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                if not self._lost:
                    await asyncio.wait_for(self._more.wait(), self._beat)
            self._more.clear()
            batch = dict.fromkeys(self._taken())
            whole = {"from": self._me, "gap": self._lost, "news": [json.loads(one) for one in batch]}
            self._lost = True  # until it is known that this has arrived
            await client.publish(self._channel, json.dumps(whole, ensure_ascii=False))
            self._lost = False
            attempts.succeeded()

    def _taken(self) -> Iterator[str]:
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            yield self._waiting.popleft()
        if self._waiting:
            self._more.set()

    async def _listen(self, client: Redis, attempts: _Attempts) -> None:
        async with client.pubsub() as ears:
            try:
                await ears.subscribe(self._channel)
                await self._hear_all(ears, attempts)
            finally:
                self.connected.clear()

    async def _hear_all(self, ears: PubSub, attempts: _Attempts) -> None:
        heard = time.monotonic()
        while True:
            message = await ears.get_message(timeout=self._beat)
            if message is None:
                if time.monotonic() - heard > self._patience:
                    raise TimeoutError("nothing was heard, not even of ourselves")
                continue
            heard = time.monotonic()
            if message["type"] == "subscribe":
                attempts.succeeded()
                self.connected.set()
                self._gap()
            elif message["type"] == "message":
                self._take(str(message["data"]))

    def _take(self, text: str) -> None:
        """Take what a process told; what is none of our news is let lie."""
        try:
            whole = json.loads(text)
            if whole["from"] == self._me:
                return
            for news in whole["news"]:
                if isinstance(news, dict):
                    self._hear(news)
            if whole["gap"]:
                self._gap()
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            log.warning("a piece of news is not understood: %s", type(problem).__name__)
