"""Gives photos and videos out again: to who sent them, and to the people of the desk."""

import logging
from collections.abc import AsyncIterator

from bot.domain.attachment import Attachment, FileState
from bot.domain.errors import NotFound
from bot.domain.people import User
from bot.services import audit
from bot.services.ports import Clock, Files, UnitOfWork, Units
from bot.services.turn import record

log = logging.getLogger(__name__)

OPENED = "file_opened"  # the entry of the case's history: somebody looked at an original


class CustomerFiles:
    """Looks files up; `reading` are units that only read."""

    def __init__(self, units: Units, files: Files, clock: Clock, *, reading: Units) -> None:
        self._units, self._files, self._clock, self._reading = units, files, clock, reading

    async def of_visitor(self, id: str, channel: str, external_id: str) -> Attachment:
        """A visitor's own file, sent or not yet; NotFound for everybody else's."""
        async with self._reading() as uow:
            file = await _ready(uow, id)
        if not file.belongs_to(channel, external_id):
            raise _no_such_file()
        return file

    async def of_conversation(self, id: str) -> Attachment:
        """A file that was sent with a message, for those who may see all conversations; NotFound."""
        async with self._reading() as uow:
            return await _sent(uow, id)

    async def original(self, id: str, by: User) -> Attachment:
        """The same before its original is handed out: who looked at it stands in the case's history."""
        async with self._units() as uow:
            file = await _sent(uow, id)
            if file.case_id is not None:
                case = await uow.cases.get(file.case_id)
                listed = [{"id": file.id, "name": file.name, "sha256": file.sha256}]
                await record(uow, case, OPENED, by.id, self._clock.now(), files=listed)
            else:
                await audit.record(uow, by.id, "original_opened", f"file:{file.id}", now=self._clock.now())
            await uow.commit()
        log.info("%s opened the original of file %s", by.login, file.id)
        return file

    def shown(self, file: Attachment, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of what is shown."""
        return self._files.open(file.shown_key, start, length)

    def kept(self, file: Attachment) -> AsyncIterator[bytes]:
        """The bytes of the original."""
        return self._files.open(file.original_key)


async def _ready(uow: UnitOfWork, id: str) -> Attachment:
    found = await uow.attachments.named([id])
    if not found or found[0].state is not FileState.READY:
        raise _no_such_file()
    return found[0]


async def _sent(uow: UnitOfWork, id: str) -> Attachment:
    file = await _ready(uow, id)
    if file.message_id is None:
        raise _no_such_file()
    return file


def _no_such_file() -> NotFound:
    """The same words whether there is none, or it is none of the asker's business."""
    return NotFound("没有这个文件。")
