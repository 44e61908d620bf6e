"""What turns voice messages into words."""

from typing import NamedTuple, Protocol


class Recording(NamedTuple):
    """A voice message: what its sender's server calls its type (not to be believed), and its bytes."""

    content_type: str
    content: bytes


class Recognizer(Protocol):
    """A service for speech recognition."""

    async def words(self, recording: Recording) -> str | None:
        """What is said in it, a customer's words like any; None when that isn't to be had in time."""
