"""The people of a case's life."""

import pytest

from bot.domain.people import Role
from tests.life import Life
from tests.people import person


@pytest.fixture
def life(desk):
    return Life(desk)


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


@pytest.fixture
async def zhao(desk):
    return await person(desk, "zhao", Role.DEPARTMENT, "responsible")


@pytest.fixture
async def boss(desk):
    return await person(desk, "boss", Role.SUPERVISOR)
