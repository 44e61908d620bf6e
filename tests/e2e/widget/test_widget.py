"""The one line on another site, in a real browser: talking, coming back, who is signed in."""

import json

import jwt
import pytest

from tests.doors import IDENTITY_SECRET
from tests.e2e.host_site import (
    COMPLAINT,
    DESKTOP,
    PHONE,
    chat,
    complain,
    expect,
    focused,
    launcher,
    open_chat,
    panel,
    said,
    take_over,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_customer_opens_it_complains_is_answered_and_closes_it(page, shop, heard, size):
    page.set_viewport_size(size)
    page.goto(shop.url)
    expect(launcher(page)).to_have_accessible_name("测试公司客户服务")
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    open_chat(page)
    expect(panel(page)).to_have_accessible_name("测试公司客户服务")
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    complain(page)
    box = panel(page).bounding_box()
    wanted = (375, 667) if size == PHONE else (380, 600)
    assert (box["width"], box["height"]) == wanted
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel(page).get_by_role("button", name="关闭").click()
    expect(panel(page)).to_have_count(0)
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    assert focused(page) == "open"
    assert heard == []


def test_escape_in_the_chat_closes_it_and_gives_the_focus_back(page, shop):
    page.goto(shop.url)
    open_chat(page)
    chat(page).get_by_label("您的消息").press("Escape")
    expect(panel(page)).to_have_count(0)
    assert focused(page) == "open"
    page.keyboard.press("Enter")
    expect(chat(page).get_by_label("您的消息")).to_be_focused()


def test_what_comes_while_it_is_closed_is_counted_until_it_is_opened(page, site, shop):
    page.goto(shop.url)
    open_chat(page)
    complain(page)
    tell = take_over(site)
    expect(said(page, "desk").first).to_be_visible()
    page.evaluate("kesu.close()")
    expect(page.locator("kesu-widget b")).to_be_hidden()
    tell("您好，我在看您的问题")
    expect(page.locator("kesu-widget b")).to_have_text("1")
    expect(launcher(page)).to_have_accessible_name("测试公司客户服务 (1 条新消息)")
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("kesu-widget b")).to_have_text("1")
    tell("已经补发")
    expect(page.locator("kesu-widget b")).to_have_text("2")
    open_chat(page)
    expect(page.locator("kesu-widget b")).to_be_hidden()
    page.evaluate("kesu.close()")
    page.reload()
    expect(chat(page).locator(".line")).not_to_have_count(0)
    expect(page.locator("kesu-widget b")).to_be_hidden()


@pytest.fixture
def everyday(browser, chromium_path, tmp_path):
    """A page where frames have storage: no private window, and third-party cookies are allowed."""
    preferences = tmp_path / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium_path, args=flags, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def test_the_history_is_there_on_the_next_visit_and_the_site_keeps_nothing_of_it(everyday, shop):
    everyday.goto(shop.url)
    open_chat(everyday)
    complain(everyday)
    assert everyday.evaluate("({ ...sessionStorage })") == {"kesu": "1"}
    everyday.evaluate("sessionStorage.clear()")
    before = chat(everyday).locator(".bubble").all_inner_texts()
    everyday.goto(f"{shop.url}/next")
    open_chat(everyday)
    expect(chat(everyday).locator(".bubble")).to_have_text(before)
    assert everyday.evaluate("Object.keys(localStorage)") == []
    assert everyday.context.cookies() == []


def test_in_a_private_window_the_history_is_there_after_a_reload(page, shop):
    page.goto(shop.url)
    open_chat(page)
    complain(page)
    before = chat(page).locator(".bubble").all_inner_texts()
    page.reload()
    open_chat(page)
    expect(chat(page).locator(".bubble")).to_have_text(before)
    assert page.context.cookies() == []


def token(site, sub, seconds=600, **more):
    """The shop's signed word, which counts for so long by the desk's clock."""
    expires = int(site.door.desk.clock.now().timestamp()) + seconds
    return jwt.encode({"sub": sub, "exp": expires, **more}, IDENTITY_SECRET, algorithm="HS256")


def test_who_is_signed_in_at_the_site_has_the_same_history_on_every_device(page, browser, site, shop):
    shop.attributes["identity"] = token(site, "u-17", name="王女士")
    page.goto(shop.url)
    open_chat(page)
    complain(page)
    before = chat(page).locator(".bubble").all_inner_texts()
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    other = context.new_page()
    shop.attributes["identity"] = token(site, "u-17")
    other.goto(shop.url)
    open_chat(other)
    expect(chat(other).locator(".bubble")).to_have_text(before)
    context.close()


def test_after_signing_out_the_chat_has_forgotten_who_it_was(page, site, shop):
    page.goto(shop.url)
    page.evaluate("token => kesu.identify(token)", token(site, "u-17"))
    open_chat(page)
    complain(page)
    page.evaluate("kesu.identify(null)")
    expect(chat(page).locator(".bubble")).to_have_count(0)
    expect(chat(page).locator("#connection")).to_have_attribute("data-state", "online")
    page.evaluate("token => kesu.identify(token)", token(site, "u-17"))
    expect(said(page, "customer")).to_have_text(COMPLAINT)
    page.reload()
    open_chat(page)
    expect(chat(page).locator("#hint")).to_be_visible()
    expect(chat(page).locator(".bubble")).to_have_count(0)


def test_with_a_refused_token_the_customer_goes_on_without_a_name(page, site, shop):
    shop.attributes["identity"] = token(site, "u-17", seconds=-100)
    page.goto(shop.url)
    open_chat(page)
    complain(page)
    expect(said(page, "customer")).to_have_text(COMPLAINT)
    assert site.run(site.door.parts.intake.conversation_id("web", "site:u-17")) is None
