"""The list of conversations that all agents look at: kept in memory, read anew where something changed.

Each change is read from the database once, whoever looks on, and handed out as text that was made once: so
fifty open consoles cost little more than one. A page names the last version that it has and gets what is
newer, be it on its socket or, after it was cut off, by asking.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import Any

from bot.domain.by_hand import by_hand
from bot.domain.conversation import Owner
from bot.services.console_views import ListRow
from bot.services.log_context import works_on
from bot.web.live import Listener

log = logging.getLogger(__name__)

ROWS = "rows"  # what listeners are told
_PAUSE_SECONDS = 0.05  # between two looks: what changes meanwhile is read together
_ANEW_SECONDS = 30.0  # deadlines and severities change without a word being said
_MOST = 2000  # conversations with the bot or closed that are kept
_KEPT_TEXTS = 64
_OURS = (Owner.QUEUE, Owner.AGENT)
_ReadRows = Callable[[Collection[str]], Awaitable[list[ListRow]]]


@dataclass
class _Entry:
    """A row, since which version it is as it is, and at which one it left people's hands."""

    row: ListRow
    version: int
    left: int = 0


class Board:
    """The rows in people's hands and the latest others; `read` and `active` are those of services/console."""

    def __init__(self, read: _ReadRows, active: Callable[[], Awaitable[list[ListRow]]]) -> None:
        self._read, self._active = read, active
        self.boot = secrets.token_hex(4)  # versions of another start mean nothing
        self._version, self._loaded = 1, False
        self._entries: dict[str, _Entry] = {}
        self._hiding: dict[str, set[str]] = {}  # from whom which conversations are hidden
        self._dirty: set[str] = set()
        self._stale = asyncio.Event()
        self._lock = asyncio.Lock()
        self._listeners: set[Listener] = set()
        self._texts: dict[tuple[int, bool, frozenset[str]], str] = {}
        self._loop: asyncio.Task[None] | None = None

    def changed(self, conversation_id: str) -> None:
        """Note that a conversation changed; it is read when somebody looks on."""
        if self._loaded:
            self._dirty.add(conversation_id)
            self._stale.set()

    def look_anew(self) -> None:
        """Changes may have got lost: read what is in people's hands, and the latest others, once more."""
        if self._loaded:
            self._loaded = False
            self._dirty |= {one for one, entry in self._entries.items() if entry.row.owner in _OURS}
            self._stale.set()

    def enter(self, listener: Listener) -> None:
        """Tell this listener of every new version from now on."""
        self._listeners.add(listener)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._keep_up())

    def leave(self, listener: Listener) -> None:
        """Tell them no more; without any listeners nothing is read."""
        self._listeners.discard(listener)
        if not self._listeners and self._loop is not None:
            self._loop.cancel()
            self._loop = None

    async def text_since(self, version: int, boot: str, *, everything: bool, user_id: str) -> tuple[int, str]:
        """The present version, and as JSON what is newer than `version`: all, or what is in people's hands.

        What has left their hands since then is among it too; what this person is to know nothing of isn't.
        """
        await self._catch_up()
        since = version if boot == self.boot else 0
        shut_out = frozenset(self._hiding.get(user_id, ()))
        key = (since, everything, shut_out)
        if key not in self._texts:
            if len(self._texts) >= _KEPT_TEXTS:
                self._texts.clear()
            self._texts[key] = self._written(since, shut_out, everything=everything)
        return self._version, self._texts[key]

    def _written(self, since: int, shut_out: frozenset[str], *, everything: bool) -> str:
        news = {one: entry for one, entry in self._entries.items() if entry.version > since}
        rows = [
            row_json(entry.row)
            for one, entry in news.items()
            if one not in shut_out
            and (everything or entry.row.owner in _OURS or (since and entry.left > since))
        ]
        whole: dict[str, Any] = {
            "type": ROWS,
            "boot": self.boot,
            "version": self._version,
            "whole": not since,
            "rows": rows,
        }
        if since:
            whole["gone"] = sorted(news.keys() & shut_out)
        return json.dumps(whole, ensure_ascii=False, default=plain)

    async def _keep_up(self) -> None:
        """Tell the listeners of what is new, for as long as there are any."""
        works_on()
        while True:
            try:
                async with asyncio.timeout(_ANEW_SECONDS):
                    await self._stale.wait()
            except TimeoutError:
                self._dirty |= {one for one, entry in self._entries.items() if entry.row.owner in _OURS}
            before = self._version
            try:
                await self._catch_up()
            except Exception:  # one bad read must not end everybody's list; the next change reads anew
                log.exception("the list of conversations could not be read")
            if self._version != before:
                for listener in self._listeners:
                    listener.tell(ROWS)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _catch_up(self) -> None:
        async with self._lock:
            if not self._loaded:
                self._loaded = True  # what changes while it is read is read again
                try:
                    self._take(await self._active())
                except BaseException:
                    self._loaded = False
                    raise
            if self._dirty:
                dirty, self._dirty = self._dirty, set()
                self._stale.clear()
                try:
                    self._take(await self._read(dirty))
                except BaseException:
                    self._dirty |= dirty
                    raise

    def _take(self, rows: list[ListRow]) -> None:
        fresh = [row for row in rows if row.id not in self._entries or self._entries[row.id].row != row]
        if not fresh:
            return
        self._version += 1
        self._texts.clear()
        for row in fresh:
            old = self._entries.pop(row.id, None)
            for user_id in {*(old.row.hidden if old else ()), *row.hidden}:
                hidden = self._hiding.setdefault(user_id, set())
                (hidden.add if user_id in row.hidden else hidden.discard)(row.id)
            left = old.left if old else 0
            if old and old.row.owner in _OURS and row.owner not in _OURS:
                left = self._version
            self._entries[row.id] = _Entry(row, self._version, left)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        """Keep memory bounded: what was not touched for longest and is in nobody's hands goes first."""
        others = [one for one, entry in self._entries.items() if entry.row.owner not in _OURS]
        for one in others[: max(0, len(others) - _MOST)]:
            del self._entries[one]


def row_json(row: ListRow) -> dict[str, Any]:
    """A row as pages get it."""
    shown = asdict(row)
    del shown["hidden"]
    shown["by_hand"] = by_hand(row.channel)
    return shown


def plain(value: object) -> object:
    """What `json` doesn't know: times as ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__qualname__)
