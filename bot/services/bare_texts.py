"""Customers' words without what is personal, for test sets and for the form of a new label."""

from collections.abc import Mapping
from typing import Any

from bot.domain import placeholders
from bot.domain.reading import Reading
from bot.services.ports import UnitOfWork


async def bare(uow: UnitOfWork, conversation_id: str, text: str, reading: Mapping[str, Any] | None) -> str:
    """A message's text with fillers for what is personal.

    That is known from what the model found in it, from its customer and their cases, and by how it looks.
    """
    conversation = await uow.conversations.get(conversation_id)
    customer = await uow.customers.get(conversation.customer_id)
    known: dict[str, str | None] = {}
    for case in await uow.cases.of_conversation(conversation_id):
        known |= case.fields
    entities = Reading.from_json(dict(reading)).entities if reading else ()
    for fields in (known, {"contact": customer.name, "phone": customer.phone}):
        text, _ = placeholders.filled(text, placeholders.personal(entities, fields))
    return text
