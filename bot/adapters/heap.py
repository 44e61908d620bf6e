"""What glibc's malloc keeps of what is freed: a desk runs for months, and should not only grow.

By itself glibc lets the size from which on a block gets pages of its own grow with the blocks that are freed,
up to 32 MB. Requests and answers of all sizes then lie between small things that stay, and the pages around
these are never given back: two megabytes a minute under load, for hours (docs/reliability.md).
"""

import ctypes
import sys
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
OWN_PAGES_FROM = 64 * 1024  # bytes
_TRIM_FROM = 128 * 1024  # bytes free at the end of the heap


def give_back_freed() -> None:
    """Set it for this process, before it has threads; where there is another malloc, nothing happens."""
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # musl has no mallopt
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)  # one thread runs at a time anyway
        mallopt(_MMAP_THRESHOLD, OWN_PAGES_FROM)
        mallopt(_TRIM_THRESHOLD, _TRIM_FROM)
