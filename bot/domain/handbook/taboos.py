"""What must never be said to a customer: the documents' taboo phrases, and wordings that come near them."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from bot.domain.handbook.clause import STRICT, Id, Text


def _compiles(pattern: str) -> str:
    """Only what is a regular expression is taken; pydantic reports the error."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"不是可用的正则表达式：{error}") from error
    return pattern


Pattern = Annotated[Text, AfterValidator(_compiles)]


@dataclass(frozen=True, config=STRICT)
class Taboo:
    """One thing not to be said: `patterns` are regular expressions over Simplified text.

    `phrase` is the document's wording, `reason` says to people of the desk why not, `better` names a clause
    that can be said instead.
    """

    id: Id
    source: Text
    phrase: Text
    reason: Text
    patterns: tuple[Pattern, ...]
    better: Id | None = None
    replaces: bool = False
    origin: str = ""


class Slip(NamedTuple):
    """A place in a text that breaks a taboo: `text[start:end]`."""

    taboo: Taboo
    start: int
    end: int


def slips(taboos: Iterable[Taboo], text: str) -> list[Slip]:
    """Every place in a Simplified text that breaks one of these taboos, in the order of the text.

    A Traditional text is converted before; characters are converted one for one, so that places stay right.
    """
    found = [
        Slip(taboo, match.start(), match.end())
        for taboo in taboos
        for pattern in taboo.patterns
        for match in _compiled(pattern).finditer(text)
    ]
    return sorted(found, key=lambda slip: (slip.start, slip.end, slip.taboo.id))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
