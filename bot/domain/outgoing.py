"""What to say before something is sent to a customer: the places in a text that deserve a second look."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.handbook.taboos import Taboo, slips
from bot.domain.privacy import IDENTITY, SENSITIVE, digits, mask

# What people put between characters, in jest or in haste: 「不 可 能」「一分钱·一分货」.
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])[\s·*＊.．~～_\-|/、]+(?=[\u4e00-\u9fff])")


class WarningKind(StrEnum):
    """Why something deserves a second look."""

    TABOO = "taboo"
    PROMISE = "promise"  # no reason not to send it: it becomes a task
    PERSONAL = "personal"
    BLANK = "blank"


class Better(NamedTuple):
    """What the handbook would say instead."""

    clause: str
    version: int
    text: str


class Warned(NamedTuple):
    """A place in a text, `text[start:end]`; `id` stays the same while the words do.

    `taboo` is the broken taboo's id, `due_at` when a promise is due.
    """

    id: str
    kind: WarningKind
    start: int
    end: int
    words: str
    reason: str
    taboo: str | None = None
    better: Better | None = None
    due_at: datetime | None = None

    @property
    def must_be_confirmed(self) -> bool:
        """Whether it is only sent after somebody has said that they mean it."""
        return self.kind is not WarningKind.PROMISE


def warned(kind: WarningKind, text: str, start: int, end: int, reason: str, key: str = "") -> Warned:
    """A warning about a place in a text; `key` tells apart several about the same words."""
    words = text[start:end]
    mark = hashlib.sha256(f"{key}\n{words}".encode()).hexdigest()[:10]
    return Warned(f"{kind.value}-{mark}", kind, start, end, mask(words), reason)


def broken_taboos(taboos: Iterable[Taboo], text: str, simplified: str) -> list[tuple[Taboo, int, int]]:
    """The taboos that a text breaks, each once, with the first place where it does; in the order of the text.

    `simplified` is the same text in Simplified characters, each in its place. Blanks and marks between
    characters hide nothing.
    """
    if len(simplified) != len(text):
        raise ValueError("the simplified text must have as many characters")
    tight, where = _tightened(simplified)
    listed = list(taboos)
    found = [(slip.taboo, slip.start, slip.end) for slip in slips(listed, simplified)]
    found += [
        (slip.taboo, where[slip.start], where[slip.end - 1] + 1)
        for slip in slips(listed, tight)
        if slip.end > slip.start
    ]
    first: dict[str, tuple[Taboo, int, int]] = {}
    for taboo, start, end in sorted(found, key=lambda one: (one[1], -one[2])):
        first.setdefault(taboo.id, (taboo, start, end))
    return sorted(first.values(), key=lambda one: one[1])


def strange_numbers(text: str, known: Collection[str]) -> Iterator[tuple[int, int, bool]]:
    """Where numbers of phones and identity stand that are not `known` (bare digits); whether of identity."""
    for match in SENSITIVE.finditer(text):
        bare = digits(match.group())
        if bare not in known:
            yield match.start(), match.end(), IDENTITY.fullmatch(match.group()) is not None


def _tightened(text: str) -> tuple[str, list[int]]:
    """The text without what stands between characters, and where each of the rest stood."""
    left_out = {place for gap in _BETWEEN.finditer(text) for place in range(gap.start(), gap.end())}
    where = [place for place in range(len(text)) if place not in left_out]
    return "".join(text[place] for place in where), where
