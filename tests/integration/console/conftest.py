"""Fixtures of the console and of signing in to it: one desk for everybody, on each database."""

import pytest

from bot.domain.people import Role
from tests.console import sign_in_as
from tests.doors import make_door


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def client(aiohttp_client, door):
    return await aiohttp_client(door.app())


@pytest.fixture
async def desk_server(aiohttp_server, door):
    return await aiohttp_server(door.app())


@pytest.fixture
async def wang(aiohttp_client, desk_server, door):
    return await sign_in_as(aiohttp_client, desk_server, door, "wang", "小王")


@pytest.fixture
async def li(aiohttp_client, desk_server, door):
    return await sign_in_as(aiohttp_client, desk_server, door, "li", "小李", Role.SENIOR)
