"""Fixtures of the tests of WeChat."""

import pytest

from bot.adapters.database.unit_of_work import Database
from tests.official import Official


@pytest.fixture
async def official(database, sealer, aiohttp_client):
    """A desk with a 公众号, and the phones of its customers."""
    desk = await Official(database, sealer).serve(aiohttp_client)
    yield desk
    await desk.close()


@pytest.fixture
async def another(database_url, sealer, aiohttp_client, official):
    """Another process of the same desk, also one that is started after the first has died."""
    opened = Database(database_url, sealer)
    desk = await Official(opened, sealer).serve(aiohttp_client)
    desk.platform = desk.phone.account = official.platform
    desk.source._platform = official.platform
    yield desk
    await desk.close()
    await opened.close()
