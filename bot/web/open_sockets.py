"""The customers' open sockets: a few for each visitor, and so many for each address."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from bot.web.limits import SlowDown

SOCKETS_OF_A_VISITOR = 8
_PAUSE_SECONDS = 30


class Tab(Protocol):
    """One open page of a visitor."""

    def follow(self, conversation_id: str) -> None:
        """The visitor has a conversation now."""

    def make_room(self) -> None:
        """Another one takes this one's place."""


class OpenSockets:
    """Counts sockets, and knows which are the same visitor's."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._at: Counter[str] = Counter()
        self._of: dict[str, list[Tab]] = {}

    @contextlib.contextmanager
    def place(self, address: str) -> Iterator[None]:
        """A place for one more socket of this address while the block runs; SlowDown when all are taken."""
        if self._at[address] >= self._per_address:
            raise SlowDown("同一网络打开的页面太多了，请稍后再试。", _PAUSE_SECONDS)
        self._at[address] += 1
        try:
            yield
        finally:
            self._at[address] -= 1
            if not self._at[address]:
                del self._at[address]

    @contextlib.contextmanager
    def entered(self, visitor_id: str, tab: Tab) -> Iterator[None]:
        """This tab is the visitor's while the block runs; of too many, the oldest makes room."""
        tabs = self._of.setdefault(visitor_id, [])
        tabs.append(tab)
        if len(tabs) > SOCKETS_OF_A_VISITOR:
            tabs.pop(0).make_room()
        try:
            yield
        finally:
            if tab in tabs:
                tabs.remove(tab)
            if not tabs and self._of.get(visitor_id) is tabs:
                del self._of[visitor_id]

    def follow(self, visitor_id: str, conversation_id: str) -> None:
        """Let all tabs of the visitor follow their conversation."""
        for tab in self._of.get(visitor_id, ()):
            tab.follow(conversation_id)
