from datetime import UTC, date, datetime

import pytest

from bot.domain.workdays import SHANGHAI, due, is_workday


def test_a_saturday_made_up_for_a_holiday_is_worked():
    assert date(2026, 2, 14).isoweekday() == 6
    assert is_workday(date(2026, 2, 14))


def test_the_national_holiday_is_not_worked():
    assert not is_workday(date(2026, 10, 1))


@pytest.mark.parametrize(("day", "worked"), [(date(2035, 3, 2), True), (date(2035, 3, 3), False)])
def test_a_year_without_a_notice_counts_monday_to_friday(day, worked):
    assert is_workday(day) is worked


def test_the_day_of_acceptance_does_not_count():
    accepted = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)  # a Wednesday
    assert due(accepted, 5) == datetime(2026, 3, 25, 18, 0, tzinfo=SHANGHAI)


def test_a_deadline_over_the_national_holiday_skips_it():
    accepted = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    assert due(accepted, 1).date() == date(2026, 10, 8)
