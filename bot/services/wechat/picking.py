"""Which of the choices that stand in a chat the customer means: by tapping, by its number, by its words."""

from collections.abc import Mapping

from bot.domain.conversation import Author
from bot.domain.wechat import picked
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_LOOKED_BACK = 6  # lines in which our last one may stand
_MENUS_BACK = 20  # in which a menu that was tapped may stand


async def choice_in(
    uow: UnitOfWork, words: Words, conversation_id: str, text: str, menu_id: str = ""
) -> Mapping[str, str] | None:
    """The choice ("id", "text") that this message picks, or None.

    Tapped (`menu_id`), it may be an older one; typed, only the last line of ours counts.
    """
    looked_back = _MENUS_BACK if menu_id else _LOOKED_BACK
    latest = await uow.messages.latest(conversation_id, limit=looked_back)
    ours = [line for line in reversed(latest) if line.author is not Author.CUSTOMER]
    if menu_id:
        return _row([row for line in ours for row in line.choices], menu_id)
    if not ours or not ours[0].choices:
        return None
    return _row(ours[0].choices, picked(text, ours[0].choices, lambda said: words.in_script(said, "hans")))


def _row(rows: list[dict[str, str]], id: str | None) -> Mapping[str, str] | None:
    return next((row for row in rows if row["id"] == id), None)
