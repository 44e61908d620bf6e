"""Live updates: what changed is passed on to the sockets of the browsers that look at it.

A socket only says that something is new; the browser then fetches what it may see. So nothing is missed when
news melt together, and a socket never carries anybody's words.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web

HEARTBEAT_SECONDS = 20
SEND_SECONDS = 10  # a socket that takes longer than this to take one line is dropped; its browser reconnects
ALL = "*"  # every conversation: the agents' list
_LONGEST_CALL = 256  # bytes; browsers have nothing to say here but "look again"
_CHANGED = {"type": "changed"}


class Listener:
    """One socket's ear. News that nobody has taken yet count once, so an idle reader costs nothing."""

    def __init__(self) -> None:
        self.topic: str | None = None
        self._news = asyncio.Event()

    def tell(self) -> None:
        """There is something new."""
        self._news.set()

    async def news(self) -> None:
        """Wait until there is something new."""
        await self._news.wait()
        self._news.clear()


class Hub:
    """Passes changes on within this process (ports.Live); never blocks."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._sockets: set[web.WebSocketResponse] = set()

    def changed(self, conversation_id: str) -> None:
        """Tell everybody who looks at this conversation, and those who look at all."""
        for topic in (conversation_id, ALL):
            for listener in self._listeners.get(topic, ()):
                listener.tell()

    def follow(self, listener: Listener, topic: str) -> None:
        """Let the listener hear of `topic`, starting with a first "look now": nothing falls between."""
        listener.topic = topic
        self._listeners.setdefault(topic, set()).add(listener)
        listener.tell()

    @contextlib.contextmanager
    def listening(self, socket: web.WebSocketResponse) -> Iterator[Listener]:
        """A listener for as long as its socket lives."""
        listener = Listener()
        self._sockets.add(socket)
        try:
            yield listener
        finally:
            self._sockets.discard(socket)
            if listener.topic is not None:
                left = self._listeners[listener.topic]
                left.discard(listener)
                if not left:
                    del self._listeners[listener.topic]

    async def close(self) -> None:
        """End all sockets (the process stops); their browsers reconnect."""
        goodbyes = (socket.close(code=1001, message=b"restarting") for socket in set(self._sockets))
        await asyncio.gather(*goodbyes, return_exceptions=True)


async def stream(
    request: web.Request, hub: Hub, find_topic: Callable[[], Awaitable[str | None]]
) -> web.WebSocketResponse:
    """Serve a socket: `find_topic` says what it may hear of, asked again while there is nothing yet."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=_LONGEST_CALL)
    await socket.prepare(request)
    with hub.listening(socket) as listener:
        passing_on = asyncio.create_task(_pass_on(request, socket, listener))
        try:
            await _follow(hub, listener, find_topic)
            async for _ in socket:
                await _follow(hub, listener, find_topic)
        finally:
            passing_on.cancel()
            await asyncio.gather(passing_on, return_exceptions=True)
    return socket


async def _follow(hub: Hub, listener: Listener, find_topic: Callable[[], Awaitable[str | None]]) -> None:
    topic = await find_topic() if listener.topic is None else None
    if topic is not None:
        hub.follow(listener, topic)


async def _pass_on(request: web.Request, socket: web.WebSocketResponse, listener: Listener) -> None:
    try:
        while True:
            await listener.news()
            async with asyncio.timeout(SEND_SECONDS):
                await socket.send_json(_CHANGED)
    except (TimeoutError, ConnectionError):
        if request.transport is not None:
            request.transport.abort()  # a closing handshake would only wait again
