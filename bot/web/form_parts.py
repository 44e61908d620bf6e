"""A form with files, read as it comes: what was typed, and each file piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError
from multidict import MultiDict

from bot.domain.errors import InvalidInput, TooLarge

_LONGEST = 256 * 1024  # bytes of everything that was typed
_IDLE_SECONDS = 60.0  # without a single byte, a file is given up
_BROKEN = "表单没有传完整，请刷新后再试。"

# Takes a file's name and bytes, and gives what the form goes on with in its place.
Keep = Callable[[str, AsyncIterator[bytes]], Awaitable[str]]


async def read_form(request: web.Request, keep: Keep) -> MultiDict[str]:
    """What was typed, by name; of a file what `keep` makes of it. InvalidInput, TooLarge, and `keep`'s."""
    if not request.content_type.startswith("multipart/"):
        form = await request.post()
        return MultiDict((name, value) for name, value in form.items() if isinstance(value, str))
    found: MultiDict[str] = MultiDict()
    left = _LONGEST
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise InvalidInput(_BROKEN)
            if part.filename is not None:
                await _file(part, part.name, part.filename, keep, found)
                continue
            typed = await _typed(part, left)
            left -= len(typed)
            found.add(part.name, typed.decode(errors="replace"))
    except (ValueError, AssertionError, HttpProcessingError):  # aiohttp's words for a form that is none
        raise InvalidInput(_BROKEN) from None
    return found


async def _typed(part: BodyPartReader, most: int) -> bytes:
    text = bytearray()
    while chunk := await part.read_chunk():
        text += chunk
        if len(text) > most:
            raise TooLarge("内容太长了，请缩短后再试。")
    return bytes(text)


async def _file(part: BodyPartReader, name: str, filename: str, keep: Keep, found: MultiDict[str]) -> None:
    """An empty file field comes as a file without a name."""
    if filename:
        found.add(name, await keep(filename, _chunks(part)))
    else:
        await part.release()


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                chunk = await part.read_chunk()
        except TimeoutError:
            raise InvalidInput("文件没有传完就停下了，请检查网络后再发。") from None
        if not chunk:
            return
        yield chunk
