"""Saying something to a customer as an agent: one way for every door, past the same checks."""

from collections.abc import Collection

from bot.domain.conversation import Message
from bot.domain.people import User
from bot.services.outgoing import Outgoing, Quote
from bot.services.ownership import Ownership


class Speaking:
    """Looks over what is to be said, and says it."""

    def __init__(self, outgoing: Outgoing, ownership: Ownership) -> None:
        self._outgoing, self._ownership = outgoing, ownership

    async def say(
        self,
        conversation_id: str,
        user: User,
        text: str,
        *,
        confirmed: Collection[str] = (),
        quote: Quote | None = None,
        expected: int | None = None,
        client_id: str | None = None,
    ) -> Message:
        """Say it as the agent who owns the conversation (bot/services/ownership.py).

        Unconfirmed with the warnings if one that must be confirmed isn't among `confirmed`; NotFound,
        InvalidInput, Conflict.
        """
        looked = await self._outgoing.cleared(conversation_id, text, user, confirmed, quote)
        return await self._ownership.write(
            conversation_id, user.id, text, looked, expected=expected, client_id=client_id
        )
