"""Working days on the Chinese calendar, with 调休 (made-up working days)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5


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
