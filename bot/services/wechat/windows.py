"""How many messages a customer may still be sent, and until when; what changes that."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.wechat import Window, WindowKind
from bot.domain.wechat_records import Chat
from bot.services.wechat.carrying import Terms


@dataclass(frozen=True)
class Room:
    """What is left of a window: so many messages, until then; None: nothing may be sent."""

    left: int
    until: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether one more may be sent."""
        return self.left > 0


def room(chat: Chat, terms: Terms, now: datetime) -> Room:
    """What may be sent to this customer now."""
    window = _window(chat)
    if window is None:
        return Room(0, None)
    return Room(window.left(now, terms.quota), window.until(now, terms.quota))


def shuts_at(chat: Chat, terms: Terms) -> datetime | None:
    """When the window shuts, or shut, be it that its messages are all used up; None: there is none."""
    if chat.window_kind is None or chat.window_since is None:
        return None
    return chat.window_since + terms.quota.time(chat.window_kind)


def open_window(chat: Chat, kind: WindowKind, terms: Terms, now: datetime) -> None:
    """The customer did something that lets us write to them.

    A click opens a minute only: it takes nothing away from the days that a message has opened.
    """
    window = _window(chat)
    if window is None or window.renewed(kind, now, terms.quota) != window:
        chat.opened(kind, now)


def shut(chat: Chat) -> None:
    """The platform says that there is no window, whatever we thought."""
    chat.window_kind = chat.window_since = None
    chat.window_sent = 0


def spent(chat: Chat, terms: Terms) -> None:
    """The platform says that the quota is spent, whatever we counted."""
    if chat.window_kind is not None:
        chat.window_sent = max(chat.window_sent, terms.quota.most(chat.window_kind))


def _window(chat: Chat) -> Window | None:
    if chat.window_kind is None or chat.window_since is None:
        return None
    return Window(chat.window_kind, chat.window_since, chat.window_sent)
