"""What is kept of a message to train with: nothing personal, whoever typed it."""

from collections.abc import Mapping, Sequence

from bot.domain import placeholders
from bot.domain.conversation import Message
from bot.domain.correction import LONGEST_PART, Marked, Part
from bot.domain.errors import InvalidInput
from bot.domain.reading import Entity, Reading
from bot.services.ports import UnitOfWork
from bot.services.review.views import Kept

_NAME = "person"


async def told_by(uow: UnitOfWork, message: Message) -> Mapping[str, str | None]:
    """The facts of the customer's cases, by which what is personal is known wherever it stands."""
    found: dict[str, str | None] = {}
    for case in await uow.cases.of_conversation(message.conversation_id):
        found |= case.fields
    return found


def proposed(message: Message, fields: Mapping[str, str | None]) -> Kept:
    """What would be kept of a message as the bot read it; the reviewer sees this and may change it."""
    entities = _entities(message)
    marks = [Marked(one.entity, one.start, one.end) for one in entities]
    marks = [mark for mark in marks if 0 <= mark.start < mark.end <= len(message.text)]
    text, moved = placeholders.filled(message.text, placeholders.personal(entities, fields), marks)
    return Kept(message.id, text, moved)


def row(
    message: Message, fields: Mapping[str, str | None], text: str, label: str, marks: Sequence[Marked]
) -> Part:
    """What is kept of what a reviewer handed in; InvalidInput.

    Numbers and addresses are taken out once more. Names are the reviewer's to judge: a brand may look like
    one.
    """
    if any(not 0 <= mark.start < mark.end <= len(text) for mark in marks):
        raise InvalidInput("标出的内容和句子对不上，请重新标一次。")
    numbers = [one for one in _entities(message) if one.entity != _NAME]
    known = placeholders.personal(numbers, {name: fields.get(name) for name in ("phone",)})
    kept, moved = placeholders.filled(text, known, marks)
    return Part.of(kept, label, moved)


def row_of_group(message: Message, fields: Mapping[str, str | None], label: str) -> Part | None:
    """The row of another message of the same group, with the facts that the bot read; None if too long."""
    kept = proposed(message, fields)
    return Part.of(kept.text, label, kept.marks) if fits(kept) else None


def fits(kept: Kept) -> bool:
    """Whether it is short enough to be trained with as it is."""
    return 0 < len(kept.text.strip()) <= LONGEST_PART


def _entities(message: Message) -> Sequence[Entity]:
    return Reading.from_json(message.reading).entities if message.reading else ()
