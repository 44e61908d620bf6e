"""Who of the team looks at which conversation right now, and who of them types."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.people import User
from bot.web.live import Listener

LOOKERS = "lookers"  # what listeners are told
_TYPES_FOR = 6.0  # seconds after the last sign of it


@dataclass(eq=False)
class Looker:
    """One open console: who sits at it, what it looks at, and when they last typed there (monotonic)."""

    user: User
    listener: Listener
    conversation: str | None = None
    typed: float = field(default=float("-inf"))


class Lookers:
    """Knows the open consoles of this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at: dict[str, list[Looker]] = {}

    def look(self, looker: Looker, conversation_id: str | None) -> None:
        """This console looks at another conversation from now on, or at none."""
        before, looker.conversation, looker.typed = looker.conversation, conversation_id, float("-inf")
        if before is not None:
            self._at[before].remove(looker)
            self._tell(before)
            if not self._at[before]:
                del self._at[before]
        if conversation_id is not None:
            self._at.setdefault(conversation_id, []).append(looker)
            self._tell(conversation_id)

    def types(self, looker: Looker) -> None:
        """Somebody types at this console."""
        looker.typed = self._now()
        if looker.conversation is not None:
            self._tell(looker.conversation)

    def others(self, looker: Looker) -> list[dict[str, Any]]:
        """Who else looks at the same conversation, each person once."""
        found: dict[str, dict[str, Any]] = {}
        for other in self._at.get(looker.conversation or "", ()):
            if other.user.id != looker.user.id:
                known = found.setdefault(other.user.id, {"name": other.user.name, "typing": False})
                known["typing"] |= self._now() - other.typed < _TYPES_FOR
        return list(found.values())

    def _tell(self, conversation_id: str) -> None:
        for looker in self._at[conversation_id]:
            looker.listener.tell(LOOKERS)
