"""Work that lets go of Python's lock, spread over the machine's cores."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Callable, Iterator, Sequence, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def available() -> int:
    """Return how many cores this process may use; where the system doesn't tell, how many there are."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@lru_cache(maxsize=1)
def threads() -> ThreadPoolExecutor:
    """Return the threads for such work: one a core, for as long as the process lives."""
    return ThreadPoolExecutor(os.cpu_count())


def mapped(work: Callable[[Given], Made], items: Sequence[Given]) -> Iterator[Made]:
    """Yield `work(item)` for each item, in their order."""
    yield from threads().map(work, items)
