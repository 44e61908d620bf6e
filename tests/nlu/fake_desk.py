"""A desk that answers Rasa's action calls as a test tells it to."""

import asyncio
import threading

from aiohttp import web


def slots(**values):
    """The events of an action that says what is open now."""
    return [{"event": "slot", "name": name, "value": value} for name, value in values.items()]


class FakeDesk:
    """The desk's action server on loopback, in a thread of its own. `does` says how an action behaves."""

    def __init__(self):
        self.does = {}
        self.calls = []
        self.peers = set()
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)

    @property
    def called(self):
        """The actions that were called, in order."""
        return [call["action"] for call in self.calls]

    async def until_the_end(self):
        """Return when the desk closes."""
        await self._ending.wait()

    def reset(self):
        self.does.clear()
        self.calls.clear()
        self.peers.clear()

    def close(self):
        self._loop.call_soon_threadsafe(self._ending.set)
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self):
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/webhook"

    async def _webhook(self, request):
        body, call = await request.read(), await request.json()
        name = call["next_action"]
        self.calls.append({"action": name, "headers": request.headers, "bytes": len(body), "json": call})
        self.peers.add(request.transport.get_extra_info("peername"))
        return await self.does.get(name, answer(name))(self, request)


def answer(text, events=(), before=None):
    """An action that says `text` and sends events; `before` runs first."""

    async def behave(_desk, _request):
        if before:
            before()
        reply = {"text": text, "clause": f"clause.{text}", "version": 2, "choices": []}
        return web.json_response({"events": list(events), "responses": [{"custom": reply}]})

    return behave


def raw(status=200, body=b""):
    """An action that answers with these bytes."""

    async def behave(_desk, _request):
        return web.Response(status=status, body=body, content_type="application/json")

    return behave


async def hang(desk, _request):
    """An action that never answers."""
    await desk.until_the_end()
    return web.Response()


async def die(_desk, request):
    """A desk that is killed inside the action: the connection breaks."""
    request.transport.abort()
    return web.Response()
