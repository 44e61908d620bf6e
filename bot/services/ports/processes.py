"""Other processes of the same desk."""

from typing import Protocol


class Leases(Protocol):
    """Who answers a conversation: one process at a time."""

    async def take(self, conversation_id: str) -> bool:
        """Be the one who answers it; False when another process is at it, which will look once more."""

    async def give_back(self, conversation_id: str) -> bool:
        """Let others answer it; whether one of them asked for it meanwhile: then it has to be looked at."""

    async def left_waiting(self) -> list[str]:
        """Conversations with an unanswered message that nobody is at, longest waiting first."""
