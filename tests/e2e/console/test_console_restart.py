"""The desk is restarted under open pages: they come back by themselves, with what was typed."""

from urllib.parse import urlsplit

import pytest
from aiohttp import web

from tests.e2e.console.filled import people
from tests.e2e.pages import expect, write

pytestmark = pytest.mark.browser


async def go_away(site):
    """What a draining desk does with its pages (bot/draining.py)."""
    for listener in list(site._runner.sites):
        await listener.stop()
    site.door.hub.send_away()
    await site.door.hub.empty(5)
    await site._runner.cleanup()


async def come_back(site):
    """A listener at the same address, as the next process has it."""
    site.door.hub.leaving = False
    site._runner = web.AppRunner(site.door.app(), access_log=None, shutdown_timeout=1)
    await site._runner.setup()
    await web.TCPSite(site._runner, "127.0.0.1", urlsplit(site.url).port).start()


def told(site, text):
    return [one.text for one in site.run(site.door.messages()) if one.text == text]


def test_a_restart_loses_neither_a_typed_text_nor_a_message(site, someone, at_desk):
    site.run(people(site.door))
    customer = someone()
    customer.goto(site.url)
    write(customer, "转人工")
    expect(customer.locator("#serving")).to_have_attribute("data-owner", "queue")
    wang = at_desk()
    wang.get_by_role("button", name="排队").click()
    wang.locator("#talks .row").first.click()
    wang.get_by_role("button", name="接手", exact=True).click()
    expect(wang.locator(".owner-chip")).to_have_text("我在接待")
    wang.locator("#text").fill("您好，我正在查")
    site.run(go_away(site))

    expect(customer.locator("#connection")).to_have_attribute("data-state", "offline")
    expect(wang.locator("#connection")).to_have_attribute("data-state", "offline")
    write(customer, "还在吗")
    customer.get_by_role("textbox").fill("还没写完的")
    wang.locator("#text").press("Enter")
    expect(wang.locator("#stop")).to_be_visible()
    site.run(come_back(site))

    expect(customer.locator("#connection")).to_have_attribute("data-state", "online")
    expect(customer.locator(".line.customer").last).to_contain_text("还在吗")
    expect(customer.get_by_role("textbox")).to_have_value("还没写完的")
    expect(wang.locator("#connection")).to_have_attribute("data-state", "online")
    expect(wang.locator("#text")).to_have_value("您好，我正在查")
    expect(wang.locator("#lines")).to_contain_text("还在吗")
    wang.locator("#text").press("Enter")
    expect(customer.locator(".line.agent .bubble")).to_have_text("您好，我正在查")
    assert told(site, "还在吗") == ["还在吗"]
    assert told(site, "您好，我正在查") == ["您好，我正在查"]
