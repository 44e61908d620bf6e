"""WeChat on the console's screen: the window in the head, and 「可能未送达」 at the line."""

import re

import pytest

from bot.domain import wechat_errors as errors
from tests.carriers import Follower
from tests.e2e.pages import expect
from tests.rooms import reading

pytestmark = pytest.mark.browser


@pytest.fixture
def follower(site, filled):
    """A follower of the 公众号 whose conversation wang has."""
    follower = Follower.of(site.door.desk, site.door.desk.units)

    async def begin():
        await follower.hears("你好", reading("greet"))
        talk = await follower.talk()
        await site.door.desk.agents.claim(talk, filled.people["wang"], "王小雨")
        await follower.deliver()
        await follower.writes("还在吗")
        return talk

    follower.id = site.run(begin())
    return follower


def test_an_agent_sees_the_window_and_what_may_not_have_arrived(site, at_desk, follower):
    page = at_desk()
    page.goto(f"{site.url}/desk#{follower.id}")
    head = page.locator("#talk-head")
    expect(head.locator(".window")).to_have_text(re.compile("公众号 · 还能发 5 条 · 剩 4[78] 小时"))
    follower.carrier.problems = [errors.Unknown("微信没有回应")]
    page.locator("#text").fill("在的，请讲")
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent").last).to_contain_text("在的，请讲")
    site.run(follower.deliver())
    expect(page.locator(".line.agent").last.locator(".carried")).to_have_text("可能未送达")
    expect(head.locator(".window")).to_contain_text("还能发 4 条")
    assert page.broken == []


def test_a_shut_window_says_what_becomes_of_an_answer(site, at_desk, follower):
    site.run(follower.change(lambda chat: setattr(chat, "window_kind", None)))
    page = at_desk()
    page.goto(f"{site.url}/desk#{follower.id}")
    expect(page.locator("#talk-head .window")).to_have_text("公众号 · 现在发不出去")
    page.locator("#text").fill("您的退款已到账")
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent").last).to_contain_text("您的退款已到账")
    site.run(follower.deliver())
    expect(page.locator(".line.agent").last.locator(".carried")).to_have_text("暂存，未发出")
    expect(page.locator("#talk-head .window")).to_have_text("公众号 · 现在发不出去 · 1 条待发")
