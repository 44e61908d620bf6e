"""Who has read what: both sides see under their own lines that the other one has seen them."""

from bot.services.ports import Units


class ReadMarks:
    """Notes up to which line a conversation was read; a mark only ever moves forward."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def by_customer(self, channel: str, external_id: str, seq: int) -> None:
        """The customer has read up to line `seq` of their own conversation."""
        async with self._units() as uow:
            found = await uow.conversations.seen_by_customer(channel, external_id)
            if found and await uow.conversations.note_read(found[0].id, seq, by_agent=False):
                uow.changed(found[0].id)
                await uow.commit()

    async def by_agent(self, conversation_id: str, seq: int) -> None:
        """A person of the desk has read up to line `seq`."""
        async with self._units() as uow:
            if await uow.conversations.note_read(conversation_id, seq, by_agent=True):
                uow.changed(conversation_id)
                await uow.commit()
