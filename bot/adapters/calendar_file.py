"""A year's official notice of working days, from a YAML file that somebody typed off the notice."""

from datetime import date, timedelta
from pathlib import Path

import yaml

from bot.domain.errors import InvalidInput
from bot.domain.workdays import Notice

_KEYS = {"year", "off", "worked"}
_EXAMPLE = "year: 2027，off: [2027-02-05..2027-02-12]，worked: [2027-01-31]"


def read_notice(path: Path) -> Notice:
    """Read `year`, `off` (days off) and `worked` (weekend days worked instead).

    A range of days is written 2027-02-05..2027-02-12.
    InvalidInput names file, key and day.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- only texts
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else ""
        raise InvalidInput(f"{path}{where}读不出来，应写成：{_EXAMPLE}") from error
    if not isinstance(data, dict) or not {"year", "off"} <= set(data) <= _KEYS:
        raise InvalidInput(f"{path}: 需要 year 和 off，还可以有 worked，例如：{_EXAMPLE}")
    year = _year(data["year"], path)
    off = _days(data["off"], "off", year, path)
    worked = _days(data.get("worked", []), "worked", year, path)
    both = sorted(off & worked)
    if both:
        raise InvalidInput(f"{path}: {both[0]} 既在 off 又在 worked 里，请只留一处。")
    return Notice(year, off, worked)


def _year(value: object, path: Path) -> int:
    text = str(value)
    if not (text.isdecimal() and len(text) == len("2027")):
        raise InvalidInput(f"{path}: year 应是四位数的年份，而不是 {text}。")
    return int(text)


def _days(value: object, key: str, year: int, path: Path) -> frozenset[date]:
    if not isinstance(value, list):
        raise InvalidInput(f"{path}: {key} 应是日期的列表，例如：{_EXAMPLE}")
    days: set[date] = set()
    for item in value:
        first, _, last = str(item).partition("..")
        start, end = _day(first, key, year, path), _day(last or first, key, year, path)
        if end < start:
            raise InvalidInput(f"{path}: {key} 里的 {item} 前后颠倒了。")
        days |= {start + timedelta(days=count) for count in range((end - start).days + 1)}
    return frozenset(days)


def _day(text: str, key: str, year: int, path: Path) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"{path}: {key} 里的 {text} 不是日期，应写成 {year}-02-05。") from None
    if day.year != year:
        raise InvalidInput(f"{path}: {key} 里的 {day} 不在 {year} 年。")
    return day
