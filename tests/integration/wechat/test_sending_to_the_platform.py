"""The whole way out: our sending, over our client, to the fake platform, which enforces and breaks things."""

import pytest

from bot.services.wechat.official import OfficialCarrier
from tests.carriers import OPENID, Follower
from tests.clients import clients_of, official_of
from tests.people import person
from tests.rooms import reading
from tests.wechat import FakeTencent, TencentClock
from tests.wechat.official_api import CUSTOM


@pytest.fixture
async def fake(desk):
    """The platform, on the desk's own clock."""
    async with FakeTencent(TencentClock(read=lambda: desk.clock.now().timestamp())) as running:
        yield running


@pytest.fixture
async def talk(desk, database, fake):
    """A follower whom an agent serves; what is sent goes to the fake."""
    async with clients_of(fake, units=desk.units) as clients:
        carrier = OfficialCarrier(clients.official, official_of(fake))
        follower = Follower.of(desk, database.reading_units(), carrier=carrier)
        await person(desk, "li")
        await writes(fake, follower, "你好", reading("greet"))
        await follower.is_answered()
        await desk.agents.claim(await follower.talk(), "li", "小李")
        await follower.deliver()
        await writes(fake, follower, "还在吗")
        phone(fake).screen.clear()
        yield follower


async def writes(fake, follower, text, understood=None):
    fake.official.wrote(OPENID)
    await follower.writes(text, understood)


def phone(fake):
    return fake.official.follower(OPENID)


async def test_what_an_agent_says_is_on_the_phone(fake, talk):
    await talk.is_told("在的", "请讲")
    assert phone(fake).shown("custom") == ["在的", "请讲"]


async def test_45015_keeps_the_line_visible_and_sends_it_with_the_next_message(fake, talk):
    phone(fake).message.since -= 49 * 3600  # the platform counts otherwise than we do
    await talk.is_told("在的")
    assert [(one.state.value, one.code) for one in (await talk.sendings())[-1:]] == [("held", 45015)]
    await writes(fake, talk, "在吗")
    await talk.deliver()
    assert phone(fake).shown("custom") == ["在的"]


async def test_45047_keeps_the_line_visible_and_sends_it_with_the_next_message(fake, talk):
    phone(fake).message.spent = 5
    await talk.is_told("在的")
    assert [(one.state.value, one.code) for one in (await talk.sendings())[-1:]] == [("held", 45047)]
    await writes(fake, talk, "在吗")
    await talk.deliver()
    assert phone(fake).shown("custom") == ["在的"]


async def test_what_we_count_is_what_the_platform_counts(fake, talk):
    await talk.is_told(*"一二三四五六七")
    assert phone(fake).shown("custom") == list("一二三四五")
    assert fake.official_api.journal.codes(CUSTOM)[-1] == 0


async def test_45009_waits_for_the_next_day(desk, fake, talk):
    fake.official_api.faults.code(CUSTOM, 45009)
    await talk.is_told("在的")
    before = fake.official_api.journal.count(CUSTOM)
    await talk.deliver()
    assert fake.official_api.journal.count(CUSTOM) == before
    desk.clock.turn(hours=15)
    await talk.deliver()
    assert phone(fake).shown("custom") == ["在的"]


async def test_minus_one_is_tried_again_and_arrives_once(desk, fake, talk):
    fake.official_api.faults.code(CUSTOM, -1)
    await talk.is_told("在的")
    desk.clock.turn(seconds=3)
    await talk.deliver()
    assert phone(fake).shown("custom") == ["在的"]


async def test_a_gateway_that_is_away_is_tried_again(desk, fake, talk):
    fake.official_api.faults.status(CUSTOM, 502)
    await talk.is_told("在的")
    desk.clock.turn(seconds=3)
    await talk.deliver()
    assert phone(fake).shown("custom") == ["在的"]


async def test_a_connection_cut_after_accept_is_never_sent_again(desk, fake, talk):
    fake.official_api.faults.reset(CUSTOM, after=True)
    await talk.is_told("在的", "请讲")
    for _ in range(3):
        desk.clock.turn(minutes=31)
        await talk.deliver()
    assert phone(fake).shown("custom") == ["在的", "请讲"]
    assert (await talk.states())[-2:] == ["unsure", "sent"]


async def test_an_answer_that_is_none_leaves_the_line_unsure(desk, fake, talk):
    fake.official_api.faults.html(CUSTOM)
    await talk.is_told("在的")
    desk.clock.turn(minutes=31)
    await talk.deliver()
    assert phone(fake).shown("custom") == []
    assert (await talk.states())[-1] == "unsure"


async def test_a_token_that_expires_mid_send_is_fetched_anew_and_the_line_arrives_once(fake, talk):
    fake.official_api.faults.code(CUSTOM, 42001)
    await talk.is_told("在的")
    assert phone(fake).shown("custom") == ["在的"]
