from datetime import date

import pytest

from bot.domain.workdays import Calendar, Notice, Source

PLAIN = Calendar()


def test_a_saturday_made_up_for_a_holiday_is_worked():
    assert date(2026, 2, 14).isoweekday() == 6
    assert PLAIN.is_workday(date(2026, 2, 14))


def test_the_national_holiday_is_not_worked():
    assert not PLAIN.is_workday(date(2026, 10, 1))


@pytest.mark.parametrize(("day", "worked"), [(date(2035, 3, 2), True), (date(2035, 3, 3), False)])
def test_a_year_without_a_notice_counts_monday_to_friday(day, worked):
    assert PLAIN.is_workday(day) is worked


def test_a_year_without_a_notice_knows_its_statutory_holidays_and_says_so():
    assert PLAIN.source(2026) is Source.LIBRARY
    assert PLAIN.source(2027) is Source.STATUTORY
    assert not PLAIN.is_workday(date(2027, 10, 1))  # a Friday


def test_a_loaded_notice_comes_before_what_the_libraries_know():
    notice = Notice(2027, off=frozenset({date(2027, 2, 11)}), worked=frozenset({date(2027, 2, 14)}))
    loaded = Calendar({2027: notice})
    assert loaded.source(2027) is Source.NOTICE
    assert PLAIN.is_workday(date(2027, 2, 11))
    assert not loaded.is_workday(date(2027, 2, 11))
    assert loaded.is_workday(date(2027, 2, 14))  # a Sunday
    assert not loaded.is_workday(date(2027, 2, 21))  # another one
