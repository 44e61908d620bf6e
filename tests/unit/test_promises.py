"""Promises in what agents write: promises.jsonl holds texts with the room's readings on 2026-03-18."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.adapters.script import convert
from bot.domain.deadlines import Duration, Unit, WorkingHours, due
from bot.domain.promises import find
from bot.domain.reading import Entity, Reading
from bot.domain.workdays import SHANGHAI, Calendar

ROWS = [
    json.loads(line) for line in Path(__file__).with_name("promises.jsonl").read_text("utf-8").splitlines()
]
CALENDAR, HOURS = Calendar(), WorkingHours()
WEDNESDAY = datetime(2026, 3, 18, 10, 0, tzinfo=SHANGHAI)


def working(start, duration):
    return due(start, duration, CALENDAR, HOURS)


def promised(text, entities=(), said_at=WEDNESDAY):
    reading = Reading(None, 0.0, entities=tuple(Entity(**row) for row in entities))
    return find(convert(text, "hans"), said_at, reading, working, HOURS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_what_was_promised_by_when(row):
    found = promised(row["text"], row["entities"])
    assert [
        [one.kind.value, one.words, f"{one.due_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"] for one in found
    ] == row["found"]


def test_the_table_holds_sixty_sentences_and_as_many_without_a_promise_as_matter():
    assert len(ROWS) >= 60
    assert sum(not row["found"] for row in ROWS) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_the_span_is_that_of_the_words(row):
    for one in promised(row["text"], row["entities"]):
        assert convert(row["text"], "hans")[one.start : one.end] == one.words


def test_without_a_reading_lengths_of_time_are_found_and_dates_are_not():
    found = find("48小时内回电，明天给您答复。", WEDNESDAY, None, working, HOURS)
    assert [one.words for one in found] == ["48小时内"]


@pytest.mark.parametrize(
    ("said_at", "text", "due_at"),
    [
        # 春节 2026 is 15 to 23 February; Saturday the 14th and the 28th are worked.
        ((2, 13, 15), "两个工作日内给您答复。", (2, 24, 18)),
        ((2, 13, 15), "三天之内给您答复。", (2, 16, 18)),
        ((2, 13, 15), "48小时内回电。", (2, 15, 15)),
        ((2, 26, 20), "一个工作日内给您答复。", (2, 28, 18)),
        ((9, 18, 10), "一个工作日内给您答复。", (9, 20, 18)),  # the worked Sunday before 国庆
    ],
)
def test_working_days_are_counted_where_the_text_says_so_and_natural_days_elsewhere(said_at, text, due_at):
    month, day, hour = said_at
    (found,) = promised(text, said_at=datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI))
    month, day, hour = due_at
    assert found.due_at == datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI)


def test_today_said_after_hours_lasts_until_midnight():
    evening = WEDNESDAY.replace(hour=20)
    today = {"entity": "date", "value": "今天", "start": 0, "end": 2, "normal": "2026-03-18"}
    (found,) = promised("今天一定给您答复。", [today], evening)
    assert found.due_at == WEDNESDAY.replace(hour=23, minute=59)


def test_a_year_of_which_no_calendar_is_known_counts_statutory_days():
    late = datetime(2031, 9, 30, 10, 0, tzinfo=SHANGHAI)
    (found,) = promised("一个工作日内给您答复。", said_at=late)
    assert found.due_at == working(late, Duration(1, Unit.WORKDAYS))
