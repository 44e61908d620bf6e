"""A database with complaints to count, and reports made of it."""

import pytest

from bot.adapters.papers.report_press import DeskReportPress
from bot.domain.people import Role, User
from bot.services.reports import Reports
from tests.reports import NOW, fill


class Still:
    """A clock that stands at the moment of the report, until it is set."""

    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def boss():
    return User("boss", "boss", "王主管", Role.SUPERVISOR, "hash", NOW)


@pytest.fixture
def clock():
    return Still()


@pytest.fixture
async def filled(desk, boss):
    """The desk with its words, and some months of complaints."""
    await fill(desk.units, desk.words)
    async with desk.units() as uow:
        uow.people.add(boss)
        await uow.commit()
    return desk


@pytest.fixture
def reports(filled, database, clock):
    return Reports(database.reading_units(), filled.words, clock, DeskReportPress())
