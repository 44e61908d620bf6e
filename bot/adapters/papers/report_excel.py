"""Writes a report as an Excel workbook: a sheet for each part, with charts that Excel draws itself."""

import io

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.adapters.papers.excel import BOLD, HEAD, PALE, TITLE, put
from bot.domain.paper_values import minute
from bot.domain.report_book import Book, Chart, Look, Section

_NAME = 31  # characters of a sheet's name
_NARROW, _WIDE = 10, 60
_CHART_WIDTH, _CHART_HEIGHT, _BAR = 24, 9, 0.7  # centimetres
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_FORBIDDEN = str.maketrans("", "", "[]:*?/\\")
_FIRST = 5  # row of a table's header


def report_workbook(book: Book) -> bytes:
    """The .xlsx: numbers are numbers, and each part says how its figures are counted."""
    file = Workbook()
    first = file.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook begins with a worksheet")
    for place, section in enumerate(book.sections):
        sheet = file.create_sheet() if place else first
        sheet.title = section.title.translate(_FORBIDDEN)[:_NAME]
        _write(sheet, book, section)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, book: Book, section: Section) -> None:
    put(sheet.cell(1, 1), f"{book.title}：{section.title}").font = TITLE
    put(sheet.cell(2, 1), book.about).font = PALE
    put(sheet.cell(3, 1), f"数字截至 {minute(book.made_at)}").font = PALE
    for column, name in enumerate(section.header, start=1):
        head = put(sheet.cell(_FIRST, column), name)
        head.font, head.fill = BOLD, HEAD
    for row, cells in enumerate(section.rows, start=_FIRST + 1):
        for column, shown in enumerate(cells, start=1):
            value = shown.written if shown.value is None else shown.value
            put(sheet.cell(row, column), value).alignment = _WRAPPED
    last = _FIRST + len(section.rows)
    for place, line in enumerate(_explained(section), start=last + 2):
        put(sheet.cell(place, 1), line).font = PALE
    sheet.freeze_panes = f"B{_FIRST + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth = "landscape", 1
    _widths(sheet, section)
    if section.chart is not None:
        _draw(sheet, section, section.chart)


def _explained(section: Section) -> list[str]:
    found = [f"{figure.title}（{figure.unit}）：{figure.how}" for figure in section.explained]
    return [*found, section.note] if section.note else found


def _draw(sheet: Worksheet, section: Section, chart: Chart) -> None:
    """The chart of the first columns of the table, beside it."""
    drawn = LineChart() if chart.look is Look.LINES else BarChart()
    if isinstance(drawn, BarChart):
        drawn.type = "bar" if chart.look is Look.BARS else "col"
    if chart.look is Look.BARS:
        drawn.y_axis.majorGridlines = None
        drawn.x_axis.scaling.orientation = "maxMin"
    last = _FIRST + len(chart.labels)
    values = Reference(sheet, min_col=2, max_col=1 + len(chart.series), min_row=_FIRST, max_row=last)
    drawn.add_data(values, titles_from_data=True)
    drawn.set_categories(Reference(sheet, min_col=1, min_row=_FIRST + 1, max_row=last))
    drawn.title, drawn.width = section.title, _CHART_WIDTH
    drawn.height = max(_CHART_HEIGHT, _BAR * len(chart.labels)) if chart.look is Look.BARS else _CHART_HEIGHT
    drawn.x_axis.delete = drawn.y_axis.delete = False
    if len(chart.series) == 1:
        drawn.legend = None
    sheet.add_chart(drawn, f"{get_column_letter(len(section.header) + 2)}{_FIRST}")


def _widths(sheet: Worksheet, section: Section) -> None:
    for column, name in enumerate(section.header):
        longest = max([len(name), *(len(row[column].written) for row in section.rows)])
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(longest * 2, _NARROW), _WIDE)
