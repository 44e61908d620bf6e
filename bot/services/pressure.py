"""What comes in goes first: while many messages are being stored, answers wait a moment."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MANY = 3  # messages that are being stored at once: from here on the process is behind
TOO_MANY = 4  # the next one would wait too long for its acknowledgement
LONGEST_S = 0.5  # that one answer waits for this, so that answers go on however much comes in


class Pressure:
    """Counts the messages that are being stored in this process."""

    def __init__(self) -> None:
        self._storing = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A message is being stored while the block runs."""
        self._storing += 1
        self._look()
        try:
            yield
        finally:
            self._storing -= 1
            self._look()

    @property
    def is_too_high(self) -> bool:
        """Whether so many are being stored that one more had better be kept for later (wechat/backlog.py)."""
        return self._storing >= TOO_MANY

    async def calm(self) -> None:
        """Wait until few are being stored, but not for long."""
        if not self._calm.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._calm.wait(), LONGEST_S)

    def _look(self) -> None:
        if self._storing < MANY:
            self._calm.set()
        else:
            self._calm.clear()
