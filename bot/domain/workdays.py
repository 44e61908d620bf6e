"""Working days on the Chinese calendar, with 调休 (made-up working days)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5
_WEEKDAYS = "一二三四五六日"
_SOON = {0: "今天", 1: "明天"}


class Source(StrEnum):
    """Where a year's working days are known from."""

    NOTICE = "notice"  # the State Council's notice for the year, loaded with `kesu calendar load`
    LIBRARY = "library"  # the same, as chinesecalendar holds it
    STATUTORY = "statutory"  # no notice yet: statutory holidays and weekends, without 调休


@dataclass(frozen=True)
class Notice:
    """A year's official notice: the days off, and the weekend days that are worked instead."""

    year: int
    off: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. A loaded notice comes before what the libraries know."""

    notices: Mapping[int, Notice] = field(default_factory=dict)

    def source(self, year: int) -> Source:
        """Where this year's working days are known from."""
        if year in self.notices:
            return Source.NOTICE
        return Source.LIBRARY if _in_library(year) else Source.STATUTORY

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked."""
        source = self.source(day.year)
        if source is Source.LIBRARY:
            return bool(chinese_calendar.is_workday(day))
        is_weekend = day.weekday() >= _SATURDAY
        if source is Source.NOTICE:
            notice = self.notices[day.year]
            return day in notice.worked or not (is_weekend or day in notice.off)
        return not (is_weekend or day in _statutory(day.year))


def spoken(moment: datetime, now: datetime) -> str:
    """A coming moment as one says it in China: 今天9:00, 明天（周一）9:00, 11月24日（周二）9:00."""
    then, today = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    distance, weekday = (then.date() - today).days, f"（周{_WEEKDAYS[then.weekday()]}）"
    day = _SOON.get(distance) or f"{then.month}月{then.day}日"
    return f"{day}{weekday if distance else ''}{then.hour}:{then:%M}"


@cache
def _in_library(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@cache
def _statutory(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))
