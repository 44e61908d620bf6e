"""Long work in a thread that stops when who waits for it is cancelled: before they hear of it themselves."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Stopped(Exception):
    """The work was called off; what it had made so far is of no use."""


class Stop:
    """Passed to the work, which asks again and again whether it was called off."""

    def __init__(self) -> None:
        self._event = Event()

    def now(self) -> None:
        """Call the work off."""
        self._event.set()

    def check(self) -> None:
        """Raise Stopped if it was called off."""
        if self._event.is_set():
            raise Stopped


async def in_thread(stop: Stop, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """Do the work in a thread. When cancelled, call it off and wait: it must not write after the clean-up."""
    task = asyncio.create_task(asyncio.to_thread(work, *args, **more))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.now()
        with suppress(Stopped):
            await task
        raise
