"""What the webhook and the actions tell one another, without Rasa's SDK, which takes long to load."""

from contextvars import ContextVar
from typing import Any

from bot.services.turn import Turn

CURRENT_TURN: ContextVar[Turn] = ContextVar("current_turn")


class Refused(Exception):
    """An action that wasn't run, or refused to: what Rasa is answered, and with which status."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.status, self.body = status, body
