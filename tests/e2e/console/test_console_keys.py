"""The console by keyboard alone, what it says when one looks elsewhere, and how it looks."""

import re

import pytest

from tests.e2e.pages import SHOTS, expect

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

TOO_WIDE = """() => [...document.querySelectorAll(".pane, .scroll, .talk-head")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.id)"""


def problems(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def shoot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"console-{name}.png", animations="disabled")


def test_a_conversation_is_found_claimed_answered_and_given_back_without_a_mouse(filled, at_desk):
    page = at_desk("wang")
    press(page, "2", "j", "j", "k", "c")
    expect(page.locator(".owner-chip")).to_have_text("我在接待")
    expect(page.get_by_label("回复顾客", exact=True)).to_be_focused()
    page.keyboard.type("您好")
    press(page, "Shift+Enter")
    page.keyboard.type("请说")
    press(page, "Enter")
    expect(page.locator(".line.agent .words").last).to_have_text("您好\n请说")
    press(page, "Escape", "n")
    expect(page.get_by_label("内部备注")).to_be_focused()
    press(page, "Escape", "t")
    expect(page.get_by_role("dialog", name="转交会话")).to_be_visible()
    press(page, "Escape", "b")
    expect(page.locator(".owner-chip")).to_have_text("机器人接待")


def test_an_answer_overtaken_by_a_claim_does_not_take_the_conversation_away_again(filled, at_desk):
    page, held = at_desk("wang"), []
    address = f"**/desk/api/conversations/{filled.talks['物业']}*"

    def hold_the_first(route):
        if held:
            route.abort()
        else:
            held.append((route, route.fetch()))

    page.route(address, hold_the_first)
    press(page, "2", "j", "j", "k")
    expect(page.locator("#talk-head")).to_contain_text("房屋管理")
    while not held:
        page.wait_for_timeout(20)
    press(page, "c")
    expect(page.locator(".owner-chip")).to_have_text("我在接待")
    route, before_the_claim = held[0]
    route.fulfill(response=before_the_claim)
    expect(page.locator(".line.customer").first).to_be_visible()
    expect(page.locator(".owner-chip")).to_have_text("我在接待")
    expect(page.get_by_label("回复顾客", exact=True)).to_be_focused()


def test_a_note_that_is_being_written_stays_a_note_when_the_conversation_becomes_mine(site, filled, at_desk):
    page = at_desk("wang")
    press(page, "2", "j", "n")
    expect(page.get_by_label("内部备注")).to_be_focused()
    from_another_tab = site.door.desk.agents.claim
    site.run(from_another_tab(page.evaluate("location.hash.slice(1)"), filled.people["wang"], "王小雨"))
    expect(page.locator(".owner-chip")).to_have_text("我在接待")
    expect(page.get_by_label("内部备注")).to_be_focused()


def test_the_handbook_puts_a_clause_into_the_answer_with_one_key(filled, at_desk):
    page = at_desk("wang")
    press(page, "1", "j", "j")
    expect(page.locator(".clause-item").first).to_be_visible()
    press(page, "/")
    expect(page.locator("#seek")).to_be_focused()
    page.keyboard.type("daoqian")
    expect(page.locator(".clause-item").first).to_contain_text("歉")
    press(page, "ArrowDown", "Enter")
    expect(page.locator("#quote .clause")).to_be_visible()
    said = page.get_by_label("回复顾客", exact=True).input_value()
    clause = page.locator("#quote .clause").inner_text()
    assert said
    press(page, "Enter")
    expect(page.locator(".line.agent .clause").last).to_have_text(clause)


def test_search_finds_a_conversation_by_its_words(filled, at_desk):
    page = at_desk("wang")
    press(page, "Control+k")
    page.keyboard.type("漏水")
    expect(page.locator(".hit").first).to_contain_text("漏水")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".talk-head h2")).to_be_visible()


def test_keys_of_one_letter_rest_while_one_types_and_can_be_switched_off(filled, at_desk):
    page = at_desk("wang")
    press(page, "1", "j", "r")
    page.keyboard.type("jkc?")
    expect(page.get_by_label("回复顾客", exact=True)).to_have_value("jkc?")
    press(page, "Escape", "?")
    page.get_by_label("单个字母的快捷键").uncheck()
    press(page, "Escape", "2")
    expect(page.locator(".views .view", has_text="我的")).to_have_attribute("aria-pressed", "true")


def test_the_next_step_has_a_key_even_while_one_types(filled, at_desk):
    page = at_desk("wang")
    press(page, "1", "j", "j", "r")
    expect(page.locator("#steps button").first).to_be_visible()
    press(page, "Alt+1")
    expect(page.locator(".step-form form")).to_be_visible()


def test_the_tabs_title_counts_what_waits(filled, at_desk):
    page = at_desk("wang")
    expect(page).to_have_title(re.compile(r"\(.*2 排队.*\)"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(filled, at_desk, scheme):
    page = at_desk("wang", color_scheme=scheme, reduced_motion="reduce")
    assert problems(page) == {}
    press(page, "1", "j", "j")
    expect(page.locator(".clause-item").first).to_be_visible()
    expect(page.locator("#steps")).to_be_visible()
    shoot(page, scheme)
    assert problems(page) == {}
    press(page, "f", "Alt+1")
    assert problems(page) == {}
    press(page, "?")
    shoot(page, f"help-{scheme}")
    assert problems(page) == {}
    press(page, "Escape", "Control+k")
    assert problems(page) == {}


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (820, 1180), (390, 844)])
def test_everything_fits_into_windows_of_every_size(filled, at_desk, size):
    page = at_desk("wang", width=size[0], height=size[1])
    page.locator("#talks .row").last.click()
    expect(page.locator("#lines .line").last).to_be_visible()
    expect(page.locator("#send")).to_be_in_viewport(ratio=0.99)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"size-{size[0]}")
    if size[0] <= 1024:
        page.locator(".panes").get_by_role("button", name="资料").click()
        expect(page.locator("#steps")).to_be_visible()
        assert page.evaluate(TOO_WIDE) == []
