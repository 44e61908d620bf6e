"""What desk processes share over Redis, with a real redis-server that is killed and started again."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from bot.adapters.redis_counts import RedisCounts
from bot.adapters.redis_news import RedisNews
from tests.redis_server import RedisServer

BEAT, PATIENCE = 0.2, 1.0
DESK = "0123456789abcdef"


@pytest.fixture(scope="module")
def server():
    with RedisServer() as running:
        yield running


@pytest.fixture
def redis(server):
    """The server; a test that kills it need not start it again."""
    yield server
    if not server.is_running:
        server.start()


class Process:
    """What one process hears."""

    def __init__(self):
        self.heard, self.gaps = [], 0
        self._news = asyncio.Event()

    def hear(self, news):
        self.heard.append(news)
        self._news.set()

    def gap(self):
        self.gaps += 1
        self._news.set()

    async def until(self, holds):
        """Wait until this holds for what was heard."""
        async with asyncio.timeout(20):
            while not holds(self):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def process(redis, desk=DESK):
    """A process that tells (`tell`) and hears."""
    one = Process()
    news = RedisNews(redis.url, desk, one.hear, one.gap, beat=BEAT, patience=PATIENCE)
    one.tell, one.connected = news.tell, news.connected
    running = asyncio.create_task(news.run())
    try:
        await asyncio.wait_for(news.connected.wait(), 20)
        yield one
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def changed(conversation):
    return {"kind": "changed", "conversation": conversation}


async def test_what_one_process_tells_all_others_hear_and_not_itself(redis):
    async with process(redis) as here, process(redis) as there, process(redis) as third:
        here.tell(changed("talk"))
        await there.until(lambda one: one.heard == [changed("talk")])
        await third.until(lambda one: one.heard == [changed("talk")])
        there.tell(changed("other"))
        await here.until(lambda one: one.heard)
        await third.until(lambda one: len(one.heard) > 1)
        assert here.heard == [changed("other")]
        assert there.heard == [changed("talk")]
        assert third.heard == [changed("talk"), changed("other")]


async def test_the_same_news_told_many_times_at_once_are_heard_once(redis):
    async with process(redis) as here, process(redis) as there:
        for _ in range(300):
            here.tell(changed("talk"))
        here.tell(changed("last"))
        await there.until(lambda one: changed("last") in one.heard)
        assert there.heard == [changed("talk"), changed("last")]


async def test_desks_with_different_keys_hear_nothing_of_one_another(redis):
    async with process(redis) as here, process(redis, "of another desk") as other, process(redis) as there:
        here.tell(changed("talk"))
        await there.until(lambda one: one.heard)
        assert other.heard == []


async def test_after_redis_was_away_everybody_looks_anew_and_news_go_on(redis):
    async with process(redis) as there, process(redis) as here:
        await there.until(lambda one: one.gaps >= 2)  # its own, and that of `here`
        before = there.gaps
        redis.kill()
        here.tell(changed("lost"))
        redis.start()
        await there.until(lambda one: one.gaps > before)
        while changed("talk") not in there.heard:  # news get lost, but never without a word
            before = there.gaps
            here.tell(changed("talk"))
            await there.until(lambda one: changed("talk") in one.heard or one.gaps > before)  # noqa: B023 -- awaited here
        assert changed("lost") not in there.heard


async def test_a_teller_who_lost_news_makes_the_others_look_anew(redis):
    async with process(redis) as there:
        await there.until(lambda one: one.gaps)
        before = there.gaps
        async with process(redis) as here:  # nobody knows what it told before it was there
            here.tell(changed("talk"))
            await there.until(lambda one: one.heard and one.gaps > before)
        assert there.heard == [changed("talk")]


async def test_a_connection_over_which_nothing_comes_is_made_anew(redis):
    async with process(redis) as one:
        await one.until(lambda process: process.gaps)
        before = one.gaps
        async with Redis.from_url(redis.url) as client:
            await client.client_pause(2500)  # in milliseconds: connected, and silent
        await one.until(lambda process: process.gaps > before)
        assert one.heard == []


async def test_what_is_no_news_is_let_lie(redis):
    async with process(redis) as there, process(redis) as here, Redis.from_url(redis.url) as client:
        for nonsense in ("?", "[]", '{"from": 1}', '{"from": 1, "news": [1], "gap": false}'):
            await client.publish(f"kesu:{DESK}:news", nonsense)
        here.tell(changed("talk"))
        await there.until(lambda one: changed("talk") in one.heard)
        assert there.heard == [changed("talk")]


@asynccontextmanager
async def counts(redis, now=None):
    opened = RedisCounts(redis.url, DESK, **({"now": now} if now else {}))
    try:
        yield opened
    finally:
        await opened.close()


async def test_processes_count_together_and_say_how_long_to_wait(redis):
    async with counts(redis) as here, counts(redis) as there:
        took = [await one.take("messages", "visitor", 3, 0.01) for one in (here, there, here)]
        assert took == [0, 0, 0]
        assert 90 < await there.take("messages", "visitor", 3, 0.01) <= 100
        assert await there.take("messages", "another", 3, 0.01) == 0
        assert await there.take("uploads", "visitor", 3, 0.01) == 0


async def test_a_bucket_fills_up_again_and_is_forgotten_when_it_is_full(redis):
    async with counts(redis) as here, Redis.from_url(redis.url) as client:
        for _ in range(2):
            await here.take("api", "token", 2, 50)
        await asyncio.sleep(0.05)  # in which Redis' own clock goes on
        assert await here.take("api", "token", 2, 50) == 0
        (key,) = [key async for key in client.scan_iter("kesu:*:limit:api:*")]
        assert 0 < await client.pttl(key) <= 2000
        assert b"token" not in key


async def test_while_redis_is_away_nobody_is_asked_and_nobody_waits(redis):
    moment = [0.0]
    async with counts(redis, lambda: moment[0]) as here:
        assert await here.take("api", "visitor", 1, 0.01) == 0
        redis.kill()
        assert await here.take("api", "visitor", 1, 0.01) is None
        redis.start()
        assert await here.take("api", "visitor", 1, 0.01) is None  # for some seconds nobody asks
        moment[0] = 60.0
        assert await here.take("api", "visitor", 1, 0.01) == 0
