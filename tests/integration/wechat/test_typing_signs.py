"""A follower sees that an agent is writing; nobody else's channel hears of it."""

import pytest

from bot.services.wechat.typing_signs import TypingSigns
from bot.web.live import AGENT_TYPES, CUSTOMER_TYPES, Hub
from tests.carriers import OPENID, served
from tests.rooms import reading


@pytest.fixture
async def in_hand(desk, database):
    """A follower whom an agent serves."""
    return await served(desk, database.reading_units())


@pytest.fixture
async def hub(desk, database):
    """A hub that tells of agents who write; `hub.shown` are the openids that were shown so."""
    hub = Hub()
    hub.shown = []

    async def show(openid):
        hub.shown.append(openid)

    hub.signs = TypingSigns(database.reading_units(), desk.clock, show)
    hub.watch_agents_typing(hub.signs.agent_types)
    yield hub
    await hub.signs.stop()


async def test_a_follower_sees_that_an_agent_is_writing_at_most_every_ten_seconds(desk, hub, in_hand):
    talk = await in_hand.talk()
    for _ in range(5):
        hub.typing(talk, AGENT_TYPES)
    await hub.signs.idle()
    assert hub.shown == [OPENID]
    desk.clock.turn(seconds=10)
    hub.typing(talk, AGENT_TYPES)
    await hub.signs.idle()
    assert hub.shown == [OPENID, OPENID]


async def test_the_customers_own_writing_is_not_shown_to_them(hub, in_hand):
    hub.typing(await in_hand.talk(), CUSTOMER_TYPES)
    await hub.signs.idle()
    assert hub.shown == []


async def test_visitors_of_the_web_page_are_none_of_wechats_business(desk, hub):
    await desk.say("你好", reading("greet"))
    hub.typing((await desk.conversation()).id, AGENT_TYPES)
    await hub.signs.idle()
    assert hub.shown == []
