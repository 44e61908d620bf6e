"""A wire between two processes that can be cut, fall silent, or grow slow."""

import asyncio
from contextlib import suppress

HERE = "127.0.0.1"
BROKEN = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
)
SLOW_S = 3.0
_CHUNK = 65536


class Proxy:
    """`async with Proxy(port) as wire:` listens on `wire.port` and passes on to `port`.

    `open()` is how it begins. `cut()` resets all connections and refuses new ones. `silent()` passes nothing
    on and closes nothing; what was connected then stays silent for good, as when the other machine is gone.
    `slow()` holds up each answer; `failing()` answers 500 itself.
    """

    def __init__(self, target, port=0):
        self.target, self.port = target, port
        self.mode, self._links, self._tasks = "open", set(), set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, HERE, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def open(self):
        self.mode = "open"

    def cut(self):
        self.mode = "cut"
        self._drop()

    def silent(self):
        self.mode = "silent"
        for link in self._links:
            link.dead = True

    def slow(self):
        self.mode = "slow"

    def failing(self):
        self.mode = "failing"
        self._drop()

    def _drop(self):
        for link in list(self._links):
            link.reset()

    async def _accept(self, reader, writer):
        if self.mode == "cut":
            writer.transport.abort()
            return
        link, task = _Link(self, writer), asyncio.current_task()
        self._links.add(link)
        self._tasks.add(task)
        try:
            await (self._refuse(reader, writer) if self.mode == "failing" else link.run(reader))
        except (OSError, asyncio.CancelledError):  # cancelled at the end only: the server logs it otherwise
            pass
        finally:
            self._links.discard(link)
            self._tasks.discard(task)
            link.reset()

    async def _refuse(self, reader, writer):
        await reader.read(_CHUNK)
        writer.write(BROKEN)
        await writer.drain()
        writer.close()
        await asyncio.sleep(0.05)


class _Link:
    """One connection and what it is passed on to."""

    def __init__(self, proxy, writer):
        self._proxy, self._near, self._far = proxy, writer, None
        self.dead = proxy.mode == "silent"

    async def run(self, reader):
        if self.dead:
            await self._swallow(reader)
            return
        answers, self._far = await asyncio.open_connection(HERE, self._proxy.target)
        ways = (self._pass(reader, self._far), self._pass(answers, self._near, answering=True))
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def reset(self):
        for end in filter(None, (self._near, self._far)):
            end.transport.abort()

    async def _pass(self, reader, writer, *, answering=False):
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if self.dead:
                    await self._swallow(reader)
                    return
                if answering and self._proxy.mode == "slow":
                    await asyncio.sleep(SLOW_S)
                writer.write(chunk)
                await writer.drain()
            if self.dead:
                await asyncio.Event().wait()

    @staticmethod
    async def _swallow(reader):
        while await reader.read(_CHUNK):
            pass
