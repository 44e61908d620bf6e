"""Files in a folder (ports.Files): readable by their owner only, written whole or not at all."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bot.adapters.folders import make_private
from bot.domain.errors import ConfigurationError, NotFound

_PIECE = 256 * 1024  # bytes read at once
KEY = re.compile(r"[0-9a-z]{8,64}\.[a-z]{1,16}")
_SPREAD = slice(10, 12)  # of an id: its first ten characters tell the time, and are alike for years


def place_of(key: str) -> str:
    """Where a file lies in the folder; ValueError when `key` is none."""
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a file")
    return f"{key[_SPREAD]}/{key}"


class FolderFiles:
    """A folder outside of the web root, spread over subfolders; several machines share it by mounting it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder; ConfigurationError if it can't be made or written to."""
        try:
            make_private(self._folder)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
        except OSError as problem:
            raise ConfigurationError(
                f"存放照片和视频的文件夹 {self._folder} 不能用（{problem.strerror}）：请改正 KESU_FILES。"
            ) from problem

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep a file, whole or, if `chunks` raises, not at all; an older one of this key is replaced."""
        path = self._path(key)
        handle, name = await asyncio.to_thread(_begin, path)
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_finish, file)
            await asyncio.to_thread(Path(name).replace, path)
        except BaseException:  # cancelled, too: a customer's half photo must not stay
            _discard(name)
            raise

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Its bytes from `start` on, at most `length`; NotFound before the first of them."""
        try:
            file = await asyncio.to_thread(self._path(key).open, "rb")
        except FileNotFoundError:
            raise NotFound("这个文件已经不在了。") from None
        with file:
            await asyncio.to_thread(file.seek, start)
            left = length
            while left is None or left > 0:
                wanted = _PIECE if left is None else min(_PIECE, left)
                piece = await asyncio.to_thread(file.read, wanted)
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece

    async def delete(self, key: str) -> None:
        """Delete it, if it is there."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / place_of(key)


def _begin(path: Path) -> tuple[int, str]:
    make_private(path.parent)
    return tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)  # mkstemp makes it 0600


def _discard(name: str) -> None:
    with suppress(OSError):
        Path(name).unlink(missing_ok=True)


def _finish(file: BinaryIO) -> None:
    """What is acknowledged survives a power cut."""
    file.flush()
    os.fsync(file.fileno())
