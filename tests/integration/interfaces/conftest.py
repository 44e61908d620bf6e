"""Fixtures of the interfaces to other programs."""

import pytest

from bot.domain.people import Role
from tests.people import person


@pytest.fixture
async def admin(desk):
    return await person(desk, "root", Role.ADMIN)
