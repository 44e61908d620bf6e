"""Fixtures of the console's tests: a filled desk, agents and customers in browsers of their own."""

import pytest

from tests.doors import PASSWORD, Site
from tests.e2e.console.filled import fill, to_now
from tests.rooms import reading

NAMES = {"wang": "王小雨", "li": "李建国", "zhou": "周敏"}


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        to_now(running)
        running.room.table["转人工"] = reading("request_human")
        yield running


@pytest.fixture
def filled(site):
    return site.run(fill(site))


@pytest.fixture
def someone(browser):
    """Opens pages of people who know nothing of one another."""
    contexts = []

    def new(width=1280, height=800, **more):
        size = {"width": width, "height": height}
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.broken = []
        page.on("pageerror", lambda error: page.broken.append(str(error)))
        page.on("console", lambda line: page.broken.append(line.text) if line.type == "error" else None)
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def at_desk(site, someone):
    """Signs somebody in and opens their console."""

    def enter(login="wang", **more):
        page = someone(**more)
        page.goto(f"{site.url}/desk/login")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator("#console").wait_for()
        page.locator('#connection[data-state="online"]').wait_for()
        return page

    return enter


@pytest.fixture
def customer(site, someone):
    """Opens the customers' page."""

    def enter():
        page = someone()
        page.goto(site.url)
        page.locator('#connection[data-state="online"]').wait_for(state="attached")
        return page

    return enter
