"""How a customer's page reaches the desk: by asking again and again, or by its socket. Neither gives up."""

import asyncio
import json
from contextlib import suppress

import aiohttp

LOOK_S = 0.1
TROUBLE = (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError)
_ASKED_WITHIN_S = 5.0
_PING_EVERY_S = 5.0
_HEARTBEAT_S = 20.0  # after half of it without an answer the socket counts as dead


def session_of(**headers):
    """A browser's session, which waits for no answer for long."""
    timeout = aiohttp.ClientTimeout(total=_ASKED_WITHIN_S)
    return aiohttp.ClientSession(timeout=timeout, headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True))


async def insisting(ask):
    """What `ask()` gives, asked again until there is an answer; an empty list is one."""
    while True:
        with suppress(*TROUBLE):
            given = await ask()
            if given is not None:
                return given
        await asyncio.sleep(LOOK_S)


class Asking:
    """A page without a socket."""

    whole = True  # it keeps nothing

    def __init__(self, session, address, token):
        self._session, self._url = session, f"{address}/api/messages"
        session.headers["Authorization"] = f"Bearer {token}"

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass

    async def send(self, body):
        """The acknowledgement of a message."""
        return await insisting(lambda: self._post(body))

    async def said_after(self, seq):
        """What others have said after this line."""
        return await insisting(lambda: self._lines(seq))

    async def wait(self):
        """Until it is worth while to look again."""
        await asyncio.sleep(LOOK_S)

    async def _post(self, body):
        async with self._session.post(self._url, json=body) as answer:
            assert answer.status in (200, 201, 429) or answer.status >= 500, await answer.text()
            return await answer.json() if answer.status in (200, 201) else None

    async def _lines(self, seq):
        async with self._session.get(self._url, params={"after": seq}) as answer:
            if answer.status != 200:
                return None
            lines = (await answer.json())["messages"]
            return [line for line in lines if line["author"] != "customer"]


class Socket:
    """A page with a socket, opened anew wherever it breaks: it goes on behind the last line that it has."""

    def __init__(self, session, address, token):
        self._session, self._url, self._token = session, f"{address}/ws", token
        self.lines, self._stored, self._pending = [], {}, None
        self._open, self._news = None, asyncio.Event()

    async def __aenter__(self):
        self._staying = asyncio.create_task(self._stay())
        return self

    async def __aexit__(self, *error):
        self._staying.cancel()
        await asyncio.gather(self._staying, return_exceptions=True)

    async def send(self, body):
        """The acknowledgement of a message, which is sent again on every socket until it comes."""
        self._pending = {"type": "send", **body}
        if self._open is not None:
            with suppress(*TROUBLE):
                await self._open.send_json(self._pending)
        while body["client_id"] not in self._stored:
            await self.wait()
        self._pending = None
        return self._stored[body["client_id"]]

    async def said_after(self, seq):
        """What others have said after this line, as far as it came."""
        return [line for line in self.lines if line["seq"] > seq and line["author"] != "customer"]

    async def wait(self):
        """Until something comes; in a long silence the page shows that it is there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PING_EVERY_S):
                await self._news.wait()
        if not self._news.is_set() and self._open is not None:
            with suppress(*TROUBLE):
                await self._open.send_json({"type": "ping"})
        self._news.clear()
        if self._staying.done():
            self._staying.result()

    @property
    def whole(self):
        """Whether the page has every line once and in order."""
        return [line["seq"] for line in self.lines] == list(range(1, len(self.lines) + 1))

    async def _stay(self):
        try:
            while True:
                with suppress(*TROUBLE):
                    async with self._session.ws_connect(self._url, heartbeat=_HEARTBEAT_S) as socket:
                        await self._hear(socket)
                self._open = None
                await asyncio.sleep(LOOK_S)
        finally:
            self._news.set()

    async def _hear(self, socket):
        after = self.lines[-1]["seq"] if self.lines else None
        await socket.send_json({"type": "hello", "token": self._token, "after": after})
        self._open = socket
        if self._pending is not None:
            await socket.send_json(self._pending)
        async for message in socket:
            if (
                message.type is not aiohttp.WSMsgType.TEXT
            ):  # silence, or something broken: a new one is opened
                return
            frame = json.loads(message.data)
            if frame["type"] == "refused":
                assert frame["status"] == 429 or frame["status"] >= 500, frame
                return
            self._take(frame)

    def _take(self, frame):
        if frame["type"] == "stored":
            self._stored[frame["client_id"]] = frame
        elif frame["type"] == "lines":
            self.lines += frame["messages"]
        self._news.set()


class Spread(Socket):
    """A page behind a load balancer: its socket is at one desk, and what it sends comes to another."""

    def __init__(self, session, address, token, *, other):
        super().__init__(session, address, token)
        self._other = Asking(session, other, token)

    async def send(self, body):
        """The acknowledgement of a message."""
        return await self._other.send(body)
