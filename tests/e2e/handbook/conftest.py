"""Fixtures of the handbook's pages: two supervisors and an agent, each in a browser of their own."""

import pytest

from bot.domain.people import Role
from tests.doors import PASSWORD, Site


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        door = running.door
        running.run(door.person("zhou", "周敏", Role.SUPERVISOR))
        running.run(door.person("sun", "孙立", Role.SUPERVISOR))
        running.run(door.person("wang", "王小雨"))
        yield running


@pytest.fixture
def someone(site, browser):
    """Signs somebody in and opens a page."""
    contexts = []

    def enter(login, path="/desk/handbook", width=1280, height=900):
        context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": width, "height": height}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.broken = []
        page.on("pageerror", lambda error: page.broken.append(str(error)))
        page.goto(f"{site.url}/desk/login")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/desk")
        page.goto(site.url + path)
        return page

    yield enter
    for context in contexts:
        context.close()
