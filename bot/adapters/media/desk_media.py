"""Looks into photos and videos (ports.Media)."""

import asyncio
import json
import sys
from pathlib import Path

from bot.adapters.media import containers
from bot.domain.attachment import Kind
from bot.domain.errors import InvalidInput, TooLarge
from bot.services.ports import Content, Shown
from bot.services.ports.files import ReadAt

SIDE = 1600  # pixels of the longer side of what is shown
MOST_PIXELS = 55_000_000  # what cameras of phones make, and a decoder holds in memory
_AT_ONCE = 2
_SECONDS = 40.0  # of one photo; the program gives up by itself before
_PROGRAM = Path(__file__).with_name("reduce_photo.py")
_MOST_BOXES = 500
_MOST_HEADER = 8 * 1024 * 1024  # bytes of a video that tell of its tracks
_WEBM_HEADER = 256 * 1024
_DAMAGED_PHOTO = "这张照片打不开，可能没有传完或已损坏。请重新选一张，或截屏后再发。"
_DAMAGED_VIDEO = "这段视频打不开，可能没有传完或已损坏。请重新选一段再发。"


class DeskMedia:
    """Photos are decoded in a process of their own, two at a time; videos are not decoded at all."""

    first_bytes = containers.FIRST_BYTES

    def __init__(self, most_pixels: int = MOST_PIXELS) -> None:
        self._most_pixels = most_pixels
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def content(self, first: bytes) -> Content:
        """The type by content; InvalidInput for what the desk doesn't take."""
        found = containers.media_type(first)
        if found is None:
            raise InvalidInput(
                "这里只能发照片(JPEG、PNG、WebP、GIF、HEIC)和短视频(MP4、MOV、WebM)，请换一个文件。"
            )
        return Content(Kind(found.partition("/")[0]), found)

    async def shown(self, photo: bytes) -> Shown:
        """The photo as it is shown; InvalidInput if it is damaged or something else, TooLarge."""
        async with self._slots:
            status, said = await self._run(photo)
        if status == 0:
            about, _, data = said.partition(b"\n")
            values = json.loads(about)
            return Shown(values["type"], values["width"], values["height"], data)
        if said.strip() == b"large":
            raise TooLarge(
                f"这张照片的像素太多（最多约 {self._most_pixels // 10_000} 万像素），请缩小后再发。"
            )
        raise InvalidInput(_DAMAGED_PHOTO)

    async def video_size(self, read: ReadAt, size: int, media_type: str) -> tuple[int, int] | None:
        """Width and height of a video's picture, None where a WebM doesn't tell; InvalidInput without one."""
        if media_type == "video/webm":
            return containers.webm_size(await read(0, min(size, _WEBM_HEADER)))
        header = await _movie_header(read, size)
        found = containers.mp4_size(header) if header else None
        if found is None:
            raise InvalidInput(_DAMAGED_VIDEO)
        return found

    async def _run(self, photo: bytes) -> tuple[int | None, bytes]:
        """Status and output of the program; it gets none of the desk's environment, which holds secrets."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_PROGRAM), str(self._most_pixels), str(SIDE),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={},
        )  # fmt: skip
        try:
            output, _ = await asyncio.wait_for(process.communicate(photo), _SECONDS)
        except TimeoutError:
            return None, b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode, output


async def _movie_header(read: ReadAt, size: int) -> bytes | None:
    """The contents of the `moov` box; None without one, or if the file ends within a box."""
    place, found = 0, None
    for _ in range(_MOST_BOXES):
        if place + 8 > size:
            break
        length, kind, head = containers.read_box(await read(place, 16))
        end = size if length == 0 else place + length
        if end < place + head or end > size:
            return None
        if kind == b"moov":
            found = await read(place + head, min(end - place - head, _MOST_HEADER))
        place = end
    return found
