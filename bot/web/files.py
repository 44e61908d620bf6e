"""Photos and videos: taken in from customers, given out to who sent them and to the people of the desk."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import hdrs, web

from bot.domain.attachment import Attachment
from bot.domain.errors import InvalidInput
from bot.domain.people import Deed
from bot.web.addresses import address_of
from bot.web.auth import allowed, visitor_of
from bot.web.customer_messages import CHANNEL
from bot.web.customer_view import attachment_json
from bot.web.keys import PARTS, UPLOAD_LIMIT

_IDLE_SECONDS = 60.0  # without a single byte, an upload is given up
_KEPT_SECONDS = 24 * 3600  # by the browser that asked, not by proxies: a file never changes
# Whatever it claims to be, a browser that opens it by itself runs and loads nothing.
_POLICY = "default-src 'none'; sandbox"
_PARTIAL = 206


async def upload(request: web.Request) -> web.Response:
    """POST /api/files?name=…: the raw bytes of one photo or video; 201 once it can be sent."""
    visitor, parts = visitor_of(request), request.app[PARTS]
    for asker in (visitor.id, f"address {address_of(request)}"):
        await request.app[UPLOAD_LIMIT].take_shared(asker)
    name = request.query.get("name", "")
    file = await parts.uploads.receive(CHANNEL, visitor.id, name, _chunks(request))
    return web.json_response(attachment_json(file), status=web.HTTPCreated.status_code)


async def of_visitor(request: web.Request) -> web.StreamResponse:
    """GET /api/files/{id}: what is shown of one's own photo or video."""
    visitor, parts = visitor_of(request), request.app[PARTS]
    file = await parts.files.of_visitor(request.match_info["id"], CHANNEL, visitor.id)
    return await _show(request, file)


async def of_desk(request: web.Request) -> web.StreamResponse:
    """GET /desk/files/{id}: the same for who may see all conversations."""
    await allowed(request, Deed.TALK)
    return await _show(request, await request.app[PARTS].files.of_conversation(request.match_info["id"]))


async def original(request: web.Request) -> web.StreamResponse:
    """GET /desk/files/{id}/original: as it came, to be saved; who took it is written down."""
    agent, files = await allowed(request, Deed.TALK), request.app[PARTS].files
    file = await files.original(request.match_info["id"], agent)
    headers = _headers(file, file.name, "attachment", file.media_type)
    response = web.StreamResponse(headers=headers)
    response.content_length = file.size
    return await _send(request, response, files.kept(file))


async def _show(request: web.Request, file: Attachment) -> web.StreamResponse:
    start, end = _range(request, file.copy_size)
    response = web.StreamResponse(headers=_headers(file, _shown_name(file), "inline", file.copy_type))
    response.headers[hdrs.CACHE_CONTROL] = f"private, max-age={_KEPT_SECONDS}, immutable"
    response.headers[hdrs.ACCEPT_RANGES] = "bytes"
    if (start, end) != (0, file.copy_size):
        response.set_status(_PARTIAL)
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{end - 1}/{file.copy_size}"
    response.content_length = end - start
    return await _send(request, response, request.app[PARTS].files.shown(file, start, end - start))


async def _send(
    request: web.Request, response: web.StreamResponse, chunks: AsyncIterator[bytes]
) -> web.StreamResponse:
    """The file piece by piece; the first is read before anything is answered, so that 404 still can be."""
    first = await anext(chunks, b"")
    await response.prepare(request)
    if request.method != hdrs.METH_HEAD:
        await response.write(first)
        async for chunk in chunks:
            await response.write(chunk)
    await response.write_eof()
    return response


def _range(request: web.Request, size: int) -> tuple[int, int]:
    """From where to where (not included) is asked for; 416 where there is nothing."""
    try:
        wanted = request.http_range
    except ValueError:
        return 0, size
    start, end, _ = wanted.indices(size)
    if start >= end:
        raise web.HTTPRequestRangeNotSatisfiable(headers={hdrs.CONTENT_RANGE: f"bytes */{size}"})
    return start, end


def _headers(file: Attachment, name: str, disposition: str, media_type: str) -> dict[str, str]:
    saved = f'{disposition}; filename="{file.id}{name[name.rfind(".") :]}"'
    return {
        hdrs.CONTENT_TYPE: media_type,
        hdrs.CONTENT_DISPOSITION: f"{saved}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _shown_name(file: Attachment) -> str:
    """The name with the ending of what is shown: 照片.heic is shown as a JPEG."""
    if file.copy_type == file.media_type:
        return file.name
    return f"{file.name.rpartition('.')[0]}.{file.copy_type.partition('/')[2]}"


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    """What the browser sends, piece by piece; InvalidInput if it stops in the middle."""
    pieces = request.content.iter_any()
    while True:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                piece = await anext(pieces, b"")
        except TimeoutError:
            raise InvalidInput("文件没有传完就停下了，请检查网络后再发。") from None
        if not piece:
            return
        yield piece
