"""Warnings before a deadline, in working time: over 春节 2026 (15 to 23 February) and its 调休 days."""

from datetime import datetime, time

import pytest

from bot.domain.deadlines import Duration, Unit, WorkingHours, due
from bot.domain.warning import warn_at
from bot.domain.workdays import SHANGHAI, Calendar

CALENDAR, HOURS = Calendar(), WorkingHours()
LUNCH = WorkingHours(time(9), time(18), time(12), time(13))


def at(month, day, hour=9, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "due_at", "warned"),
    [
        (at(3, 16, 9), at(3, 20, 18), at(3, 20, 9)),  # of five days the last is left
        (at(3, 18, 9), at(3, 18, 18), at(3, 18, 16, 12)),  # a fifth of nine hours
        (at(3, 18, 10), at(3, 18, 12), at(3, 18, 11)),  # never less than an hour
        (at(3, 18, 10), at(3, 18, 10, 30), at(3, 18, 10)),  # there is no hour: at once
        (at(3, 17, 10), at(3, 19, 3), at(3, 18, 14, 36)),  # due at night: of 17 hours a fifth is left
        (at(2, 13, 9), at(2, 24, 18), at(2, 24, 12, 36)),  # 13 and 14 February and the 24th: never on holiday
        (at(2, 11, 9), at(2, 14, 18), at(2, 14, 10, 48)),  # the Saturday before 春节 is worked
        (at(9, 18, 9), at(9, 21, 18), at(9, 21, 12, 36)),  # and so is Sunday 20 September
        (at(3, 13, 9), at(3, 16, 9, 30), at(3, 13, 16, 36)),  # on Monday there is only half an hour
    ],
)
def test_a_warning_comes_while_a_fifth_of_the_working_time_is_left(start, due_at, warned):
    assert warn_at(start, due_at, CALENDAR, HOURS) == warned


def test_the_lunch_break_is_no_working_time():
    assert warn_at(at(3, 18, 10), at(3, 18, 13, 30), CALENDAR, LUNCH) == at(3, 18, 11, 30)


def test_nobody_is_warned_more_than_fifteen_days_before():
    assert warn_at(at(1, 5), at(12, 18, 18), CALENDAR, HOURS) == at(12, 3, 18)


def test_what_is_due_when_it_begins_is_not_warned_of_before():
    assert warn_at(at(3, 18), at(3, 18), CALENDAR, HOURS) == at(3, 18)


def test_a_year_without_a_notice_is_warned_by_statutory_days():
    start = datetime(2031, 9, 30, 9, tzinfo=SHANGHAI)
    due_at = due(start, Duration(1, Unit.WORKDAYS), CALENDAR, HOURS)
    assert start < warn_at(start, due_at, CALENDAR, HOURS) < due_at
