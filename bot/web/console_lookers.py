"""Who of the team looks at which conversation right now, and who of them types."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.domain.people import User
from bot.web.live import Listener, News

LOOKERS = "lookers"  # what listeners are told, and processes one another
REPEAT_SECONDS = 20.0  # after which processes tell one another again
_TYPES_FOR = 6.0  # seconds after the last sign of it
_KNOWN_FOR = 3 * REPEAT_SECONDS  # after which a console of another process counts as closed
_NEVER = float("-inf")


@dataclass(eq=False)
class Looker:
    """One open console: who sits at it, what it looks at, and when they last typed there (monotonic)."""

    user: User
    listener: Listener
    conversation: str | None = None
    typed: float = _NEVER
    key: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass
class _Far:
    """A console at another process, as it was told of at that moment (monotonic)."""

    user_id: str
    name: str
    conversation: str
    told: float
    typed: float


class Lookers:
    """Knows the open consoles of this process, and by hearsay those of others."""

    def __init__(
        self, tell_others: Callable[[News], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell_others, self._now = tell_others, now
        self._at: dict[str, list[Looker]] = {}
        self._far: dict[str, _Far] = {}

    def look(self, looker: Looker, conversation_id: str | None) -> None:
        """This console looks at another conversation from now on, or at none."""
        before, looker.conversation, looker.typed = looker.conversation, conversation_id, _NEVER
        if before is not None:
            self._at[before].remove(looker)
            self._tell(before)
            if not self._at[before]:
                del self._at[before]
        if conversation_id is not None:
            self._at.setdefault(conversation_id, []).append(looker)
            self._tell(conversation_id)
        if before != conversation_id:
            self._share(looker)

    def types(self, looker: Looker) -> None:
        """Somebody types at this console."""
        looker.typed = self._now()
        if looker.conversation is not None:
            self._tell(looker.conversation)
            self._share(looker)

    def others(self, looker: Looker) -> list[dict[str, Any]]:
        """Who else looks at the same conversation, each person once."""
        found: dict[str, dict[str, Any]] = {}
        for user_id, name, typed in self._all_at(looker.conversation or ""):
            if user_id != looker.user.id:
                known = found.setdefault(user_id, {"name": name, "typing": False})
                known["typing"] |= self._now() - typed < _TYPES_FOR
        return list(found.values())

    def hear(self, news: News) -> None:
        """Another process tells where one of its consoles looks; an empty conversation: nowhere."""
        before = self._far.pop(news["key"], None)
        if news["conversation"]:
            now = self._now()
            typed = now if news["typing"] else _NEVER
            self._far[news["key"]] = _Far(news["user"], news["name"], news["conversation"], now, typed)
        for conversation_id in {before.conversation if before else "", news["conversation"]}:
            self._tell(conversation_id)

    async def repeat(self) -> None:
        """Tell other processes again, for those that came later, and forget what nobody repeats."""
        for lookers in self._at.values():
            for looker in lookers:
                self._share(looker)
        for key, far in list(self._far.items()):
            if self._now() - far.told > _KNOWN_FOR:
                del self._far[key]
                self._tell(far.conversation)

    def _all_at(self, conversation_id: str) -> Iterator[tuple[str, str, float]]:
        for one in self._at.get(conversation_id, ()):
            yield one.user.id, one.user.name, one.typed
        for far in self._far.values():
            if far.conversation == conversation_id:
                yield far.user_id, far.name, far.typed

    def _share(self, looker: Looker) -> None:
        self._tell_others(
            {
                "kind": LOOKERS,
                "key": looker.key,
                "user": looker.user.id,
                "name": looker.user.name,
                "conversation": looker.conversation or "",
                "typing": "yes" if self._now() - looker.typed < _TYPES_FOR else "",
            }
        )

    def _tell(self, conversation_id: str) -> None:
        for looker in self._at.get(conversation_id, ()):
            looker.listener.tell(LOOKERS)
