"""What WeChat lets us say and when: messages of few bytes, choices as numbers, windows that shut.

The numbers are Tencent's and change over the years: all of them come from the settings.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.wechat_text import HINT, MOST_BYTES, MOST_PARTS, PICK, beside, coalesce, harmless, size, split

__all__ = [
    "HINT",
    "MOST_BYTES",
    "MOST_PARTS",
    "PICK",
    "Quota",
    "Window",
    "WindowKind",
    "coalesce",
    "harmless",
    "numbered",
    "picked",
    "size",
    "split",
]

Row = Mapping[str, str]  # a button as messages keep it: "id" and "text"

_TENS, _ONES = "十", "一二三四五六七八九"
_SAME = str.maketrans("两兩壹贰貳叁參〇零", "二二一二二三三00")
_LONGEST_PICK = 20  # characters
_DIGITS = re.compile(r"\d{1,2}")
_CHINESE = re.compile(rf"([{_ONES}])?{_TENS}([{_ONES}])?|[{_ONES}]")
# 「选1」「我選第二個」「1.」「（三）」「回复 2 号」, in folded text
_PICKED = re.compile(
    r"(?:我?(?:想|要)?(?:选择|選擇|选|選|回复|回覆|按|点|點)|我?要)?[\s:]*第?[\s(\[【「]*"
    rf"(?P<number>\d{{1,2}}|[{_ONES}{_TENS}]{{1,3}})"
    r"[\s)\]】」]*(?:个|個|项|項|号|號|条|條|种|種)?(?:吧|谢谢|謝謝)?[\s.。、,，!！~]*"
)
_LISTED = re.compile(r"(?P<number>\d{1,2})[.、)]\s*(?=.)", re.DOTALL)
_AROUND = " \t\n\r.。,，!！?？~～;；:：'\"“”‘’「」『』()（）[]【】"
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\u20e3\ufeff]")


def numbered(text: str, choices: Sequence[Row], hint: str = PICK) -> str:
    """The text with its choices below it, for where buttons can't be shown; `hint` says how to pick.

    Choices whose words are numbers themselves (stars, days) stand there without others, which would be
    taken for them.
    """
    if not choices:
        return text
    if any(_number(_folded(row["text"], str)) is not None for row in choices):
        listed = [row["text"] for row in choices]
        return "\n".join([text, *listed])
    listed = [f"{nth}. {row['text']}" for nth, row in enumerate(choices, 1)]
    lines = "\n".join([text, *listed])
    return f"{lines}\n{beside(lines, hint)}" if hint else lines


def picked(text: str, choices: Sequence[Row], simplify: Callable[[str], str] = str) -> str | None:
    """The id of the choice that the customer means by its words or its number, or None.

    `simplify` gives Simplified characters, so that words are known in either script. Words go before numbers,
    and a number that no choice has picks nothing.
    """
    said = _folded(text, simplify)
    for row in choices:
        if said and said == _folded(row["text"], simplify):
            return row["id"]
    if any(_number(_folded(row["text"], str)) is not None for row in choices):
        return None
    listed = _LISTED.match(said)
    found = _nth(choices, int(listed["number"]) if listed else _number(said))
    if found is None or (listed and said[listed.end() :] != _folded(found["text"], simplify)):
        return None  # a line of ours was copied, but the words are not those of that number
    return found["id"]


def _nth(choices: Sequence[Row], nth: int | None) -> Row | None:
    return choices[nth - 1] if nth is not None and 1 <= nth <= len(choices) else None


def _folded(text: str, simplify: Callable[[str], str]) -> str:
    """One width, one script, no capitals, nothing around it."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return simplify(plain).strip(_AROUND)


def _number(folded: str) -> int | None:
    """The number that this says and nothing else, or None."""
    found = _PICKED.fullmatch(folded.translate(_SAME)) if len(folded) <= _LONGEST_PICK else None
    if found is None:
        return None
    said = found["number"]
    if _DIGITS.fullmatch(said):
        return int(said)
    parts = _CHINESE.fullmatch(said)
    if parts is None:
        return None
    if _TENS not in said:
        return _ONES.index(said) + 1
    tens = _ONES.index(parts[1]) + 1 if parts[1] else 1
    return 10 * tens + (_ONES.index(parts[2]) + 1 if parts[2] else 0)


class WindowKind(StrEnum):
    """What the customer did: WeChat lets us say more, and longer, after a message than after a click."""

    MESSAGE = "message"
    CLICK = "click"  # of a menu; also follow and scan


@dataclass(frozen=True)
class Quota:
    """How many messages of ours a window holds, and how long it stays open."""

    messages: int = 5
    message_time: timedelta = timedelta(hours=48)
    clicks: int = 3
    click_time: timedelta = timedelta(seconds=60)

    def most(self, kind: WindowKind) -> int:
        """Messages that a new window of this kind holds."""
        return self.messages if kind is WindowKind.MESSAGE else self.clicks

    def time(self, kind: WindowKind) -> timedelta:
        """How long a window of this kind stays open."""
        return self.message_time if kind is WindowKind.MESSAGE else self.click_time


@dataclass(frozen=True)
class Window:
    """The time in which we may write: opened at `since`, `sent` messages of ours have gone out in it."""

    kind: WindowKind
    since: datetime
    sent: int = 0

    def left(self, now: datetime, quota: Quota) -> int:
        """Messages that may still go out now."""
        return max(quota.most(self.kind) - self.sent, 0) if now < self._shuts(quota) else 0

    def until(self, now: datetime, quota: Quota) -> datetime | None:
        """When it shuts, or None if it has, or if no message is left in it."""
        return self._shuts(quota) if self.left(now, quota) else None

    def spent(self, messages: int = 1) -> "Window":
        """The same window after so many more messages of ours."""
        return replace(self, sent=self.sent + messages)

    def renewed(self, kind: WindowKind, at: datetime, quota: Quota) -> "Window":
        """The window after the customer did something (again).

        A message opens a new one; a click does so only where nothing is left of what a message opened, which
        would otherwise be lost after a minute. Something older than the window leaves it as it is.
        """
        if at < self.since:
            return self
        if kind is WindowKind.CLICK and self.kind is WindowKind.MESSAGE and self.left(at, quota):
            return self
        return Window(kind, at)

    def _shuts(self, quota: Quota) -> datetime:
        return self.since + quota.time(self.kind)
