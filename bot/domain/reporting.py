"""What a report is about: a stretch of time in China, and which part of the complaints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from bot.domain.errors import InvalidInput
from bot.domain.handbook.severity import ThingKind
from bot.domain.workdays import SHANGHAI

NOBODY = "-"  # as the handler, department or business of a case: it has none
LONGEST = 5 * 366  # days of one report
_DAYS_APART = 62  # up to so many days a report tells each day apart, beyond it each month
_MONTHS_OF_A_YEAR, _MONTHS_OF_A_QUARTER = 12, 3
_DAY = timedelta(days=1)


class Kind(StrEnum):
    """The periods that can be chosen by name."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    LAST_QUARTER = "last_quarter"
    YEAR = "year"
    DAYS = "days"  # from a day to a day


TITLES = {
    Kind.MONTH: "本月",
    Kind.LAST_MONTH: "上月",
    Kind.QUARTER: "本季度",
    Kind.LAST_QUARTER: "上季度",
    Kind.YEAR: "今年",
    Kind.DAYS: "自选日期",
}


@dataclass(frozen=True)
class Period:
    """From the first moment of `first` to the last one of `last`, days in Shanghai."""

    first: date
    last: date

    @classmethod
    def named(cls, kind: Kind, now: datetime) -> Self:
        """The period of that name at that moment; one that is still running ends with its last day."""
        today = now.astimezone(SHANGHAI).date()
        months = _MONTHS_OF_A_QUARTER if kind in (Kind.QUARTER, Kind.LAST_QUARTER) else 1
        months = _MONTHS_OF_A_YEAR if kind is Kind.YEAR else months
        start = _month(today, -((today.month - 1) % months))
        if kind in (Kind.LAST_MONTH, Kind.LAST_QUARTER):
            start = _month(start, -months)
        return cls(start, _month(start, months) - _DAY)

    @classmethod
    def between(cls, first: str, last: str) -> Self:
        """From days like 2026-03-01; InvalidInput."""
        try:
            days = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
        except ValueError:
            raise InvalidInput("日期要写成 2026-03-01 这样，起止两天都要填。") from None
        if days[0] > days[1]:
            raise InvalidInput("结束的日子不能早于开始的日子。")
        if (days[1] - days[0]).days >= LONGEST:
            raise InvalidInput("一份报表最多五年，请把时间选短一些。")
        return cls(*days)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, datetime.min.time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + _DAY, datetime.min.time(), SHANGHAI)

    @property
    def title(self) -> str:
        """Like 2026年3月1日至3月31日."""
        first, last = self.first, self.last
        same_year = f"{last.month}月{last.day}日" if first.year == last.year else _written(last)
        return _written(first) if first == last else f"{_written(first)}至{same_year}"

    @property
    def by_month(self) -> bool:
        """Whether it is so long that months are told apart, not days."""
        return (self.last - self.first).days >= _DAYS_APART

    def before(self) -> "Period":
        """What to compare it with: as many whole months before it, else as many days."""
        if self.first.day == 1 and (self.last + _DAY).day == 1:
            months = (self.last.year - self.first.year) * _MONTHS_OF_A_YEAR
            months += self.last.month - self.first.month + 1
            return Period(_month(self.first, -months), self.first - _DAY)
        days = self.last - self.first + _DAY
        return Period(self.first - days, self.first - _DAY)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it."""
        return moment is not None and self.since <= moment < self.until

    def buckets(self) -> tuple["Period", ...]:
        """Its days, or the parts of months that it has, in order."""
        return tuple(self._buckets())

    def bucket(self, day: date) -> date:
        """The first day of the bucket that a day of it belongs to."""
        return max(day.replace(day=1), self.first) if self.by_month else day

    def _buckets(self) -> Iterator["Period"]:
        start = self.first
        while start <= self.last:
            end = min(_month(start, 1) - _DAY, self.last) if self.by_month else start
            yield Period(start, end)
            start = end + _DAY


@dataclass(frozen=True)
class Scope:
    """Which cases a figure counts; None doesn't matter, NOBODY is where a case has none.

    `now` decides what is overdue. `members` are the people of a group that was chosen; `hidden` the cases
    that who asks is to know nothing of. `thing` is a kind and the key by which the database knows its value,
    `ids` the only cases that are meant.
    """

    period: Period
    now: datetime
    pack: str | None = None
    channel: str | None = None
    department: str | None = None
    issue: str | None = None
    handler: str | None = None
    members: frozenset[str] | None = None
    thing: tuple[ThingKind, str] | None = None
    ids: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()


def _month(day: date, later: int) -> date:
    """The first day of the month so many months later."""
    months = day.year * _MONTHS_OF_A_YEAR + day.month - 1 + later
    return date(months // _MONTHS_OF_A_YEAR, months % _MONTHS_OF_A_YEAR + 1, 1)


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
