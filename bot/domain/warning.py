"""When somebody is warned that a deadline comes near: while a fifth of the working time is left."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.domain.deadlines import WorkingHours
from bot.domain.workdays import SHANGHAI, Calendar

_LEFT = 5  # a fifth of the time
LEAST = timedelta(hours=1)  # of working time
FURTHEST = timedelta(days=15)  # before the deadline: beyond 春节, and enough for any promise


def warn_at(start: datetime, due_at: datetime, calendar: Calendar, hours: WorkingHours) -> datetime:
    """When to warn of what began at `start` and is due at `due_at`; both aware.

    Counted in working time, so that nobody is warned on a holiday of what is due right after it; never less
    than a working hour before, never before the start or more than FURTHEST before the deadline.
    """
    earliest = max(start, due_at - FURTHEST)
    if due_at <= earliest:
        return due_at
    stretches = list(_worked(start.astimezone(UTC), due_at.astimezone(UTC), calendar, hours))
    left = max(sum((end - begin for begin, end in stretches), timedelta()) / _LEFT, LEAST)
    for begin, end in reversed(stretches):
        if end - begin >= left:
            return max(end - left, earliest)
        left -= end - begin
    return earliest


def _worked(
    start: datetime, end: datetime, calendar: Calendar, hours: WorkingHours
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time between two moments, in order; all in UTC, which compares quickly."""
    day, last = _day(start), _day(end)
    while day <= last:
        for opens, closes in hours.spans(day) if calendar.is_workday(day) else ():
            begin, stop = max(opens.astimezone(UTC), start), min(closes.astimezone(UTC), end)
            if begin < stop:
                yield begin, stop
        day += timedelta(days=1)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
