"""Fixtures of the console's tests: a filled desk, agents and customers in browsers of their own."""

import pytest

from tests.doors import Site
from tests.e2e.console.filled import fill, to_now
from tests.e2e.pages import sign_in
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
def at_desk(site, someone):
    """Signs somebody in and opens their console."""

    def enter(login="wang", **more):
        page = someone(**more)
        sign_in(page, site.url, login)
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
