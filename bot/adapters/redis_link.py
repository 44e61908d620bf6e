"""What several desk processes share over Redis, opened as the settings say."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bot.adapters.redis_counts import RedisCounts
from bot.adapters.redis_news import News, RedisNews


@dataclass(frozen=True)
class RedisLink:
    """News between processes, and what they count together."""

    news: RedisNews
    counts: RedisCounts


@contextlib.asynccontextmanager
async def redis_link(
    url: str, desk: str, hear: Callable[[News], None], gap: Callable[[], None]
) -> AsyncIterator[RedisLink]:
    """The link while the block runs; a Redis that is away is tried again and again."""
    link = RedisLink(RedisNews(url, desk, hear, gap), RedisCounts(url, desk))
    running = asyncio.create_task(link.news.run(), name="news over Redis")
    try:
        yield link
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await link.counts.close()
