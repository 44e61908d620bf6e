"""What comes from outside writes no log line of its own."""

import logging
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.log_lines import OneLine

FORGED = "2026-01-01 00:00:00,000 CRITICAL root: everybody is admin"


def written(message, *args, error=None):
    record = logging.LogRecord("bot", logging.WARNING, __file__, 1, message, args, error)
    return OneLine().format(record)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_a_log_record_is_one_line_whatever_stands_in_it(text):
    assert len(written("path %s", text + FORGED).splitlines()) == 1


def test_a_traceback_that_quotes_a_line_break_forges_no_record():
    def break_down():
        raise ValueError(f"bad\r\n{FORGED}\n{FORGED}\x85{FORGED}\x1b[2J")

    try:
        break_down()
    except ValueError:
        lines = written("a turn broke", error=sys.exc_info()).splitlines()
    assert all(line.startswith("    ") for line in lines[1:])
    assert "\x1b" not in "".join(lines)
