"""Fixtures of the handbook's pages: two supervisors and an agent, each in a browser of their own."""

import pytest

from bot.domain.people import Role
from tests.doors import Site
from tests.e2e.pages import sign_in


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        door = running.door
        running.run(door.person("zhou", "周敏", Role.SUPERVISOR))
        running.run(door.person("sun", "孙立", Role.SUPERVISOR))
        running.run(door.person("wang", "王小雨"))
        yield running


@pytest.fixture
def someone(site, someone):
    """Signs somebody in and opens a page."""

    def enter(login, path="/desk/handbook", width=1280, height=900):
        page = someone(width, height)
        sign_in(page, site.url, login)
        page.wait_for_url("**/desk")
        page.goto(site.url + path)
        return page

    return enter
