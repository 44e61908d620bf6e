"""A customer's page without a browser: what it says on the socket, and what it hears."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import WSMsgType

PATIENCE = 5  # seconds


class Page:
    """One open page of a visitor, which keeps the lines that it was sent."""

    def __init__(self, socket, seqs):
        self.socket, self.seqs = socket, seqs
        self.lines = []
        self.view = None

    async def say(self, kind, **more):
        await self.socket.send_str(json.dumps({"type": kind, **more}))

    async def hear(self):
        """The next frame."""
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
        assert isinstance(message.data, str), message
        frame = json.loads(message.data)
        if frame["type"] == "lines":
            self.view = frame
            self.lines += frame["messages"]
            self.seqs += [line["seq"] for line in frame["messages"]]
        return frame

    async def until(self, holds):
        """Hear frames until one is as wanted: that one."""
        while not holds(frame := await self.hear()):
            pass
        return frame

    async def next(self, kind):
        return await self.until(lambda frame: frame["type"] == kind)

    async def shows(self, *texts):
        """Hear frames until these are the lines."""
        while [line["text"] for line in self.lines] != list(texts):
            await self.hear()

    async def closed(self):
        """The code with which the desk closed the socket."""
        while True:
            message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
            if message.type is WSMsgType.CLOSE:
                return message.data
            if message.type is not WSMsgType.TEXT:
                return self.socket.close_code


@asynccontextmanager
async def page(client, token, after=None, seqs=None):
    """A page that says hello; `seqs` collects the places of all lines that a visitor's pages get."""
    async with client.ws_connect("/ws") as socket:
        opened = Page(socket, [] if seqs is None else seqs)
        await opened.say("hello", token=token, after=after)
        yield opened
