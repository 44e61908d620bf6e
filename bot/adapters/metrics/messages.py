"""Counts messages as they are stored: once their transaction is committed, whoever wrote them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session, UOWTransaction

from bot.domain.conversation import Author, Conversation, Message

_NOTED = "kesu_messages_noted"
_UNKNOWN = "unknown"


@contextmanager
def counting_messages(engine: AsyncEngine, count: Callable[[str, str], None]) -> Iterator[None]:
    """While the block runs, `count(channel, direction)` hears of every message committed on this engine."""

    def note(session: Session, _flush: UOWTransaction) -> None:
        if session.get_bind() is not engine.sync_engine:
            return
        said = [(_channel(session, new), _direction(new)) for new in session.new if isinstance(new, Message)]
        if said:
            session.info.setdefault(_NOTED, []).extend(said)

    def tell(session: Session) -> None:
        for channel, direction in session.info.pop(_NOTED, ()):
            count(channel, direction)

    def forget(session: Session) -> None:
        session.info.pop(_NOTED, None)

    heard = (("after_flush", note), ("after_commit", tell), ("after_rollback", forget))
    for name, hear in heard:
        event.listen(Session, name, hear)
    try:
        yield
    finally:
        for name, hear in heard:
            event.remove(Session, name, hear)


def _channel(session: Session, message: Message) -> str:
    """Of its conversation, which is at hand: it has just given the message its number."""
    key = session.identity_key(Conversation, message.conversation_id)
    conversation = session.identity_map.get(key)
    return conversation.channel if isinstance(conversation, Conversation) else _UNKNOWN


def _direction(message: Message) -> str:
    return "in" if message.author is Author.CUSTOMER else message.author.value
