"""Live updates: what changed is passed on to the sockets of the browsers that look at it.

The hub only says that something is new; the agents' browsers then fetch what they may see, and the
customers' sockets (customer_socket.py) read and send it. So nothing is missed when news melt together.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Container, Iterator, Mapping
from typing import Any

from aiohttp import WSMsgType, web

HEARTBEAT_SECONDS = 20
SEND_SECONDS = 10  # a socket that takes longer than this to take one line is dropped; its browser reconnects
News = Mapping[str, str]  # what processes tell one another: its `kind`, and what goes with it
ALL = "*"  # every conversation: the agents' list
CHANGED, AGENT_TYPES, CUSTOMER_TYPES = "changed", "agent types", "customer types"
SENT_AWAY = "sent away"  # this process stops: connect anew, to whichever is there
RESTART, GOODBYE_SECONDS = 1012, 5  # the code that says so, and how long a browser may take to hear it
_LONGEST_CALL = 256  # bytes; the people's pages have little to say here
_FRAMES: dict[str, dict[str, str]] = {
    CHANGED: {"type": "changed"},
    CUSTOMER_TYPES: {"type": "typing", "who": "customer"},
}


class Listener:
    """One socket's ear. News that nobody has taken yet count once, so an idle reader costs nothing."""

    def __init__(self) -> None:
        self.topic: str | None = None
        self._heard: set[str] = set()
        self._news = asyncio.Event()

    def tell(self, what: str = CHANGED) -> None:
        """There is something new."""
        self._heard.add(what)
        self._news.set()

    async def news(self) -> set[str]:
        """Wait until there is something new, and take it."""
        await self._news.wait()
        self._news.clear()
        heard, self._heard = self._heard, set()
        return heard


class Hub:
    """Passes changes on (ports.Live): within this process, by `tell_others` to further ones; never blocks.

    What other processes tell comes in by `hear`. Where something of theirs may have got lost, `look_anew`
    lets everybody look, as if all had changed.
    """

    def __init__(self) -> None:
        self.tell_others: Callable[[News], None] = lambda _news: None
        self._listeners: dict[str, set[Listener]] = {}
        self._sockets: dict[web.WebSocketResponse, Listener] = {}
        self._one_less = asyncio.Event()
        self.leaving = False  # whoever has a connection to this process is to take another one
        self._watchers: list[Callable[[str], None]] = []
        self._watch_agents: list[Callable[[str], None]] = []
        self._watch_gaps: list[Callable[[], None]] = []
        self._ears: dict[str, list[Callable[[News], None]]] = {}

    def watch(self, tell: Callable[[str], None], *, everywhere: bool = False) -> None:
        """Let `tell` hear of every conversation that changes, from now on; it must not block.

        `everywhere`: of those that change in other processes, too.
        """
        self._watchers.append(tell)
        if everywhere:
            self.hear_of(CHANGED, lambda news: tell(news["conversation"]))

    def watch_agents_typing(self, tell: Callable[[str], None]) -> None:
        """Let `tell` hear in which conversations agents write here, from now on; it must not block."""
        self._watch_agents.append(tell)

    def watch_gaps(self, look: Callable[[], None]) -> None:
        """Let `look` know whenever something may have got lost; it must not block."""
        self._watch_gaps.append(look)

    def hear_of(self, kind: str, hear: Callable[[News], None]) -> None:
        """Let `hear` know what other processes tell of this kind; it must not block."""
        self._ears.setdefault(kind, []).append(hear)

    def changed(self, conversation_id: str) -> None:
        """Tell everybody who looks at this conversation, and those who look at all."""
        for tell in self._watchers:
            tell(conversation_id)
        self._tell(CHANGED, conversation_id)
        self.tell({"kind": CHANGED, "conversation": conversation_id})

    def typing(self, conversation_id: str, who: str) -> None:
        """Tell who looks at this conversation that somebody writes: AGENT_TYPES or CUSTOMER_TYPES."""
        if who == AGENT_TYPES:
            for tell in self._watch_agents:
                tell(conversation_id)
        self._tell(who, conversation_id)
        self.tell({"kind": who, "conversation": conversation_id})

    def tell(self, news: News) -> None:
        """Tell other processes, if there are any."""
        self.tell_others(news)

    def hear(self, news: News) -> None:
        """Take what another process tells; what this version of the desk knows nothing of is let lie."""
        kind = news["kind"]
        for hear in self._ears.get(kind, ()):
            hear(news)
        if kind in (CHANGED, AGENT_TYPES, CUSTOMER_TYPES):
            self._tell(kind, news["conversation"])

    def look_anew(self) -> None:
        """Let everybody look: what other processes told may have got lost."""
        for look in self._watch_gaps:
            look()
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.tell()

    def _tell(self, what: str, conversation_id: str) -> None:
        for topic in (conversation_id, ALL) if what == CHANGED else (conversation_id,):
            for listener in self._listeners.get(topic, ()):
                listener.tell(what)

    def follow(self, listener: Listener, topic: str) -> None:
        """Let the listener hear of `topic` alone, starting with a first "look now": nothing falls between."""
        self.leave(listener)
        listener.topic = topic
        self._listeners.setdefault(topic, set()).add(listener)
        listener.tell()

    def leave(self, listener: Listener) -> None:
        """Let the listener hear of nothing any more."""
        if listener.topic is not None:
            left = self._listeners[listener.topic]
            left.discard(listener)
            if not left:
                del self._listeners[listener.topic]
            listener.topic = None

    @contextlib.contextmanager
    def listening(
        self, socket: web.WebSocketResponse, listener: Listener | None = None
    ) -> Iterator[Listener]:
        """A listener (or this one) for as long as its socket lives."""
        listener = listener or Listener()
        self._sockets[socket] = listener
        if self.leaving:
            listener.tell(SENT_AWAY)
        try:
            yield listener
        finally:
            self._sockets.pop(socket, None)
            self._one_less.set()
            self.leave(listener)

    def send_away(self, but: Container[str] = ()) -> None:
        """Have the sockets end, each after what there is to say on it; not yet those that look at `but`."""
        self.leaving = True
        for listener in list(self._sockets.values()):
            if listener.topic is None or listener.topic not in but:
                listener.tell(SENT_AWAY)

    async def empty(self, seconds: float) -> None:
        """Wait until all sockets have gone, so many seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sockets:
                    self._one_less.clear()
                    await self._one_less.wait()

    async def close(self) -> None:
        """End all sockets at once (the process stops); their browsers reconnect."""
        await asyncio.gather(*map(goodbye, list(self._sockets)), return_exceptions=True)


async def stream(
    request: web.Request, hub: Hub, topic: str, hear: Callable[[dict[str, Any]], Awaitable[None]]
) -> web.WebSocketResponse:
    """Serve a socket of the people's pages: it hears of `topic`; what the page says goes to `hear`."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=_LONGEST_CALL)
    await socket.prepare(request)
    with hub.listening(socket) as listener:
        hub.follow(listener, topic)
        passing_on = asyncio.create_task(_pass_on(request, socket, listener))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await hear(_frame(message.data))
        finally:
            passing_on.cancel()
            await asyncio.gather(passing_on, return_exceptions=True)
    return socket


def _frame(text: str) -> dict[str, Any]:
    """What a page said; an empty frame for what is none."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


async def _pass_on(request: web.Request, socket: web.WebSocketResponse, listener: Listener) -> None:
    try:
        while True:
            heard = await listener.news()
            for what in heard & _FRAMES.keys():
                await send(socket, _FRAMES[what])
            if SENT_AWAY in heard:
                return await goodbye(socket)
    except (TimeoutError, ConnectionError):
        drop(request)


async def send(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    """Send a frame; TimeoutError when the browser doesn't take it in, ConnectionError when it has gone."""
    async with asyncio.timeout(SEND_SECONDS):
        await socket.send_str(json.dumps(frame, ensure_ascii=False))


async def goodbye(socket: web.WebSocketResponse) -> None:
    """Close a socket whose page is to connect anew; one that doesn't answer is cut off."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await socket.close(code=RESTART, message=b"service restart")


def drop(request: web.Request) -> None:
    """End the connection of a browser that takes nothing in: a closing handshake would only wait again."""
    if request.transport is not None:
        request.transport.abort()
