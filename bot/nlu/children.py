"""Ages of children in a text: 「3岁」, 「两岁半」, 「八个月大」."""

import re
from typing import Iterator, Tuple

from bot.nlu.values import number

GROWN_UP = 18

_YEARS = re.compile("(?P<age>[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})(?:周)?岁半?(?!月)")
_MONTHS = re.compile("(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,3})个多?月大(?!小)")


def ages(text: str) -> Iterator[Tuple[int, int]]:
    """Yield the spans in which somebody is said to be younger than 18."""
    for found in _YEARS.finditer(text):
        age = number(found["age"])
        if age is not None and age < GROWN_UP and not text[: found.start()].endswith(("几", "十")):
            yield found.span()
    for found in _MONTHS.finditer(text):
        yield found.span()
