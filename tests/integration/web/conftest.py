"""Fixtures of the desk's pages: a door before a test desk, and a browser's client."""

import pytest

from tests.doors import make_door


@pytest.fixture
def backend():
    """The door is the same before every database."""
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def client(aiohttp_client, door):
    return await aiohttp_client(door.app())
