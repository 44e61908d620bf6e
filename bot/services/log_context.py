"""Which ids the log's lines bear that a task causes (bot/adapters/logs.py)."""

from structlog.contextvars import bind_contextvars, clear_contextvars


def works_on(**ids: str) -> None:
    """Say it at the beginning of a task that goes on by itself: from now on its lines bear these ids only.

    A task inherits the ids of whatever woke it, which has little to do with what it sees to later.
    """
    clear_contextvars()
    bind_contextvars(**ids)
