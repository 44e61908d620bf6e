"""Fixtures of the tests about moving cases: the service, an agent, and an accepted case."""

import pytest

from bot.services.handling import Handling
from tests.complaints import complain
from tests.people import person


@pytest.fixture
def handling(desk):
    return Handling(desk.units, desk.words, desk.clock)


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


@pytest.fixture
async def case(desk):
    """An accepted case: an empty pack, which goes the general way under the titles of the beverage pack."""
    await complain(desk)
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    return case
