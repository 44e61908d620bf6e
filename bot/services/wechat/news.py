"""News of conversations, for whoever waits for one to be answered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class News:
    """Hears of changes (Hub.watch) and wakes who follows that conversation; never blocks."""

    def __init__(self) -> None:
        self._followed: dict[str, set[asyncio.Event]] = {}

    def tell(self, conversation_id: str) -> None:
        """Something changed in this conversation."""
        for news in self._followed.get(conversation_id, ()):
            news.set()

    @contextmanager
    def following(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something changes, while the block runs."""
        news = asyncio.Event()
        self._followed.setdefault(conversation_id, set()).add(news)
        try:
            yield news
        finally:
            self._followed[conversation_id].discard(news)
            if not self._followed[conversation_id]:
                del self._followed[conversation_id]
