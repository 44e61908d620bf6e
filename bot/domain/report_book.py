"""A report as it is shown, printed and taken away: sections of tables, some of them drawn as charts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.figures import FIGURES, Figure

Link = Mapping[str, str]  # the filter of the list of cases behind a number
_NOTHING: Link = {}


@dataclass(frozen=True)
class Cell:
    """A value of a table. `text` is how it is written; `link` leads to the cases behind it."""

    value: str | float | None
    text: str = ""
    link: Link = field(default_factory=dict)

    @property
    def written(self) -> str:
        """As people read it."""
        if self.text:
            return self.text
        return "无数据" if self.value is None else f"{self.value}"


class Look(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"  # lying, one below the other
    COLUMNS = "columns"  # standing, along the time
    LINES = "lines"


@dataclass(frozen=True)
class Series:
    """The values of one kind, in the order of the chart's labels. `links` lead to the cases behind each."""

    title: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A picture of a table that stands beside it: it says nothing that the table doesn't."""

    look: Look
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Section:
    """A part of a report. `figures` are the keys of what it shows, whose definitions stand below it."""

    key: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figures: tuple[str, ...] = ()
    chart: Chart | None = None
    note: str = ""

    @property
    def explained(self) -> tuple[Figure, ...]:
        """How its figures are counted."""
        return tuple(FIGURES[key] for key in self.figures)


@dataclass(frozen=True)
class Book:
    """A whole report. `about` says which complaints it is of, `made_at` from when its numbers are."""

    title: str
    about: str
    made_at: datetime
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section:
        """The part with this key; KeyError."""
        return {one.key: one for one in self.sections}[key]


def number(value: int, link: Link = _NOTHING) -> Cell:
    """A count; nothing is listed behind none."""
    return Cell(value, f"{value:,}", link if value else {})


def decimal(value: float | None, unit: str = "") -> Cell:
    """A value with one place."""
    return Cell(None if value is None else round(value, 1), "" if value is None else f"{value:.1f}{unit}")


def words(text: str, link: Link = _NOTHING) -> Cell:
    """Text."""
    return Cell(text, text, link)
