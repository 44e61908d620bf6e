"""A desk with some months of complaints, and a supervisor's browser."""

from datetime import UTC, datetime

import pytest

from bot.domain.people import Role
from tests.doors import PASSWORD, Site
from tests.reports import NOW, fill


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        clock = running.door.desk.clock
        clock.turn(seconds=(NOW - clock.now()).total_seconds())
        running.run(fill(running.door.desk.units, running.door.desk.words))
        running.run(running.door.person("su", "苏主管", Role.SUPERVISOR))
        # Signing in is real: the browser's cookie lives by the browser's time.
        assert clock.now() < datetime.now(UTC)
        yield running


@pytest.fixture
def supervisor(browser, site):
    """Opens a page as the supervisor; what went wrong in it is in `page.broken`."""
    contexts = []

    def enter(width=1280, scheme="light", address="/desk/reports"):
        size = {"width": width, "height": 900}
        context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=size,
            color_scheme=scheme,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.broken = []
        page.on("pageerror", lambda error: page.broken.append(str(error)))
        page.on("console", lambda line: page.broken.append(line.text) if line.type == "error" else None)
        page.goto(f"{site.url}/desk/login")
        page.get_by_label("登录名").fill("su")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/desk")
        page.goto(f"{site.url}{address}")
        return page

    yield enter
    for context in contexts:
        context.close()
