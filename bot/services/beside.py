"""What the team writes beside conversations: notes, tags, saved filters."""

from collections.abc import Collection
from typing import Any

from bot.domain.console import (
    MOST_FILTERS,
    MOST_TAGS,
    Note,
    SavedFilter,
    Tag,
    filter_name,
    note_text,
    tag_name,
)
from bot.domain.errors import InvalidInput
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units


class Beside:
    """Keeps notes, tags and filters; of a conversation its owner and version stay as they are."""

    def __init__(self, units: Units, clock: Clock) -> None:
        self._units, self._clock = units, clock

    async def note(self, conversation_id: str, author_id: str, text: str) -> Note:
        """Write a note that only the team sees; NotFound, InvalidInput."""
        now = self._clock.now()
        note = Note(new_id(now), conversation_id, author_id, note_text(text), now)
        async with self._units() as uow:
            await uow.conversations.get(conversation_id)
            uow.console.add_note(note)
            uow.changed(conversation_id)
            await uow.commit()
        return note

    async def tag(
        self, conversation_id: str, by: str, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> list[str]:
        """Put tags on a conversation and take some off; all that it has then. NotFound, InvalidInput."""
        more, fewer = dict.fromkeys(map(tag_name, add)), {tag_name(name) for name in remove}
        async with self._units() as uow:
            await uow.conversations.get(conversation_id)
            for name in fewer:
                if (found := await uow.console.tag(conversation_id, name)) is not None:
                    await uow.console.remove_tag(found)
            for name in more:
                if await uow.console.tag(conversation_id, name) is None:
                    uow.console.add_tag(Tag(conversation_id, name, self._clock.now(), by))
            await uow.flush()
            tags = await uow.console.tags(conversation_id)
            if len(tags) > MOST_TAGS:
                raise InvalidInput(f"一个会话最多 {MOST_TAGS} 个标签。")
            uow.changed(conversation_id)
            await uow.commit()
        return tags

    async def filters(self, user_id: str) -> list[SavedFilter]:
        """What a person has saved."""
        async with self._units() as uow:
            return await uow.console.filters(user_id)

    async def save_filter(self, user_id: str, name: str, query: dict[str, Any]) -> list[SavedFilter]:
        """Save a filter under a name, instead of an older one; all that there are then. InvalidInput."""
        async with self._units() as uow:
            await uow.console.put_filter(SavedFilter(user_id, filter_name(name), query))
            await uow.flush()
            return await self._kept(uow, user_id)

    async def drop_filter(self, user_id: str, name: str) -> list[SavedFilter]:
        """Forget a saved filter; all that there are then."""
        async with self._units() as uow:
            await uow.console.drop_filter(user_id, name)
            return await self._kept(uow, user_id)

    async def _kept(self, uow: UnitOfWork, user_id: str) -> list[SavedFilter]:
        kept = await uow.console.filters(user_id)
        if len(kept) > MOST_FILTERS:
            raise InvalidInput(f"最多保存 {MOST_FILTERS} 个筛选。")
        await uow.commit()
        return kept
