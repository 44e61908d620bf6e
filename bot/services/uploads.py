"""Takes photos and videos in: streamed, looked into, limited; and deletes what nobody used."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.attachment import UNUSED_FOR, Attachment, FileState, Kind, clean_name
from bot.domain.errors import InvalidInput, TooLarge, TooManyRequests
from bot.services.ids import new_id
from bot.services.ports import Clock, Content, Files, Media, UnitOfWork, Units

log = logging.getLogger(__name__)

_A_DAY = timedelta(hours=24)
_MEGABYTE = 1024 * 1024
_NAMES = {Kind.IMAGE: "照片", Kind.VIDEO: "视频"}


@dataclass(frozen=True)
class UploadLimits:
    """Megabytes of one photo and one video; files and megabytes of one visitor in 24 hours."""

    photo: int = 15
    video: int = 50
    files_a_day: int = 60
    a_day: int = 300

    def of(self, kind: Kind) -> int:
        """Megabytes of one file."""
        return self.photo if kind is Kind.IMAGE else self.video


class Uploads:
    """What visitors upload. A file is theirs alone until they send it with a message."""

    def __init__(
        self, units: Units, files: Files, media: Media, clock: Clock, limits: UploadLimits | None = None
    ) -> None:
        self._units, self._files, self._media, self._clock = units, files, media, clock
        self._limits = limits or UploadLimits()

    async def receive(
        self, channel: str, external_id: str, name: str, chunks: AsyncIterator[bytes]
    ) -> Attachment:
        """Keep what a visitor sends; the same content again, while unused, gives the same attachment.

        InvalidInput for what is no photo or video, or damaged; TooLarge; TooManyRequests.
        """
        incoming = _Incoming(chunks)
        content = self._media.content(await incoming.first(self._media.first_bytes))
        file = await self._announce(channel, external_id, name, content)
        async with self._or_nothing(file):
            incoming.limit(file.kind, self._limits.of(file.kind))
            await self._files.put(file.original_key, incoming.all())
            file.size, file.sha256 = incoming.size, incoming.sha256
            await self._look_into(file)
            return await self._finish(file)

    async def purge(self) -> int:
        """Delete what no message used within 24 hours; how many files that were.

        First the row says so, then the bytes go, then the row: whatever is interrupted goes on next time.
        """
        async with self._units() as uow:
            await uow.attachments.give_up_unused(self._clock.now() - UNUSED_FOR)
            await uow.commit()
        async with self._units() as uow:
            going = await uow.attachments.going()
        for file in going:
            await self._delete(file)
        return len(going)

    async def _announce(self, channel: str, external_id: str, name: str, content: Content) -> Attachment:
        """Write down what is coming, unless this visitor has sent enough for a day."""
        now = self._clock.now()
        async with self._units() as uow:
            sent = await uow.attachments.sent(channel, external_id, now - _A_DAY)
            if sent.files >= self._limits.files_a_day or sent.bytes >= self._limits.a_day * _MEGABYTE:
                raise TooManyRequests("您今天发的照片和视频已经很多了，请明天再发，或先用文字告诉我们。")
            file = Attachment(
                id=new_id(now),
                channel=channel,
                external_id=external_id,
                kind=content.kind,
                name=clean_name(name, content.kind, content.media_type),
                media_type=content.media_type,
                copy_type=content.media_type,
                created_at=now,
            )
            uow.attachments.add(file)
            await uow.commit()
        return file

    @asynccontextmanager
    async def _or_nothing(self, file: Attachment) -> AsyncIterator[None]:
        """A refused or broken upload leaves nothing behind; what a crash leaves, `purge` finds."""
        try:
            yield
        except BaseException:
            await self._delete(file)
            raise

    async def _look_into(self, file: Attachment) -> None:
        if file.kind is Kind.VIDEO:
            await self._measure(file)
            return
        photo = b"".join([piece async for piece in self._files.open(file.original_key)])
        shown = await self._media.shown(photo)
        await self._files.put(file.shown_key, _once(shown.data))
        file.copy_type, file.copy_size = shown.media_type, len(shown.data)
        file.width, file.height = shown.width, shown.height

    async def _measure(self, file: Attachment) -> None:
        async def read(start: int, length: int) -> bytes:
            return b"".join([piece async for piece in self._files.open(file.original_key, start, length)])

        size = await self._media.video_size(read, file.size, file.media_type)
        file.copy_size = file.size
        file.width, file.height = size or (None, None)

    async def _finish(self, file: Attachment) -> Attachment:
        """From here on it can be used; a page that never heard so and sent it again gets the first one."""
        async with self._units() as uow:
            twin = await uow.attachments.unused_twin(file)
            if twin is None:
                await _store(uow, file)
                await uow.commit()
                return file
        await self._delete(file)
        return twin

    async def _delete(self, file: Attachment) -> None:
        for key in dict.fromkeys((file.shown_key, file.original_key)):
            await self._files.delete(key)
        async with self._units() as uow:
            await uow.attachments.remove(file)
            await uow.commit()


async def _store(uow: UnitOfWork, file: Attachment) -> None:
    row = await uow.attachments.get(file.id)
    row.state = file.state = FileState.READY
    row.size, row.sha256 = file.size, file.sha256
    row.copy_type, row.copy_size = file.copy_type, file.copy_size
    row.width, row.height = file.width, file.height


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


class _Incoming:
    """A stream of which the beginning was looked at, counted and hashed while it passes."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks, self._begun, self._hash = chunks, b"", hashlib.sha256()
        self._most, self._refusal = 0, ""
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of what has passed, in hex."""
        return self._hash.hexdigest()

    def limit(self, kind: Kind, megabytes: int) -> None:
        """How much may pass."""
        self._most = megabytes * _MEGABYTE
        self._refusal = f"这个{_NAMES[kind]}太大了，最多 {megabytes} MB，请压缩或剪短后再发。"

    async def first(self, length: int) -> bytes:
        """The first bytes, without taking them away; InvalidInput if there are none at all."""
        async for chunk in self._chunks:
            self._begun += chunk
            if len(self._begun) >= length:
                break
        if not self._begun:
            raise InvalidInput("这个文件是空的，请重新选择。")
        return self._begun[:length]

    async def all(self) -> AsyncIterator[bytes]:
        """Everything; TooLarge as soon as it is too much."""
        yield self._count(self._begun)
        async for chunk in self._chunks:
            yield self._count(chunk)

    def _count(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        if self.size > self._most:
            raise TooLarge(self._refusal)
        self._hash.update(chunk)
        return chunk
