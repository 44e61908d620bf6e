"""No pattern of ours takes endless time over a text that somebody made up for it (ReDoS).

What is measured is processor time, and only how it grows: four times the text may take four times as long.
A search that begins anew at each place takes sixteen times as long, and with the 20,000 characters that a
message may have, seconds in which nobody else is served.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Mapping

import pytest

import bot

OURS = ("bot.domain", "bot.services", "bot.adapters", "bot.web")
STEPS = (12, 16, 20, 24, 28, 32)  # pieces; what doubles with each character is seen here
SHORT, LONG = 1000, 4000  # characters
WORTH_MS = 10.0  # below that it doesn't matter how it grows
GROWTH = 10.0
FULLMATCHED = {  # judged by that
    "bot.services.confirming._AGREES",
    "bot.services.own_words._CODE",
    "bot.services.postponing._WAIT",
    "bot.domain.promises._RUNS",  # matched where a promise ends
}
SPARED = {
    "bot.domain.wechat._PICKED": "at most _LONGEST_PICK characters",
    "bot.domain.wechat_notice._BLANK": "fields of the account's own template",
    "bot.domain.followup._FILLERS": "at most _LONGEST_ANSWER characters",
    "bot.services.corrections._TRAILING": "at most the 60 characters that _REPLACED gives",
}
PIECES = (
    "a", "1", "1 ", "1-", "0", "13", "a", "A1", "的", "不是", "不", "是", "不是的，", "，", " ", "\n",
    "=", '"', "<a ",
    "路1号", "1号楼", "我叫", "{", "K1", "年", "一", "/", ".", "a@", "http://", "12月", "0x", "、", "[a](b)",
)  # fmt: skip


def patterns():
    """Every compiled pattern that a module of ours holds, also in tables."""
    found = {}
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.startswith(OURS) or ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in held(value):
                found.setdefault((pattern.pattern, pattern.flags), (f"{module.name}.{name}", pattern))
    return sorted(
        found.values(), key=lambda one: (one[0], one[1].pattern if isinstance(one[1].pattern, str) else "")
    )


def held(value):
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for one in (*value.keys(), *value.values()):
            yield from held(one)
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from held(one)


def taken(look, text):
    """Milliseconds of processor time; of two tries the better one."""
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        look(text)
        best = min(best, (time.process_time() - begun) * 1000)
        if best < WORTH_MS or best > 20 * WORTH_MS:
            break
    return best


def growth(look, piece, ends):
    """How much longer four times the text takes; endless where a few more characters do."""
    before = 0.0
    for pieces in STEPS:
        now = taken(look, piece * pieces + ends)
        if now > WORTH_MS:
            return float("inf")
    before = taken(look, piece * (SHORT // len(piece)) + ends)
    now = taken(look, piece * (LONG // len(piece)) + ends)
    return now / max(before, WORTH_MS / 16) if now > WORTH_MS else 0.0


def worst_growth(pattern, *, whole=False):
    def everywhere(text):
        for _found in pattern.finditer(text):
            pass
        pattern.fullmatch(text)

    look = pattern.fullmatch if whole else everywhere
    is_text = isinstance(pattern.pattern, str)
    pieces = [(piece, "\x00") if is_text else (piece.encode(), b"\x00") for piece in PIECES]
    worst = 0.0
    for piece, ends in pieces:
        worst = max(worst, growth(look, piece, ends))
        if worst >= GROWTH:
            return worst
    return worst


PATTERNS = patterns()


def test_the_patterns_are_found():
    names = {name for name, _ in PATTERNS}
    assert len(names) > 50
    assert set(SPARED) | FULLMATCHED <= names
    assert any(name.endswith(".LONG_NUMBER") for name in names)


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _ in PATTERNS])
def test_no_pattern_takes_endless_time(name, pattern):
    assert name in SPARED or worst_growth(pattern, whole=name in FULLMATCHED) < GROWTH


@pytest.mark.parametrize("endless", [r"(a+)+b", r"(1|11)*b", r"(?P<old>[^,]+?)改"])
def test_a_pattern_that_does_is_found(endless):
    assert worst_growth(re.compile(endless)) >= GROWTH
