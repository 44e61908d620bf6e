"""How people share the conversations, and when the bot gives one to them: `desk` in company.yml."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.domain import labels
from bot.domain.errors import ConfigurationError
from bot.domain.workdays import SHANGHAI

_LONGEST_WHY = 60  # characters
_NUMBERS = {  # with the least and the most of each
    "cap": (1, 100),
    "away_minutes": (1, 240),
    "offline_minutes": (1, 60),
    "grace_minutes": (1, 240),
    "misunderstood": (1, 9),
}
_RULE_KEYS = ("why", "labels", "packs", "words", "hours")


class Assignment(StrEnum):
    """How conversations get from the queue to people."""

    CLAIM = "claim"  # they take them
    AUTO = "auto"  # whoever fits and has the least to do gets them


@dataclass(frozen=True)
class HumanRule:
    """What goes to a person because the company says so: everything that is named has to hold.

    Of `labels`, `packs`, `words` one has to fit; `hours` are from when to when (China's time), past midnight
    if they end before they begin. `why` is what the agents read.
    """

    why: str
    labels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hours: tuple[time, time] | None = None

    def fits(self, heard: Collection[str], pack: str | None, text: str, now: datetime) -> bool:
        """Whether a message read so, about this pack's business, goes to a person; `text` is Simplified."""
        return (
            (not self.labels or not set(self.labels).isdisjoint(heard))
            and (not self.packs or pack in self.packs)
            and (not self.words or any(word in text for word in self.words))
            and (self.hours is None or _is_within(now.astimezone(SHANGHAI).time(), *self.hours))
        )


@dataclass(frozen=True)
class Duty:
    """The company file's `desk`: numbers in minutes, and counts."""

    assignment: Assignment = Assignment.CLAIM
    cap: int = 10
    away_minutes: int = 5
    offline_minutes: int = 1
    grace_minutes: int = 3
    misunderstood: int = 3
    rules: tuple[HumanRule, ...] = field(default_factory=tuple)

    @classmethod
    def from_mapping(cls, data: object, origin: str) -> Self:
        """Read the company file's `desk`; ConfigurationError names the file and the key."""
        content = _mapping(data, f"{origin}：desk")
        known = ("assignment", *_NUMBERS, "rules")
        _refuse_unknown(content, known, f"{origin}：desk")
        values: dict[str, Any] = {
            key: _number(content[key], key, origin) for key in _NUMBERS if content.get(key) is not None
        }
        if content.get("assignment"):
            values["assignment"] = _assignment(content["assignment"], origin)
        if content.get("rules"):
            values["rules"] = _rules(content["rules"], origin)
        return cls(**values)

    @property
    def away_after(self) -> timedelta:
        """So long without a sign, somebody at an open console is away."""
        return timedelta(minutes=self.away_minutes)

    @property
    def offline_after(self) -> timedelta:
        """So long after their console was last alive somebody is offline."""
        return timedelta(minutes=self.offline_minutes)

    @property
    def grace(self) -> timedelta:
        """So long somebody who is gone keeps their conversations."""
        return timedelta(minutes=self.grace_minutes)


def _is_within(moment: time, begin: time, end: time) -> bool:
    return begin <= moment < end if begin < end else moment >= begin or moment < end


def _mapping(data: object, where: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise ConfigurationError(f"{where} 应是“项: 值”的形式，请参照 company.example.yml。")
    return {str(key): value for key, value in data.items()}


def _refuse_unknown(content: Mapping[str, object], known: Collection[str], where: str) -> None:
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise ConfigurationError(f"{where} 下不认识的项 {unknown[0]}；可用的项是 {'、'.join(known)}。")


def _number(value: object, key: str, origin: str) -> int:
    least, most = _NUMBERS[key]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigurationError(f"{origin}：desk 的 {key} 应是 {least} 到 {most} 的整数，而不是 {value!r}。")
    return value


def _assignment(value: object, origin: str) -> Assignment:
    try:
        return Assignment(str(value))
    except ValueError:
        raise ConfigurationError(
            f"{origin}：desk 的 assignment 应是 {'、'.join(Assignment)} 之一，而不是 {value!r}。"
        ) from None


def _rules(value: object, origin: str) -> tuple[HumanRule, ...]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{origin}：desk 的 rules 应是列表，每条写 why 和条件。")
    return tuple(_rule(one, f"{origin}：desk 的 rules 第 {nth} 条") for nth, one in enumerate(value, start=1))


def _rule(value: object, where: str) -> HumanRule:
    content = _mapping(value, where)
    _refuse_unknown(content, _RULE_KEYS, where)
    why = str(content.get("why") or "").strip()
    if not 0 < len(why) <= _LONGEST_WHY:
        raise ConfigurationError(f"{where} 要有 why：给客服看的原因，1 到 {_LONGEST_WHY} 个字。")
    lists = {
        key: _texts(content[key], key, where) for key in ("labels", "packs", "words") if content.get(key)
    }
    hours = _hours(content["hours"], where) if content.get("hours") else None
    if not lists and hours is None:
        raise ConfigurationError(f"{where} 没有条件：labels、packs、words、hours 至少写一项。")
    unknown = sorted(set(lists.get("labels", ())) - labels.ALL)
    if unknown:
        raise ConfigurationError(
            f"{where} 的 labels 里不认识 {unknown[0]}（bot/domain/labels.py 列出了全部）。"
        )
    return HumanRule(why, hours=hours, **lists)


def _texts(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ConfigurationError(f"{where} 的 {key} 应是列表。")
    return tuple(one.strip() for one in value)


def _hours(value: object, where: str) -> tuple[time, time]:
    begin, _, end = str(value).partition("-")
    try:
        hours = time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
    except ValueError:
        hours = None
    if hours is None or hours[0] == hours[1]:
        raise ConfigurationError(f'{where} 的 hours 应写成 "18:00-09:00" 这样，而不是 {value!r}。')
    return hours
