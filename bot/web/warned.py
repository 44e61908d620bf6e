"""What deserves a second look before it is sent, as scripts and programs get it."""

from typing import Any

from bot.domain.outgoing import Warned
from bot.services.outgoing_checks import Unconfirmed


def warnings_of(error: Exception) -> dict[str, Any]:
    """The warnings that were to be confirmed, for the answer that refuses; nothing for other errors."""
    if isinstance(error, Unconfirmed):
        return {"warnings": [warning_json(one) for one in error.warnings]}
    return {}


def warning_json(warned: Warned) -> dict[str, Any]:
    """A warning as the page gets it; `confirm` says that its id has to come back with the text."""
    better = warned.better._asdict() if warned.better else None
    due_at = warned.due_at.isoformat() if warned.due_at else None
    return {**warned._asdict(), "better": better, "due_at": due_at, "confirm": warned.must_be_confirmed}
