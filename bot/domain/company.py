"""The company's own data: what clauses and announcements fill in."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Self

from bot.domain.deadlines import WorkingHours
from bot.domain.duty import Duty
from bot.domain.errors import ConfigurationError
from bot.domain.handbook.switches import Switches
from bot.domain.retention import Keeping
from bot.domain.widget import Widget
from bot.domain.workdays import SHANGHAI, Calendar

_HOURS = ("opens", "closes", "lunch_from", "lunch_to")
_TEXTS = ("name", "hotline", "email", "address", "duty_phone", "privacy")
_KEYS = (*_TEXTS, *_HOURS, "packs", "sentences", "widget", "desk", "keep")


@dataclass(frozen=True)
class Company:
    """Who runs the desk. An empty text is an unfilled placeholder: clauses that need it are not said.

    `packs` are the handbook packs in use (none named: all); `sentences` what is held back or released;
    `widget` how the chat's button looks on other sites; `desk` how people share the conversations; `keep` how
    long personal data are kept.
    """

    name: str = ""
    hotline: str = ""
    email: str = ""
    address: str = ""
    duty_phone: str = ""
    privacy: str = ""
    opens: time = time(9, 0)
    closes: time = time(18, 0)
    lunch_from: time | None = None
    lunch_to: time | None = None
    packs: tuple[str, ...] = ()
    sentences: Switches = field(default_factory=Switches)
    widget: Widget = field(default_factory=Widget)
    desk: Duty = field(default_factory=Duty)
    keep: Keeping = field(default_factory=Keeping)

    @classmethod
    def from_mapping(cls, data: dict[str, object], origin: str) -> Self:
        """Read the company file's content; ConfigurationError names the file and the key."""
        unknown = sorted(set(data) - set(_KEYS))
        if unknown:
            known = "、".join(_KEYS)
            raise ConfigurationError(f"{origin}: 不认识的项 {unknown[0]};可用的项是 {known}。")
        values: dict[str, Any] = {key: str(data[key]).strip() for key in _TEXTS if data.get(key) is not None}
        values |= {key: _hour(data[key], key, origin) for key in _HOURS if key in data}
        if data.get("packs"):
            values["packs"] = _names(data["packs"], origin)
        if data.get("sentences"):
            values["sentences"] = Switches.from_mapping(data["sentences"], origin)
        if data.get("widget"):
            values["widget"] = Widget.from_mapping(data["widget"], origin)
        if data.get("desk"):
            values["desk"] = Duty.from_mapping(data["desk"], origin)
        if data.get("keep"):
            values["keep"] = Keeping.from_mapping(data["keep"], origin)
        company = cls(**values)
        company._check_hours(origin)
        return company

    def _check_hours(self, origin: str) -> None:
        if (self.lunch_from is None) != (self.lunch_to is None):
            raise ConfigurationError(f"{origin}: lunch_from 和 lunch_to 要么都填，要么都不填。")
        ends = [self.opens, self.lunch_from, self.lunch_to, self.closes]
        named = [end for end in ends if end is not None]
        if named != sorted(set(named)):
            raise ConfigurationError(
                f"{origin}: 上班、午休、下班的时间要从早到晚（opens < lunch < closes）。"
            )

    @property
    def hours(self) -> str:
        """The hours in which people answer, for customers."""
        return f"工作日 {self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def working_hours(self) -> WorkingHours:
        """The hours in which deadlines run."""
        return WorkingHours(self.opens, self.closes, self.lunch_from, self.lunch_to)

    def is_open(self, now: datetime, calendar: Calendar) -> bool:
        """Whether people are at work: a working day on the Chinese calendar, within the hours (Shanghai).

        Customers are answered through the lunch break too.
        """
        local = now.astimezone(SHANGHAI)
        return calendar.is_workday(local.date()) and self.opens <= local.time() < self.closes

    def opens_next(self, now: datetime, calendar: Calendar) -> datetime:
        """When people come to work next, after `now`; in China's time."""
        local = now.astimezone(SHANGHAI)
        day = local.date() + timedelta(days=0 if local.time() < self.opens else 1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, SHANGHAI)

    def values(self) -> dict[str, str]:
        """What fills `{company.…}`; unfilled ones are missing."""
        filled = {f"company.{key}": getattr(self, key) for key in _TEXTS}
        filled["company.hours"] = self.hours
        return {key: value for key, value in filled.items() if value}


def _names(value: object, origin: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ConfigurationError(f"{origin}：packs 应是手册名称的列表。")
    return tuple(value)


def _hour(value: object, key: str, origin: str) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ConfigurationError(f'{origin}: {key} 应写成 "09:00" 这样的时间，而不是 {value!r}。') from None
