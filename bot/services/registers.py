"""The month's register and report, as supervisors take them away from the desk's pages."""

from enum import StrEnum
from typing import Protocol

from bot.domain.monthly import Month
from bot.domain.papers import Sheet
from bot.domain.workdays import SHANGHAI
from bot.services.case_papers import WORD, Printed
from bot.services.monthly import MonthlyBook, monthly_book
from bot.services.ports import Clock, Units
from bot.services.words import Words

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterKind(StrEnum):
    """Register and report as a workbook, or the report alone as a document."""

    EXCEL = "xlsx"
    WORD = "docx"
    PDF = "pdf"


class RegisterPress(Protocol):
    """Prints a month's book."""

    @property
    def makes_pdf(self) -> bool:
        """Whether this machine can make PDF files."""

    async def workbook(self, book: MonthlyBook) -> bytes:
        """Register and report as a .xlsx."""

    async def word(self, sheet: Sheet) -> bytes:
        """The report as a .docx."""

    async def pdf(self, sheet: Sheet) -> bytes:
        """The report as a PDF; ConfigurationError where none can be made."""


class Registers:
    """Makes the book of a month (M-8 D07, M-3 D35 …) in the form that is asked for."""

    def __init__(self, units: Units, words: Words, clock: Clock, press: RegisterPress) -> None:
        self._units, self._words, self._clock, self._press = units, words, clock, press

    @property
    def makes_pdf(self) -> bool:
        """Whether the report can be had as a PDF."""
        return self._press.makes_pdf

    def present_month(self) -> str:
        """The month that it is in China, like 2026-03."""
        return f"{self._clock.now().astimezone(SHANGHAI):%Y-%m}"

    async def printed(self, month: Month, kind: RegisterKind, *, full: bool) -> Printed:
        """The file; `full` shows phone and identity numbers whole, else their last four digits."""
        book = await monthly_book(self._units, self._words, self._clock, month, full=full)
        name = f"register-{month.year}-{month.month:02}.{kind}"
        if kind is RegisterKind.EXCEL:
            return Printed(name, _EXCEL, await self._press.workbook(book))
        if kind is RegisterKind.PDF:
            return Printed(name, "application/pdf", await self._press.pdf(book.sheet()))
        return Printed(name, WORD, await self._press.word(book.sheet()))
