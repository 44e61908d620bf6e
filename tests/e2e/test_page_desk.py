"""The plain page of a conversation in a real browser, with a customer at the other end."""

import pytest

from tests.doors import PASSWORD, Site
from tests.e2e.pages import expect, sign_in, write
from tests.rooms import reading

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.room.table["转人工"] = reading("request_human")
        running.run(running.door.person())
        yield running


@pytest.fixture
def customer(browser, site):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(site.url)
    yield page
    context.close()


def open_talk(page, customer, site):
    """Have the customer ask for a person, and open the page of their conversation."""
    write(customer, "转人工")
    expect(customer.locator("#serving")).to_have_attribute("data-owner", "queue")
    (first, *_) = site.run(site.door.messages())
    page.goto(f"{site.url}/desk/conversations/{first.conversation_id}")


def test_an_agent_signs_in_takes_over_answers_and_gives_back(page, customer, site):
    refused = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(15_000)
    page.goto(f"{site.url}/desk")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("您还没有接待中的会话")).to_be_visible()

    open_talk(page, customer, site)
    page.get_by_role("button", name="接手会话").click()
    expect(customer.locator("#serving")).to_have_text("人工客服 小王 为您服务")

    page.get_by_label("回复顾客").fill("您好，我是小王。\n请说。")
    page.get_by_label("回复顾客").press("Enter")
    expect(customer.locator(".line.agent .bubble")).to_have_text("您好，我是小王。\n请说。")
    expect(page.get_by_label("回复顾客")).to_have_value("")
    write(customer, "谢谢你")
    expect(page.locator(".transcript .line").last).to_contain_text("谢谢你")

    page.get_by_role("button", name="交还机器人").click()
    expect(customer.locator("#serving")).to_have_text("智能客服（机器人）")
    expect(page.get_by_label("回复顾客")).to_be_hidden()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    assert refused == []


def test_what_an_agent_writes_is_kept_when_it_cannot_be_sent(page, customer, site):
    page.set_default_timeout(15_000)
    sign_in(page, site.url, "wang")
    expect(page.get_by_text("您还没有接待中的会话")).to_be_visible()
    open_talk(page, customer, site)
    page.get_by_role("button", name="接手会话").click()
    page.route("**/write", lambda route: route.abort())
    page.get_by_label("回复顾客").fill("请您稍等")
    page.get_by_label("回复顾客").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("没有发送出去，请检查网络后再试。")
    expect(page.get_by_label("回复顾客")).to_have_value("请您稍等")
