"""When a whole account may call nothing, as its quota for the day is used up or people have to see to it.

What goes out keeps it (delivering.py); what goes with WeChat's own call needs no call of ours, and then takes
along what else would have been one (passive.py).
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pause:
    """Until when an account waits, and why."""

    until: datetime
    why: str


class Pauses:
    """Of the accounts in this process, by channel; another one learns of it by its own first attempt."""

    def __init__(self) -> None:
        self._of: dict[str, Pause] = {}

    def begin(self, channel: str, pause: Pause) -> None:
        """From now on the account waits."""
        self._of[channel] = pause

    def at(self, channel: str, now: datetime) -> Pause | None:
        """The pause in which the account is, if it is in one."""
        pause = self._of.get(channel)
        return pause if pause is not None and pause.until > now else None
