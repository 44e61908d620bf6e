"""What the 公众号 calls: WeChat's question whether this address is ours, and what customers do there.

No page of ours asks here, so there is no origin to check; who calls proves it with the account's signature.
Answers are a body for the customer, `success`, or a bare status: nothing tells a stranger what was wrong.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from aiohttp import hdrs, web

from bot.domain.wechat_inbound import Malformed, Trouble
from bot.services.wechat.official_door import OfficialDoor
from bot.web.keys import PARTS

log = logging.getLogger(__name__)

OFFICIAL_PATH = "/wechat"
MOST_BYTES = 64 * 1024
READ_SECONDS = 5.0  # WeChat itself waits no longer
SUCCESS = "success"
_PLAIN = ("", "identity")


class Echoing(Protocol):
    """A door that a platform's page tries before it uses it."""

    def echo(self, query: Mapping[str, str]) -> str:
        """What the page asks to hear; Malformed unless it knows the account's secrets."""


async def check(request: web.Request) -> web.StreamResponse:
    """GET /wechat: the account's page asks, once, whether this address is ours."""
    return echo(request, _door(request))


async def receive(request: web.Request) -> web.StreamResponse:
    """POST /wechat: something that a customer did. It is stored before it is answered."""
    door = _door(request)
    try:
        body = await read_body(request)
        answer = await door.receive(request.query, body, lambda: is_connected(request))
    except Malformed as problem:
        return await hang_up(request, refused(problem))
    except TimeoutError:
        return await hang_up(request, web.Response(status=web.HTTPRequestTimeout.status_code))
    if answer is None:
        return web.Response(text=SUCCESS)
    return web.Response(text=answer, content_type="application/xml")


def routes() -> list[web.RouteDef]:
    """The paths that WeChat calls."""
    return [
        web.get(OFFICIAL_PATH, check, allow_head=False),
        web.post(OFFICIAL_PATH, receive),
    ]


def echo(request: web.Request, door: Echoing) -> web.Response:
    """What a platform's page asks to hear, or a bare status."""
    try:
        return web.Response(text=door.echo(request.query))
    except Malformed as problem:
        return refused(problem)


async def read_body(request: web.Request) -> bytes:
    """The body, if it is small, plain and comes in time; Malformed, TimeoutError."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "").lower() not in _PLAIN:
        raise Malformed(Trouble.SIZE, "a compressed body")
    if (request.content_length or 0) > MOST_BYTES:
        raise Malformed(Trouble.SIZE, f"{request.content_length} bytes announced")
    body = bytearray()
    async with asyncio.timeout(READ_SECONDS):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Malformed(Trouble.SIZE, f"more than {MOST_BYTES} bytes")
    return bytes(body)


def refused(problem: Malformed) -> web.Response:
    """A bare status; the log says why, without anything that came in."""
    log.warning("a callback of WeChat was refused: %s, %s", problem.kind.value, problem.reason)
    return web.Response(status=problem.kind.status)


async def hang_up(request: web.Request, response: web.Response) -> web.Response:
    """Answer and let go of a caller who may still be sending: nothing more of it is read."""
    if request.content.at_eof() or request.can_read_body is False:
        return response
    response.force_close()
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()
    return response


def is_connected(request: web.Request) -> bool:
    """Whether somebody still waits for the answer."""
    return request.transport is not None and not request.transport.is_closing()


def _door(request: web.Request) -> OfficialDoor:
    door = request.app[PARTS].wechat
    if door is None:
        raise web.HTTPNotFound
    return door
