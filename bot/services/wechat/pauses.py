"""When a whole account may call nothing, as its quota for the day is used up or people have to see to it.

What goes out keeps it (delivering.py); what goes with WeChat's own call needs no call of ours, and then takes
along what else would have been one (passive.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pause:
    """Until when an account waits, and why."""

    until: datetime
    why: str


class Pauses:
    """Of the accounts, by channel.

    Other processes are told, by `tell_others`; one that missed it learns of it by its own first attempt.
    """

    def __init__(self) -> None:
        self.tell_others: Callable[[str, Pause], None] = lambda _channel, _pause: None
        self._of: dict[str, Pause] = {}

    def begin(self, channel: str, pause: Pause) -> None:
        """From now on the account waits."""
        self.hear(channel, pause)
        self.tell_others(channel, pause)

    def hear(self, channel: str, pause: Pause) -> None:
        """Another process found that the account waits."""
        self._of[channel] = pause

    def at(self, channel: str, now: datetime) -> Pause | None:
        """The pause in which the account is, if it is in one."""
        pause = self._of.get(channel)
        return pause if pause is not None and pause.until > now else None
