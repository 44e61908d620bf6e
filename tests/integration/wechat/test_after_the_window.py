"""The whole way after the 48 hours: what waits is announced by the platform, and comes with the next word."""

import pytest

from bot.domain.case import CaseState
from tests.desks import OWN_WORDS
from tests.messengers import OPENID
from tests.people import person
from tests.records import a_case
from tests.wechat import FakeTencent, TencentClock
from tests.wechat.official_phone import OfficialPhone
from tests.whole_desk import Place

NOON = 1_774_000_800.0  # a Friday, 18:00 in China


@pytest.fixture
async def fake():
    """The platform, on a clock that only the test turns."""
    async with FakeTencent(TencentClock(read=lambda: NOON)) as running:
        yield running


async def an_accepted_case(desk, talk):
    async with desk.units() as uow:
        conversation = await uow.conversations.get(talk)
        case = a_case(number="K4837-19206", state=CaseState.ACCEPTED, accepted_at=desk.clock.now())
        case.customer_id, case.conversation_id, case.channel = conversation.customer_id, talk, "wechat"
        case.issue, case.opened_at = "service.quality", desk.clock.now()
        conversation.give_to("li", desk.clock.now())
        uow.cases.add(case)
        await uow.commit()


async def test_what_waits_after_the_window_is_announced_and_comes_with_the_customer_s_next_word(
    fake, tmp_path
):
    place = await Place.of(
        fake,
        tmp_path,
        wechat_passive_s=0.1,
        wechat_template_progress="progress-template",
        wechat_fresh_s=10**6,
    )
    async with place.desk() as running:
        desk, notices = running.desk, running.wechat.people[1][1]
        await person(desk, "li")
        phone = OfficialPhone(fake.official, f"{running.address}/wechat")
        await phone.write(OPENID, "服务态度太差")
        talk = await desk.intake.conversation_id("wechat", OPENID)
        await an_accepted_case(desk, talk)
        fake.clock.turn(hours=64)  # on Monday morning
        await desk.agents.write(talk, "li", "您的投诉有结果了", OWN_WORDS)
        await running.wechat.outward.dispatcher.idle()
        follower = fake.official.followers[OPENID]
        assert follower.shown("custom") == []
        assert await notices() == 1
        await desk.following.outbox.look()
        assert len(follower.shown("template")) == 1
        await phone.write(OPENID, "什么结果")
        fake.clock.turn(seconds=6)
        await running.wechat.outward.dispatcher.catch_up()
        await running.wechat.outward.dispatcher.look()
        await running.wechat.outward.dispatcher.idle()
        assert "您的投诉有结果了" in "".join(follower.shown("custom", "passive"))
