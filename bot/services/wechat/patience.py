"""Whether it is worth letting a call of WeChat wait for the bot: not while more comes in than it manages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

MOST = 16  # calls that wait in this process; far more than the bot answers at once is no use
CROWD = 4  # so many that wait in vain together are no accident
PAUSE = timedelta(seconds=5)


class Patience:
    """Counts the calls that wait. After a crowd of them got nothing in time, only one tries, now and then.

    An acknowledgement at once costs nothing: the answer goes out by a message of ours. A call that waits in
    vain keeps a connection, and WeChat, busy for seconds.
    """

    def __init__(self) -> None:
        self._waiting = 0
        self._hopeless_until: datetime | None = None

    def may_wait(self, now: datetime) -> bool:
        """Whether one more call may wait."""
        if self._hopeless_until is None:
            return self._waiting < MOST
        return now >= self._hopeless_until and self._waiting == 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Counts a call that waits, while the block runs."""
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    def worth_it(self) -> None:
        """A call got its answer in time."""
        self._hopeless_until = None

    def in_vain(self, now: datetime) -> None:
        """A call that waits got nothing in time."""
        if self._hopeless_until is not None or self._waiting >= CROWD:
            self._hopeless_until = now + PAUSE
