"""Words for a day or a time, seen from the day of the message, as ISO 8601; read by jionlp.

jionlp (Apache-2.0) imports its word segmenter jiojio (GPL-3.0, a native library, 150 MB) for functions that
are not used here. pyproject.toml leaves jiojio out, and an empty module stands in its place while jionlp is
imported.
"""

import contextlib
import io
import logging
import re
import sys
from datetime import date, datetime, time
from functools import lru_cache
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, Optional

import cn2an

LONGEST_WORDS = 24  # characters; no date is longer, and jionlp's expressions are slow on endless numbers
SEGMENTER = "jiojio"
READABLE = frozenset({"time_point", "time_span"})
NO_BEGINNING, NO_END = "-inf", "inf"  # jionlp's words for a time open at one end
NOON = time(12)

# Words that jionlp doesn't know, or knows only the day of, and the same in words that it does.
SAME = {
    "今早": "今天早上",
    "明早": "明天早上",
    "昨早": "昨天早上",
    "今晚": "今天晚上",
    "明晚": "明天晚上",
    "昨晚": "昨天晚上",
    "前晚": "前天晚上",
    "昨夜": "昨天夜里",
    "今儿": "今天",
    "昨儿": "昨天",
    "明儿": "明天",
    "听日": "明天",
    "寻日": "昨天",
    "琴日": "昨天",
    "大清早": "早上",
    "一大早": "早上",
    "点多": "点",
    "点钟": "点",
    "左右": "",
}
_SAME = re.compile("|".join(SAME))
_CLOCK = re.compile("[点时:]")
_SHORT_YEAR = re.compile("[0-9]{6}")
_THIS_MONTH = re.compile("月(?:初|中|底|末)")
_MONTH = re.compile("(?:[0-9]+|[一二三四五六七八九十]+)月份?")
_NUMERAL = re.compile("[〇零一二两三四五六七八九十]+(?=[月日号点])")


@lru_cache(maxsize=1)
def _parser() -> Callable[..., Any]:
    sys.modules.setdefault(SEGMENTER, ModuleType(SEGMENTER))
    with contextlib.redirect_stdout(io.StringIO()):  # it greets on import
        from jionlp.gadget import time_parser
    quiet = logging.getLogger("jionlp")
    quiet.disabled = True  # it logs the words it can't read, and they are a customer's
    time_parser.logging = quiet
    parser: Callable[..., Any] = time_parser.TimeParser()
    return parser


def iso_date(words: str, day: date) -> Optional[str]:
    """Return what words for a time in normal form mean to somebody who writes on `day`; None if unreadable.

    A day is `2026-03-05`, with a clock time `2026-03-05T15:00`, several days are `2026-02-25/2026-02-28`.
    A part of a day (晚上) without a clock time is the day. A weekday alone is that of the message's
    week, a month or day alone that of its year and month. What goes on (今年以来) lasts until the message;
    what has no beginning (五点以前) has no normal form.
    """
    if not words or len(words) > LONGEST_WORDS:
        return None
    written = datetime.combine(day, NOON)
    for form in _forms(words):
        found = _parse(form, written)
        if found is not None:
            return _iso(found, written, clock=_CLOCK.search(form) is not None)
    return None


def _forms(words: str) -> Iterator[str]:
    """Yield the words as jionlp may understand them, likeliest first."""
    known = _SAME.sub(lambda match: SAME[match.group()], words)
    if _SHORT_YEAR.fullmatch(known):
        known = f"20{known}"
    yield known
    if _THIS_MONTH.match(known):
        yield f"本{known}"
    if _MONTH.fullmatch(known):
        yield f"今年{known}"
    yield _NUMERAL.sub(lambda match: str(cn2an.cn2an(match.group(), "smart")), known)


def _parse(words: str, base: datetime) -> Optional[Dict[str, Any]]:
    try:
        found = _parser()(words, time_base=base)
    except Exception:  # noqa: BLE001 -- it raises all kinds for words it can't read
        return None
    return found if found and found["type"] in READABLE else None


def _iso(found: Dict[str, Any], written: datetime, *, clock: bool) -> Optional[str]:
    begins, ends = found["time"]
    if begins == NO_BEGINNING:
        return None
    first = datetime.fromisoformat(begins)
    last = max(first, written) if ends == NO_END else datetime.fromisoformat(ends)
    if first.date() != last.date():
        return f"{first.date().isoformat()}/{last.date().isoformat()}"
    return first.isoformat(timespec="minutes") if clock else first.date().isoformat()
