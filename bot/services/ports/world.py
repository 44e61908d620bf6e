"""What is outside the desk: the time, Rasa's room, browsers that look on, characters and keys."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.reading import Reading, TurnAnswer, TurnContext
from bot.domain.vectors import Vectors


class Clock(Protocol):
    """Where the time comes from; tests and replays turn it by hand."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""


class Understanding(Protocol):
    """Rasa's room."""

    async def turn(
        self, conversation: str, turn: str, text: str, context: TurnContext, day: date
    ) -> TurnAnswer:
        """Have the message of a day understood and answered; UnderstandingUnavailable leaves no trace."""

    async def parse(self, texts: Sequence[str], day: date | None = None) -> list[Reading]:
        """Understand texts of one day (today), outside of any conversation; UnderstandingUnavailable."""

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Where texts lie in the space of the model's sentence encoder; UnderstandingUnavailable."""


class Live(Protocol):
    """Live updates to the browsers that look at a conversation."""

    def changed(self, conversation_id: str) -> None:
        """Something in this conversation is new (called after the commit; never blocks)."""


class PhoneHash(Protocol):
    """The keyed hash under which phones are looked up."""

    def __call__(self, phone: str) -> str:
        """Hex digest of the phone's bare digits."""


class ScriptConverter(Protocol):
    """Traditional and Simplified characters."""

    def __call__(self, text: str, script: str, *, own_words: bool = False) -> str:
        """`text` in the characters of `script` ("hans" or "hant").

        Words are only changed in our own (`own_words`), for readers in Taiwan.
        """
