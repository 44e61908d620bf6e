"""A report as one HTML page that needs nothing else: its styles and charts stand in it."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

from bot.domain.evaluation import COMPLAINT, NOT_COMPLAINT, NOT_UNDERSTOOD
from bot.domain.measuring import Measure, Row, Target
from bot.domain.report import Report
from bot.domain.workdays import SHANGHAI
from bot.services.titles import FACTS

PAIRS = 20  # confused pairs shown of each set
_FAMILIES = {COMPLAINT: "投诉", NOT_COMPLAINT: "不是投诉", NOT_UNDERSTOOD: "没听懂"}
_UNITS: dict[str, Callable[[float], str]] = {
    "share": lambda value: f"{value * 100:.1f} %",
    "ms": lambda value: f"{value:.1f} 毫秒",
    "s": lambda value: f"{value:.0f} 秒",
    "times": lambda value: f"{value:.2f} 倍",
}
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def page(report: Report, title: Callable[[str], str]) -> str:
    """The page. `title` gives the Chinese title of a label."""
    return _ENVIRONMENT.get_template("page.html").render(
        report=report,
        made=report.made.astimezone(SHANGHAI),
        rows=[(row, _shown(row.ours, row), _shown(row.stock, row), _wanted(row)) for row in report.rows],
        met=sum(row.met is True for row in report.rows),
        judged=sum(row.met is not None for row in report.rows),
        confusions=[(one, report.confused(one)[:PAIRS], report.confused(one)) for one in report.sets],
        lines=_lines(report),
        title=lambda label: _FAMILIES.get(label) or title(label),
        fact=lambda kind: FACTS.get(kind, kind),
        measures=Measure,
        percent=_UNITS["share"],
    )


def _shown(value: float | None, row: Row) -> str:
    return "–" if value is None else _UNITS[row.unit](value)


def _wanted(row: Row) -> str:
    target: Target | None = row.target
    if target is None:
        return ""
    return f"{'至少' if target.at_least else '至多'} {_UNITS[row.unit](target.bound)}"


def _lines(report: Report) -> list[dict[str, Any]]:
    """The curve's lines: for each set its points, across by the logarithm of the messages (0 to 1)."""
    if len(report.curve) < 2:  # noqa: PLR2004 -- a line has two ends
        return []
    low, high = (math.log(report.curve[place].messages) for place in (0, -1))
    across = [(math.log(point.messages) - low) / max(high - low, 1e-9) for point in report.curve]
    return [
        {
            "name": one.name,
            "points": [
                (x, point.figures[one.name], point) for x, point in zip(across, report.curve, strict=True)
            ],
        }
        for one in report.label_sets
    ]
