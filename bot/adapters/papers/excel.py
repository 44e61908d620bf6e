"""Writes the month's register and report as an Excel workbook."""

import io

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.domain.monthly import Table
from bot.services.monthly import MonthlyBook

HEAD = PatternFill("solid", fgColor="F2F4F7")
BOLD, TITLE, PALE = Font(bold=True), Font(bold=True, size=13), Font(color="6B7480", size=9)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NARROW, _WIDE = 10, 40
_LONGEST_CELL = 32_000  # Excel takes 32767 characters
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(book: MonthlyBook) -> bytes:
    """The .xlsx: one sheet with a line for each case, one with the month's counts."""
    file = Workbook()
    register = file.active
    if not isinstance(register, Worksheet):
        raise TypeError("a new workbook begins with a worksheet")
    _register(register, book)
    _report(file.create_sheet("月报"), book)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _register(sheet: Worksheet, book: MonthlyBook) -> None:
    sheet.title = "登记表"
    _heading(sheet, f"{book.company}　{book.month.title}{book.register.title}".strip())
    _table(sheet, 3, book.register)
    sheet.freeze_panes = "B4"
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(book.register.header))}{3 + len(book.register.lines)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth = "landscape", 1
    _widths(sheet, book.register)


def _report(sheet: Worksheet, book: MonthlyBook) -> None:
    _heading(sheet, f"{book.company}　{book.month.title}客户投诉月报".strip())
    row = 3
    for table in book.report:
        put(sheet.cell(row, 1), table.title).font = BOLD
        put(sheet.cell(row, 4), table.source).font = PALE
        row = _table(sheet, row + 1, table) + 1
    for label in ("分管副总审核：", "总经理核准："):
        put(sheet.cell(row, 1), label)
        row += 1
    for column, width in (("A", 44), ("B", 24), ("C", 12)):
        sheet.column_dimensions[column].width = width


def _heading(sheet: Worksheet, text: str) -> None:
    put(sheet.cell(1, 1), text).font = TITLE


def _table(sheet: Worksheet, row: int, table: Table) -> int:
    """Write a table from `row` on; the first row after it."""
    for column, name in enumerate(table.header, start=1):
        cell = put(sheet.cell(row, column), name)
        cell.font, cell.fill = BOLD, HEAD
    for line in table.lines:
        row += 1
        for column, value in enumerate(line, start=1):
            put(sheet.cell(row, column), value).alignment = _WRAPPED
    return row + 1


def put(cell: Cell | MergedCell, value: str | float) -> Cell:
    """A value as a value: text that begins like a formula stays text, whoever opens the file and saves it."""
    if isinstance(cell, MergedCell):
        raise TypeError("this workbook merges no cells")
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_STARTS_A_FORMULA):
        cell.quotePrefix = True
    return cell


def _widths(sheet: Worksheet, table: Table) -> None:
    for column, name in enumerate(table.header):
        longest = max([len(name), *(len(str(line[column])) for line in table.lines)])
        width = min(max(longest * 2, _NARROW), _WIDE)
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
