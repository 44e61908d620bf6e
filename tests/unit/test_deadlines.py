from datetime import datetime, time, timedelta

import pytest

from bot.domain.deadlines import Duration, Unit, WorkingHours, due, workdays_between
from bot.domain.workdays import SHANGHAI, Calendar

CALENDAR = Calendar()
HOURS = WorkingHours()
WITH_LUNCH = WorkingHours(time(8, 30), time(17, 30), time(12, 0), time(13, 0))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ends(start, value, unit, hours=HOURS):
    return due(at(start), Duration(value, unit), CALENDAR, hours)


def test_the_day_of_acceptance_does_not_count():
    assert ends("2026-03-18 10:00", 5, Unit.WORKDAYS) == at("2026-03-25 18:00")


def test_a_deadline_over_the_national_holiday_skips_it():
    assert ends("2026-09-30 10:00", 1, Unit.WORKDAYS) == at("2026-10-08 18:00")


def test_a_made_up_sunday_counts():
    assert at("2026-09-20 00:00").isoweekday() == 7
    assert ends("2026-09-18 10:00", 1, Unit.WORKDAYS) == at("2026-09-20 18:00")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-20 17:59", "2026-03-23 18:00"),  # Friday within hours: Monday is the first day
        ("2026-03-20 18:00", "2026-03-24 18:00"),  # after hours: it counts as Monday's
        ("2026-03-21 11:00", "2026-03-24 18:00"),  # Saturday: Monday's too
        ("2026-03-20 03:00", "2026-03-23 18:00"),  # before hours: still that day's
    ],
)
def test_what_comes_after_hours_counts_as_the_next_working_days(start, end):
    assert ends(start, 1, Unit.WORKDAYS) == at(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-18 09:00", "2026-03-18 13:30"),
        ("2026-03-18 16:00", "2026-03-19 11:30"),
        ("2026-03-20 18:00", "2026-03-23 13:30"),
        ("2026-03-21 10:00", "2026-03-23 13:30"),
    ],
)
def test_half_a_day_is_half_the_working_hours(start, end):
    assert ends(start, 0.5, Unit.WORKDAYS) == at(end)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-18 11:00", 2, "2026-03-18 14:00"),
        ("2026-03-18 12:30", 1, "2026-03-18 14:00"),
        ("2026-03-18 11:00", 1, "2026-03-18 12:00"),
        ("2026-03-18 16:30", 8, "2026-03-19 16:30"),
    ],
)
def test_working_hours_leave_the_lunch_break_out(start, hours, end):
    assert ends(start, hours, Unit.WORKHOURS, WITH_LUNCH) == at(end)


def test_hours_run_through_the_night():
    assert ends("2026-03-20 20:00", 24, Unit.HOURS) == at("2026-03-21 20:00")


def test_natural_days_count_weekends_and_a_month_is_thirty_of_them():
    assert ends("2026-03-18 10:00", 10, Unit.DAYS) == at("2026-03-28 18:00")
    assert ends("2026-03-18 10:00", 1, Unit.MONTHS) == at("2026-04-17 18:00")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5, Unit.WORKDAYS, "5个工作日"),
        (0.5, Unit.WORKDAYS, "半个工作日"),
        (24, Unit.HOURS, "24小时"),
        (10, Unit.DAYS, "10日"),
    ],
)
def test_a_duration_reads_as_the_documents_write_it(value, unit, text):
    assert Duration(value, unit).text == text


def test_working_days_between_two_moments_are_counted():
    assert workdays_between(at("2026-03-18 10:00"), at("2026-03-25 09:00"), CALENDAR) == 5
    assert workdays_between(at("2026-03-18 10:00"), at("2026-03-18 23:00"), CALENDAR) == 0


def test_a_days_work_is_as_long_as_its_stretches():
    assert WITH_LUNCH.length == timedelta(hours=8)
