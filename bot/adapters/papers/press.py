"""Prints papers for the pages of the desk, beside the event loop: the Press of its services.

What makes Word and Excel files takes long to load and is seldom used, so it is loaded with the first one.
"""

import asyncio
from collections.abc import Mapping

from bot.adapters.papers.archive import pack
from bot.adapters.papers.pdf import MISSING, converter, pdf
from bot.adapters.papers.word import word
from bot.domain.errors import ConfigurationError
from bot.domain.papers import Sheet
from bot.services.monthly import MonthlyBook


class DeskPress:
    """Word from the templates, PDF with LibreOffice; one PDF at a time, so that a machine isn't flooded."""

    def __init__(self) -> None:
        self._one = asyncio.Semaphore(1)

    @property
    def makes_pdf(self) -> bool:
        """Whether LibreOffice is installed."""
        return converter() is not None

    async def word(self, sheet: Sheet) -> bytes:
        """The sheet as a .docx."""
        return await asyncio.to_thread(word, sheet)

    async def pdf(self, sheet: Sheet) -> bytes:
        """The sheet as a PDF; ConfigurationError without LibreOffice."""
        program = converter()
        if program is None:
            raise ConfigurationError(MISSING)
        document = await self.word(sheet)
        async with self._one:
            return await pdf(document, program)

    async def workbook(self, book: MonthlyBook) -> bytes:
        """A month's register and report as a .xlsx."""
        return await asyncio.to_thread(_workbook, book)

    async def archive(self, files: Mapping[str, bytes]) -> bytes:
        """The files as a .zip."""
        return await asyncio.to_thread(pack, files)


def _workbook(book: MonthlyBook) -> bytes:
    from bot.adapters.papers.excel import workbook

    return workbook(book)
