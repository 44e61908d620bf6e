"""How long something may take, and when it is due: the documents count in different units.

The clocks are those of the handbook's decisions: Asia/Shanghai; the day of acceptance doesn't count; due at
closing time of the last day; half a day is half the working hours; what comes after hours counts as the next
working day's.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.workdays import SHANGHAI, Calendar

_DAYS_OF_A_MONTH = 30  # rolling days
_LONGEST_SEARCH = 400  # days without a working one: the calendar is broken


class Unit(StrEnum):
    """What a deadline is counted in."""

    WORKDAYS = "workdays"  # 工作日
    WORKHOURS = "workhours"  # 工作小时
    HOURS = "hours"  # 小时
    DAYS = "days"  # 日
    MONTHS = "months"  # 月


_NAMES = {
    Unit.WORKDAYS: "个工作日",
    Unit.WORKHOURS: "个工作小时",
    Unit.HOURS: "小时",
    Unit.DAYS: "日",
    Unit.MONTHS: "个月",
}


@dataclass(frozen=True)
class WorkingHours:
    """When people are at work, in Shanghai's time; without a lunch break both ends of it are None."""

    opens: time = time(9, 0)
    closes: time = time(18, 0)
    lunch_from: time | None = None
    lunch_to: time | None = None

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches of a working day in which people work."""
        ends = [self.opens, self.closes]
        if self.lunch_from is not None and self.lunch_to is not None:
            ends[1:1] = [self.lunch_from, self.lunch_to]
        at = [datetime.combine(day, end, SHANGHAI) for end in ends]
        return list(zip(at[::2], at[1::2], strict=True))

    @property
    def length(self) -> timedelta:
        """How long a day's work is."""
        return sum((end - start for start, end in self.spans(date(2000, 1, 1))), timedelta())


@dataclass(frozen=True)
class Duration:
    """A length of time as a document gives it; of working days a half is allowed."""

    value: float
    unit: Unit

    @property
    def text(self) -> str:
        """As customers read it."""
        half = "半" if self.value % 1 else ""
        whole = f"{int(self.value)}" if self.value >= 1 else ""
        return f"{whole}{half}{_NAMES[self.unit]}"


def due(start: datetime, duration: Duration, calendar: Calendar, hours: WorkingHours) -> datetime:
    """When a stretch of time that starts at `start` (aware) is over."""
    value, unit = duration.value, duration.unit
    if unit is Unit.HOURS:
        return start + timedelta(hours=value)
    if unit is Unit.WORKHOURS or value % 1:
        work = timedelta(hours=value) if unit is Unit.WORKHOURS else hours.length * value
        return _after_work(start, work, calendar, hours)
    first = _counted_from(start, calendar, hours)
    if unit is Unit.WORKDAYS:
        last = workdays_later(first, int(value), calendar)
    else:
        last = first + timedelta(days=int(value) * (_DAYS_OF_A_MONTH if unit is Unit.MONTHS else 1))
    return datetime.combine(last, hours.closes, SHANGHAI)


def workdays_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """How many working days lie after the day of `start`, up to the day of `end`."""
    day, last = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
    days = (day + timedelta(days=count) for count in range(1, (last - day).days + 1))
    return sum(calendar.is_workday(one) for one in days)


def _counted_from(start: datetime, calendar: Calendar, hours: WorkingHours) -> date:
    """The day of acceptance: after hours, or on a day off, the next working day."""
    local = start.astimezone(SHANGHAI)
    if calendar.is_workday(local.date()) and local.time() < hours.closes:
        return local.date()
    return workdays_later(local.date(), 1, calendar)


def workdays_later(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day after `day`; ValueError if a calendar has none in a long time."""
    left, searched = count, 0
    while left > 0:
        day += timedelta(days=1)
        searched += 1
        if calendar.is_workday(day):
            left, searched = left - 1, 0
        if searched > _LONGEST_SEARCH:
            raise ValueError(f"no working day within {_LONGEST_SEARCH} days before {day}")
    return day


def _after_work(start: datetime, work: timedelta, calendar: Calendar, hours: WorkingHours) -> datetime:
    """When so much working time has passed since `start`."""
    day = start.astimezone(SHANGHAI).date()
    if not calendar.is_workday(day):
        day = workdays_later(day, 1, calendar)
    while True:
        for begins, ends in hours.spans(day):
            begins = max(begins, start)  # noqa: PLW2901 -- the part of the stretch that is left
            if begins + work <= ends:
                return begins + work
            work -= max(ends - begins, timedelta())
        day = workdays_later(day, 1, calendar)
