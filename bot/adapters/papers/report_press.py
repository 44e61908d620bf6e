"""Draws and prints reports beside the event loop: the ReportPress of the services.

What draws and what makes Excel files takes long to load, so it is loaded with the first report.
"""

import asyncio
import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import jinja2

from bot.adapters.papers.pdf import MISSING, converter, pdf
from bot.domain.errors import ConfigurationError
from bot.domain.paper_values import minute
from bot.domain.report_book import Book, Chart, Look, Section
from bot.services.report_addresses import address

_FOLDER = Path(__file__).parent
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
_WIDTH, _TABLE = 22.0, 26.5  # centimetres of a chart and of a table on paper
_LEAST, _LONGEST = 3, 40  # characters that count for the width of a column


class _Picture(NamedTuple):
    """A chart as the template puts it into the document; centimetres."""

    data: str
    width: float
    height: float


class DeskReportPress:
    """Charts by pygal, Excel by openpyxl, PDF by LibreOffice from an OpenDocument text, one at a time."""

    def __init__(self) -> None:
        self._one = asyncio.Semaphore(1)

    @property
    def makes_pdf(self) -> bool:
        """Whether LibreOffice is installed."""
        return converter() is not None

    async def charts(self, book: Book) -> Mapping[str, str]:
        """The charts of a report as SVG for a page, by the keys of their sections."""
        return await asyncio.to_thread(_charts, book)

    async def excel(self, book: Book) -> bytes:
        """The report as a .xlsx."""
        return await asyncio.to_thread(_workbook, book)

    async def pdf(self, book: Book) -> bytes:
        """The report as a PDF; ConfigurationError without LibreOffice."""
        program = converter()
        if program is None:
            raise ConfigurationError(MISSING)
        document = await asyncio.to_thread(report_document, book)
        async with self._one:
            return await pdf(document, program, ".fodt")


def report_document(book: Book) -> bytes:
    """The report as a flat OpenDocument text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"minute": minute, "clean": lambda text: _FORBIDDEN.sub("", text)}
    pictures = {one.key: _picture(one.chart, one.title) for one in book.sections if one.chart}
    widths = {one.key: _widths(one) for one in book.sections}
    figures = list(dict.fromkeys(figure for one in book.sections for figure in one.explained))
    template = environment.get_template("report.fodt")
    return template.render(book=book, pictures=pictures, widths=widths, figures=figures).encode()


def _widths(section: Section) -> list[float]:
    """Centimetres of each column, by the longest of what stands in it."""
    longest = [
        min(max([len(name), *(len(row[at].written) for row in section.rows)]), _LONGEST) + _LEAST
        for at, name in enumerate(section.header)
    ]
    return [round(_TABLE * one / sum(longest), 2) for one in longest]


def _workbook(book: Book) -> bytes:
    from bot.adapters.papers.report_excel import report_workbook

    return report_workbook(book)


def _charts(book: Book) -> dict[str, str]:
    from bot.adapters.papers.charts import svg

    return {one.key: svg(one.chart, one.title, address) for one in book.sections if one.chart}


def _picture(chart: Chart, title: str) -> _Picture:
    from bot.adapters.papers.charts import FRAME, HEIGHT, ROW, WIDTH, svg

    height = FRAME + ROW * len(chart.labels) if chart.look is Look.BARS else HEIGHT
    data = base64.b64encode(svg(chart, title).encode()).decode()
    return _Picture(data, _WIDTH, round(_WIDTH * height / WIDTH, 2))
