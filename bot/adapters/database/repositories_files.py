"""The repository of uploaded photos and videos."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select, update

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import attachments
from bot.domain.attachment import Attachment, FileState
from bot.services.ports.files import Sent

_IN_ORDER = (attachments.c.created_at, attachments.c.id)


class SqlAttachments(Repository):
    """What is known of uploaded files (ports.Attachments)."""

    def add(self, attachment: Attachment) -> None:
        """Take a new one in."""
        self._session.add(attachment)

    async def get(self, id: str) -> Attachment:
        """By id; NotFound."""
        return await self._get(Attachment, id)

    async def named(self, ids: Collection[str]) -> list[Attachment]:
        """Those of these ids that there are, in any order."""
        return await self._all(select(Attachment).where(attachments.c.id.in_(ids))) if ids else []

    async def of_messages(self, message_ids: Collection[str]) -> list[Attachment]:
        """Those that came with these messages, in the order in which they were uploaded."""
        if not message_ids:
            return []
        theirs = select(Attachment).where(attachments.c.message_id.in_(message_ids))
        return await self._all(theirs.order_by(*_IN_ORDER))

    async def of_case(self, case_id: str) -> list[Attachment]:
        """Those that belong to a case, in the order in which they were uploaded."""
        mine = select(Attachment).where(attachments.c.case_id == case_id)
        return await self._all(mine.order_by(*_IN_ORDER))

    async def without_case(self, conversation_id: str, since: datetime) -> list[Attachment]:
        """Those uploaded since then that came in a conversation and belong to no case yet."""
        found = select(Attachment).where(
            attachments.c.conversation_id == conversation_id,
            attachments.c.created_at >= since,
            attachments.c.case_id.is_(None),
        )
        return await self._all(found.order_by(*_IN_ORDER))

    async def unused_twin(self, new: Attachment) -> Attachment | None:
        """Another one of the same visitor and content that no message has used yet."""
        alike = select(Attachment).where(
            attachments.c.channel == new.channel,
            attachments.c.external_id == new.external_id,
            attachments.c.sha256 == new.sha256,
            attachments.c.state == FileState.READY,
            attachments.c.message_id.is_(None),
            attachments.c.id != new.id,
        )
        return await self._first(alike.order_by(*_IN_ORDER).limit(1))

    async def sent(self, channel: str, external_id: str, since: datetime) -> Sent:
        """How much a visitor uploaded since then."""
        counted = select(func.count(), func.coalesce(func.sum(attachments.c.size), 0)).where(
            attachments.c.channel == channel,
            attachments.c.external_id == external_id,
            attachments.c.created_at >= since,
        )
        with races_as_conflicts():
            files, size = (await self._session.execute(counted)).one()
        return Sent(int(files), int(size))

    async def give_up_unused(self, before: datetime) -> None:
        """Mark as going what was uploaded before then and no message has used.

        The row's version goes up, so that a message that takes one at the same moment meets a Conflict.
        """
        unused = (attachments.c.message_id.is_(None), attachments.c.created_at < before)
        given_up = update(attachments).where(*unused, attachments.c.state != FileState.GOING)
        version = attachments.c.row_version + 1
        with races_as_conflicts():
            await self._session.execute(given_up.values(state=FileState.GOING, row_version=version))

    async def going(self, limit: int = 100) -> list[Attachment]:
        """What is to be deleted."""
        found = select(Attachment).where(
            attachments.c.message_id.is_(None), attachments.c.state == FileState.GOING
        )
        return await self._all(found.order_by(*_IN_ORDER).limit(limit))

    async def remove(self, attachment: Attachment) -> None:
        """Forget one."""
        with races_as_conflicts():
            await self._session.execute(delete(attachments).where(attachments.c.id == attachment.id))
