"""Fixtures of asking customers afterwards."""

from functools import partial

import pytest

from bot.services.following import EFFECTS, Following
from bot.services.inbox import Inbox
from tests.people import person
from tests.visits import remedy


@pytest.fixture
def following(desk):
    return Following.of(desk.units, desk.units, desk.room, desk.words, desk.clock, {}, None)


@pytest.fixture
async def li(desk):
    return await person(desk, "li")


@pytest.fixture
def inbox(desk):
    return Inbox(desk.units, desk.words, desk.clock, str, EFFECTS)


@pytest.fixture
def remedied(desk, li):
    """Makes a case of an issue that was settled just now."""
    return partial(remedy, desk, li)
