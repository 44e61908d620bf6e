"""What may go wrong on the way to the platform and back, by path and a number of times."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from tests.wechat.refusals import said

ANYWHERE = "*"


@dataclass
class Fault:
    """`after` means: what was asked for is done first, and only the answer goes wrong."""

    kind: str
    value: object = None
    times: int | None = 1
    after: bool = False


class Faults:
    """Faults wait in order for calls of their path; `times=None` stays until `clear`."""

    def __init__(self):
        self._waiting = {}
        self._let_go = asyncio.Event()

    def code(self, path, code, times=1, *, after=False):
        """Answer with an errcode (-1 busy, 40001 …) without doing anything, or `after` having done it."""
        self._add(path, Fault("code", code, times, after))

    def status(self, path, status=502, times=1, *, after=False):
        """Answer with an HTTP error, as Tencent's gateways do."""
        self._add(path, Fault("status", status, times, after))

    def html(self, path, times=1):
        """Answer with a page and HTTP 200, as middle boxes do."""
        self._add(path, Fault("html", None, times))

    def reset(self, path, times=1, *, after=False):
        """Cut the connection; `after`: the message has been delivered by then."""
        self._add(path, Fault("reset", None, times, after))

    def hang(self, path, times=1, *, after=False):
        """Never answer, until `release`."""
        self._add(path, Fault("hang", None, times, after))

    def delay(self, path, seconds, times=1):
        """Answer late, by real seconds: for the phone's page; tests let it hang."""
        self._add(path, Fault("delay", seconds, times))

    def clear(self):
        self._waiting.clear()
        self.release()

    def release(self):
        """Let those go who hang; from now on a new hang waits for the next release."""
        self._let_go.set()
        self._let_go = asyncio.Event()

    def waiting(self, path):
        """The faults that still wait for calls of `path`."""
        return list(self._waiting.get(path, ()))

    def take(self, path):
        """The fault that befalls this call, or None."""
        for where in (path, ANYWHERE):
            waiting = self._waiting.get(where)
            if waiting:
                fault = waiting[0]
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        waiting.pop(0)
                return fault
        return None

    async def befall(self, fault, request):
        """Do what the fault does; gives the answer to send instead, or None for the true one."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.value)
            return None
        if fault.kind == "hang":
            await self._let_go.wait()
            return web.json_response(said(-1))
        if fault.kind == "code":
            return web.json_response(said(fault.value))
        if fault.kind == "status":
            return web.Response(status=fault.value, text="<html><h1>Bad Gateway</h1></html>")
        if fault.kind == "reset" and request.transport is not None:
            request.transport.abort()
        return web.Response(
            text="<html><h1>Welcome to the hotel's network</h1></html>", content_type="text/html"
        )

    def _add(self, path, fault):
        self._waiting.setdefault(path, []).append(fault)
