"""Pages, scripts and styles travel compressed: customers are on phones."""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from aiohttp.web_response import ContentCoding

_TEXTS = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
_WORTH_IT = 1024  # bytes
# What may be answered with a part of a file, or with a 304: aiohttp would send the end of an empty archive as
# the 304's body, and browsers take that for the beginning of the next answer.
_PARTIAL = (hdrs.RANGE, hdrs.IF_NONE_MATCH, hdrs.IF_MODIFIED_SINCE)


@web.middleware
async def compress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Compress what is the same for everybody; never answers that hold a conversation, or part of a file."""
    response = await handler(request)
    if not request.path.startswith("/desk") and _may_be_compressed(request) and _is_text(request, response):
        response.enable_compression(ContentCoding.gzip)
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    return response


def _may_be_compressed(request: web.Request) -> bool:
    partial = request.method != hdrs.METH_GET or any(name in request.headers for name in _PARTIAL)
    return not partial and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower()


def _is_text(request: web.Request, response: web.StreamResponse) -> bool:
    if request.path.startswith("/static/"):
        return request.path.endswith((".js", ".css"))
    long = (response.content_length or 0) > _WORTH_IT
    return isinstance(response, web.Response) and long and response.content_type in _TEXTS
