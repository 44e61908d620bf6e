"""Work that lets go of Python's lock, spread over the machine's cores."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Iterator, Sequence, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def mapped(work: Callable[[Given], Made], items: Sequence[Given]) -> Iterator[Made]:
    """Yield `work(item)` for each item, in their order; one alone is done here, without a thread."""
    if len(items) < 2:  # noqa: PLR2004 -- nothing to share out
        yield from map(work, items)
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(work, items)
