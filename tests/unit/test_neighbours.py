"""What a desk process does about others on its database."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.neighbours import Neighbours


@dataclass
class Leases:
    others: int = 0
    database_is_there: bool = True

    async def beat(self):
        if not self.database_is_there:
            raise ConnectionError


@dataclass
class Runner:
    hurried: int = 0

    def hurry(self):
        self.hurried += 1

    async def take_up(self):
        pass


@dataclass
class Hub:
    looked: int = 0

    def look_anew(self):
        self.looked += 1


@dataclass
class News:
    connected: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Link:
    news: News = field(default_factory=News)


def warnings(caplog):
    return [record for record in caplog.records if "KESU_REDIS_URL" in record.getMessage()]


async def test_without_redis_a_desk_that_is_not_alone_looks_for_itself_and_says_once_what_is_missing(caplog):
    leases, hub = Leases(), Hub()
    neighbours = Neighbours(leases, None, hub, None)
    await neighbours.look()
    assert (hub.looked, warnings(caplog)) == (0, [])
    leases.others = 1
    for _ in range(3):
        await neighbours.look()
    assert hub.looked == 3
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize("connected", [True, False])
async def test_with_redis_a_desk_looks_for_itself_only_while_redis_is_away(caplog, connected):
    link, hub = Link(), Hub()
    if connected:
        link.news.connected.set()
    await Neighbours(Leases(others=1), None, hub, link).look()
    assert hub.looked == (not connected)
    assert warnings(caplog) == []


async def test_once_the_database_is_back_what_it_broke_is_tried_again_at_once():
    leases, runner = Leases(), Runner()
    _, beat = Neighbours(leases, runner, Hub(), None).rounds(None)[0]
    await beat()
    leases.database_is_there = False
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await beat()
    assert runner.hurried == 0
    leases.database_is_there = True
    await beat()
    await beat()
    assert runner.hurried == 1
