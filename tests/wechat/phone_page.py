"""The page that plays customers' phones, in any browser on this machine."""

import asyncio
import logging
from pathlib import Path

from aiohttp import web

from tests.wechat import troubles
from tests.wechat.phones import CUSTOMERS, MENU, SERVICERS, SORTS, templates
from tests.wechat.refusals import Refused

FOLDER = Path(__file__).parent / "page"
REPORT_SECONDS = 1.0
MOST_BYTES = 12 * 1024 * 1024

log = logging.getLogger(__name__)


class PhonePage:
    """Serves the page over `Phones`; deeds go on in the background, as a desk takes up to 15 s to answer."""

    def __init__(self, phones):
        self.phones = phones
        self._going_on = set()
        self._reporting = None
        self.app = web.Application(client_max_size=MOST_BYTES)
        self.app.router.add_get("/", self._file("index.html"))
        self.app.router.add_get("/phone.js", self._file("phone.js"))
        self.app.router.add_get("/phone.css", self._file("phone.css"))
        self.app.router.add_get("/about", self.about)
        self.app.router.add_get("/seen/{channel}/{number:[0-2]}", self.seen)
        self.app.router.add_post("/do/{channel}/{number:[0-2]}", self.do)
        self.app.router.add_post("/photo/{channel}/{number:[0-2]}", self.photo)
        self.app.router.add_post("/platform", self.platform)
        self.app.router.add_get("/media/{media_id}", self.medium)
        self.app.on_startup.append(self._start)
        self.app.on_shutdown.append(self._stop)

    async def about(self, request):
        """What can be chosen."""
        told = {"customers": CUSTOMERS, "menu": MENU, "servicers": SERVICERS, "sorts": SORTS}
        return web.json_response(told | {"troubles": troubles.NAMES, "templates": templates()})

    async def seen(self, request):
        """The screen of one customer, and what the platform knows of them."""
        channel, number = _whom(request)
        return web.json_response(self.phones.seen(channel, number) | {"pending": len(self._going_on)})

    async def do(self, request):
        """Something the customer does."""
        channel, number = _whom(request)
        told = await request.json()
        self._begin(self.phones.do(channel, number, told["deed"], told))
        return web.json_response({})

    async def photo(self, request):
        """A photo the customer sends: the bytes as they are."""
        channel, number = _whom(request)
        content = await request.read()
        self._begin(self.phones.photo(channel, number, content, request.content_type))
        return web.json_response({})

    async def platform(self, request):
        """Turn the clock (`turn`, seconds), begin a `trouble`, or change the account's `sort`."""
        told = await request.json()
        if "turn" in told:
            self.phones.turn(float(told["turn"]))
        if "trouble" in told:
            self.phones.befall(told["trouble"])
        if "sort" in told:
            self.phones.become(told["sort"])
        return web.json_response({})

    async def medium(self, request):
        """A picture either side sent."""
        try:
            found = self.phones.medium(request.match_info["media_id"])
        except Refused:
            raise web.HTTPNotFound from None
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=found.content, content_type=found.content_type, headers=headers)

    def _begin(self, deed):
        task = asyncio.create_task(deed)
        self._going_on.add(task)
        task.add_done_callback(self._done)

    def _done(self, task):
        self._going_on.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("what the phone did went wrong", exc_info=task.exception())

    def _file(self, name):
        async def serve(request):
            return web.FileResponse(FOLDER / name, headers={"Cache-Control": "no-store"})

        return serve

    async def _start(self, app):
        self._reporting = asyncio.create_task(self._report())

    async def _report(self):
        """Tell the desk how its template messages went, as the platform does a moment later."""
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            if self.phones.fake.official.finished_jobs:
                self._begin(self.phones.official.tell_finished_jobs())

    async def _stop(self, app):
        for task in (self._reporting, *self._going_on):
            task.cancel()


def _whom(request):
    return request.match_info["channel"], int(request.match_info["number"])
