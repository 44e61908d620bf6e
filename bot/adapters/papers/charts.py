"""Draws charts with pygal: SVG with links, without any script or style inside.

What pygal puts into a style sheet becomes attributes here: the Content-Security-Policy of the pages allows
no style inside a page, and LibreOffice, which makes the PDF, reads attributes best. On pages the classes
have rules in reports.css that go before the attributes, so that charts follow the dark mode.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pygal import Bar, HorizontalBar, Line
from pygal.etree import etree
from pygal.style import Style

from bot.domain.report_book import Chart, Link, Look, Series

FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
WIDTH, HEIGHT, ROW, FRAME = 960, 320, 30, 60  # of a chart in its own units; ROW for each lying bar
# Told apart by lightness and by dashes as well as by hue.
COLORS = ("#0f6b56", "#c8641f", "#3b5ba5", "#8a4f9e", "#5f6b22")
_DASHES = ("none", "8 4", "2 3", "10 3 2 3", "4 2")
_INK, _SOFT, _EDGE = "#17211d", "#55625c", "#dbe2de"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LABEL, _VALUE = 13, 12  # font sizes
_MOST_LABELS, _LONGEST = 16, 18
_WIDER = 0.45  # of a font size: how much wider a Chinese character is than pygal takes it for
_ROOM = 1.2  # of the longest bar, so that its value stands beside it
_STYLE = Style(font_family=FONT, label_font_size=_LABEL, value_font_size=_VALUE, legend_font_size=_LABEL)
Node = Any  # of an element tree

# pygal's way of finding maps is one that Python no longer knows (3.11 warns at each further import). There
# are no maps here.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]


def svg(chart: Chart, title: str, address: Callable[[Link], str] = lambda _: "") -> str:
    """The chart as an <svg> element; `address` says where the cases behind a point are."""
    chart = _upwards(chart) if chart.look is Look.BARS else chart
    made = _graph(chart)
    for series in chart.series:
        made.add(series.title, [_point(series, at, address) for at in range(len(series.values))])
    root = made.render_tree()
    _strip(root)
    _describe(root, chart)
    _paint(root, chart)
    root.set("role", "group" if chart.series[0].links else "img")
    root.set("aria-label", title)
    root.set("class", f"chart {chart.look}")
    root.set("font-family", FONT)
    return str(etree.tostring(root, encoding="unicode"))


def _upwards(chart: Chart) -> Chart:
    """Pygal draws lying bars from the bottom: the last one first."""
    series = tuple(
        replace(one, values=one.values[::-1], texts=one.texts[::-1], links=one.links[::-1])
        for one in chart.series
    )
    return replace(chart, labels=chart.labels[::-1], series=series)


def _graph(chart: Chart) -> Node:
    several = len(chart.series) > 1
    highest = max((value or 0 for series in chart.series for value in series.values), default=0)
    options: dict[str, Any] = {
        "style": _STYLE,
        "width": WIDTH,
        "height": HEIGHT,
        "show_legend": several,
        "legend_at_bottom": several,
        "margin": 10,
        "spacing": 8,
        "explicit_size": True,
        "value_formatter": _whole,
        "min_scale": 2,
        "legend_at_bottom_columns": len(chart.series),
        "truncate_label": _LONGEST,
        "truncate_legend": _LONGEST,
    }
    if chart.look is Look.BARS:
        widest = max(_chinese(label[:_LONGEST]) for label in chart.labels)
        options |= {
            "height": FRAME + ROW * len(chart.labels),
            "print_values": True,
            "print_values_position": "top",
            "margin_left": 10 + int(widest * _LABEL * _WIDER),
            "range": (0, max(highest, 1) * _ROOM),
            "order_min": 0,
        }
        made = HorizontalBar(**options)
        made.x_labels = [_cut(label) for label in chart.labels]
        return made
    kind = Line if chart.look is Look.LINES else Bar
    every = -(-len(chart.labels) // _MOST_LABELS)
    made = kind(**options, range=(0, max(highest, 1)), show_minor_x_labels=every <= 1, dots_size=4)
    made.x_labels = [_cut(label) for label in chart.labels]
    made.x_labels_major = [_cut(label) for at, label in enumerate(chart.labels) if at % max(every, 1) == 0]
    return made


def _point(series: Series, at: int, address: Callable[[Link], str]) -> dict[str, Any]:
    text = series.texts[at]
    found: dict[str, Any] = {"value": series.values[at], "formatter": lambda _: text}
    href = address(series.links[at]) if series.links else ""
    return found | ({"xlink": {"href": href, "target": "_self"}} if href else {})


def _strip(root: Node) -> None:
    """Take out what scripts and style sheets of pygal's would need."""
    for node in list(root.iter()):
        parent, name = node.getparent(), node.get("class") or ""
        is_needless = not isinstance(node.tag, str) or node.tag in ("style", "script", "defs", "title")
        if parent is not None and (is_needless or "tooltip-overlay" in name or "background" in name.split()):
            parent.remove(node)
            continue
        for attribute in ("id", "style"):
            node.attrib.pop(attribute, None)


def _describe(root: Node, chart: Chart) -> None:
    """Say at each point what it is: for screen readers, and for who rests the pointer on it."""
    for index, series in enumerate(chart.series):
        points = [node for node in _of_series(root, index) if node.get("class") in ("bar", "dots")]
        shown = [at for at, value in enumerate(series.values) if value is not None]
        for node, at in zip(points, shown, strict=True):
            for note in node.findall(".//desc"):
                note.getparent().remove(note)
            said = f"{chart.labels[at]}，{series.title}：{series.texts[at]}"
            link = node.find("a")
            target = node if link is None else link
            etree.SubElement(target, "title").text = said
            if link is not None:
                link.set("href", link.attrib.pop(_HREF))
                link.set("aria-label", said)


def _paint(root: Node, chart: Chart) -> None:
    """Colours, sizes and places of texts, as attributes."""
    for node in root.iter("text"):
        node.set("text-anchor", node.get("text-anchor") or "middle")
        node.set("font-size", str(_VALUE if "value" in (node.get("class") or "") else _LABEL))
        node.set("fill", _INK)
    for axis in root.iter("g"):
        if "axis" in (axis.get("class") or ""):
            _paint_axis(axis)
    for legend in root.iter("g"):
        if (legend.get("class") or "").startswith("legend "):
            for text in legend.iter("text"):
                text.set("text-anchor", "start")
    for index in range(len(chart.series)):
        color = COLORS[index % len(COLORS)]
        for node in _of_series(root, index):
            _paint_point(node, color, _DASHES[index % len(_DASHES)], is_bar=chart.look is not Look.LINES)
    for index, rect in enumerate(root.iterfind(".//g[@class='legends']//rect")):
        rect.set("fill", COLORS[index % len(COLORS)])


def _paint_axis(axis: Node) -> None:
    is_upright = "y" in (axis.get("class") or "").split()
    for text in axis.iter("text"):
        text.set("text-anchor", "end" if is_upright else "middle")
        text.set("fill", _SOFT)
    for line in axis.iter("path"):
        line.set("stroke", _EDGE)
        line.set("fill", "none")


def _paint_point(node: Node, color: str, dash: str, *, is_bar: bool) -> None:
    if node.tag in ("rect", "circle"):
        node.set("fill", color)
    elif node.tag == "path" and not is_bar:
        for name, value in (
            ("stroke", color),
            ("stroke-width", "2"),
            ("fill", "none"),
            ("stroke-dasharray", dash),
        ):
            node.set(name, value)
    elif node.tag == "text" and is_bar:
        node.set("text-anchor", "start")


def _of_series(root: Node, index: int) -> Iterator[Node]:
    for group in root.iter("g"):
        if f"serie-{index}" in (group.get("class") or "").split():
            yield from group.iter()


def _chinese(text: str) -> int:
    return sum(not char.isascii() for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _whole(value: float) -> str:
    return f"{value:,.0f}"
