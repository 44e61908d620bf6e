"""Whether a person can come at once: who is at their console, and what the customer is told of it."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.groups import Presence, State
from bot.services.ports import UnitOfWork
from bot.services.turn import announce
from bot.services.words import Words


def state_of(words: Words, presence: Presence, now: datetime) -> State:
    """Whether this person is at their console."""
    duty = words.company.desk
    return presence.at(now, duty.away_after, duty.offline_after)


async def is_staffed(uow: UnitOfWork, words: Words, now: datetime) -> bool:
    """Whether anybody is online. At a desk where nobody ever opened a console the hours decide."""
    known = [one for one in await uow.presences.all() if one.gone_since() is not None]
    if not known:
        return words.is_open(now)
    return any(state_of(words, one, now) is State.ONLINE for one in known)


async def situation(uow: UnitOfWork, words: Words, now: datetime) -> tuple[str, Mapping[str, str]]:
    """What a customer who goes to a person is told now, and the values in it."""
    if await is_staffed(uow, words, now):
        return "hand_over", {}
    if words.is_open(now):
        return "hand_over.nobody", {}
    return words.hand_over(now), words.office(now)


async def tell(uow: UnitOfWork, words: Words, conversation: Conversation, now: datetime) -> None:
    """Tell the customer that a person will come, and when, in the transaction that makes it true."""
    announce(conversation, words, *await situation(uow, words, now))
