"""Working days on the Chinese calendar, with 调休 (made-up working days)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SATURDAY = 5


def is_workday(day: date) -> bool:
    """Whether `day` is worked; years whose official notice is not known yet count Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def due(start: datetime, workdays: int, closing: time = time(18, 0)) -> datetime:
    """When `workdays` working days after `start` end: closing time (Shanghai) of the last day.

    The day of acceptance doesn't count (decisions.md, Clocks).
    """
    day = start.astimezone(SHANGHAI).date()
    left = workdays
    while left > 0:
        day += timedelta(days=1)
        left -= is_workday(day)
    return datetime.combine(day, closing, SHANGHAI)
