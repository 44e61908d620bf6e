"""The platform, and a client whose access token is a row in a real database."""

import pytest

from tests.clients import LI, NOON, clients_of
from tests.wechat import FakeTencent, TencentClock


@pytest.fixture
async def fake():
    """The platform on a turned clock, with a customer who has just written."""
    async with FakeTencent(TencentClock(read=lambda: NOON), official={"quota": 1000}) as running:
        running.official.wrote(LI)
        yield running


@pytest.fixture
async def client(fake, units):
    """The client of the 公众号."""
    async with clients_of(fake, units, within=None) as clients:
        yield clients.official
