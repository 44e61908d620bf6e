"""What carries one of our messages to a customer in WeChat, and what each kind of account allows.

The dispatcher (dispatching.py) knows windows, order and repetition; a carrier knows one kind of account: how
a text or a menu is sent there, and what the platform's answer means.
"""

from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.conversation import Author, Message
from bot.domain.reading import Choice
from bot.domain.wechat import MOST_BYTES, Quota

MIRRORED = "kf:"  # begins the client_id of a line that was said in WeCom's own app: it stands there already


@dataclass(frozen=True)
class Terms:
    """What an account may send without being asked again; the platform's rules, from the settings.

    One text holds `text_bytes` of UTF-8. `menus`: choices may be sent as a menu, otherwise they are numbered
    in the text. `repeatable`: the platform knows a message again by its id, so that one whose fate is unknown
    may be sent once more.
    """

    quota: Quota = field(default_factory=Quota)
    text_bytes: int = MOST_BYTES
    menus: bool = False
    repeatable: bool = False


@dataclass(frozen=True)
class Parcel:
    """One message on its way: `to` is the customer's external id, `account` where they wrote to us.

    `id` is the same at every attempt, 26 characters of [0-9a-z]. With `choices` it is a menu whose head is
    `text`; those come only where the terms allow menus. `by_agent`: a person of the desk said it.
    """

    id: str
    conversation_id: str
    account: str
    to: str
    text: str
    choices: tuple[Choice, ...] = ()
    by_agent: bool = False

    def __repr__(self) -> str:
        """Without the customer and what is said to them: this may stand in a log."""
        return f"Parcel({self.id})"


class Carrier(Protocol):
    """Sends to the customers of one channel ("wechat", "kf")."""

    @property
    def terms(self) -> Terms:
        """What the account allows."""

    async def carry(self, parcel: Parcel) -> None:
        """Send it once; returns when the platform has taken it.

        Otherwise one of the errors of WeChat: refused for good, window closed, quota spent, daily quota, try
        later (it was surely not taken), unknown (it may have been), not allowed here, trouble with the token.
        """


def goes_out(line: Message) -> bool:
    """Whether a line of the transcript is for the channel to deliver: ours, and not said there already."""
    said_there = line.client_id is not None and line.client_id.startswith(MIRRORED)
    return line.author is not Author.CUSTOMER and not (line.author is Author.AGENT and said_there)
