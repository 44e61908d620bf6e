"""An id for each request: on every line of the log that it causes, and in its answer."""

import re
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler
from structlog.contextvars import bound_contextvars

HEADER = "X-Request-ID"
_HARMLESS = re.compile(r"[0-9A-Za-z._-]{8,64}")
_BYTES = 8
_ID = web.RequestKey("request_id", str)


@web.middleware
async def know_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take the id that a proxy gave it, if it is harmless, or make one."""
    given = request.headers.get(HEADER, "")
    request[_ID] = given if _HARMLESS.fullmatch(given) else secrets.token_hex(_BYTES)
    with bound_contextvars(request=request[_ID]):
        return await handler(request)


def id_of(request: web.Request) -> str:
    """The id of a request that `know_request` has seen; else nothing."""
    found: str = request.get(_ID, "")
    return found


async def tell(request: web.Request, response: web.StreamResponse) -> None:
    """Tell it in the answer."""
    if _ID in request:
        response.headers[HEADER] = request[_ID]
