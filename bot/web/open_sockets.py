"""The customers' open sockets: a few for each visitor, and so many for each address."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from bot.web.limits import SlowDown
from bot.web.live import News

FOLLOW = "follow"  # what processes tell one another
SOCKETS_OF_A_VISITOR = 8
_PAUSE_SECONDS = 30


class Tab(Protocol):
    """One open page of a visitor."""

    def follow(self, conversation_id: str) -> None:
        """The visitor has a conversation now."""

    def make_room(self) -> None:
        """Another one takes this one's place."""


class OpenSockets:
    """Counts the sockets of this process, and knows which are the same visitor's."""

    def __init__(self, per_address: int, tell_others: Callable[[News], None]) -> None:
        self._per_address, self._tell_others = per_address, tell_others
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

    def follow(self, visitor_id: str, conversation_id: str, *, is_new: bool) -> None:
        """Let all tabs of the visitor follow their conversation, a new one in other processes too."""
        self._follow(visitor_id, conversation_id)
        if is_new:
            self._tell_others({"kind": FOLLOW, "visitor": visitor_id, "conversation": conversation_id})

    def hear(self, news: News) -> None:
        """Another process took a message of this visitor."""
        self._follow(news["visitor"], news["conversation"])

    def _follow(self, visitor_id: str, conversation_id: str) -> None:
        for tab in self._of.get(visitor_id, ()):
            tab.follow(conversation_id)
