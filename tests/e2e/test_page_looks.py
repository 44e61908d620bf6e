"""How the customers' page looks, and whether everybody can use it: sizes, languages, dark mode, keyboard."""

import pytest

from tests.e2e.pages import CASE, DESKTOP, OLD_CASE, PHONE, RATING, SHOTS, SMALL, bubbles, expect, line

pytestmark = pytest.mark.browser

LANGUAGES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TOO_SMALL = """() => [...document.querySelectorAll("button, summary, nav a, input:not([hidden]), textarea")]
  .map((one) => [one.id || one.textContent || one.type, one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < 43.9 || box.width < 43.9)).map(([name]) => name)"""


def problems(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def shoot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_language_light_or_dark(stage, language, scheme):
    stage.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page = stage.open(f"?lang={language}")
    page.set_viewport_size(PHONE)
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language]
    shoot(page, f"start-{language}-{scheme}")
    assert problems(page) == {}
    stage.talk()
    stage.show(line("desk", "满意吗？", choices=RATING), answering=True)
    stage.state("offline")
    page.locator("#files").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": b"1"}])
    stage.upload(0, "upload.fail(Object.assign(new Error('太大了'), {status: 413}))")
    expect(page.locator(".chip.refused")).to_be_visible()
    shoot(page, f"talk-{language}-{scheme}")
    assert problems(page) == {}
    stage.show(cases=[CASE, OLD_CASE])
    page.locator("#mine").click()
    shoot(page, f"cases-{language}-{scheme}")
    assert problems(page) == {}


@pytest.mark.parametrize("size", [SMALL, PHONE, {"width": 820, "height": 1180}, DESKTOP])
def test_everything_fits_into_windows_of_every_size(stage, size):
    page = stage.open()
    page.set_viewport_size(size)
    stage.talk()
    stage.show(line("desk", "满意吗？", choices=RATING))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#scroll").evaluate("scroll => scroll.scrollWidth <= scroll.clientWidth")
    for name in ("#text", "#send", "#human", ".rate .primary"):
        expect(page.locator(name)).to_be_in_viewport(ratio=0.99)
    assert page.evaluate(TOO_SMALL) == []
    shoot(page, f"size-{size['width']}")


def test_with_the_keyboard_open_the_newest_line_and_the_box_stay_in_sight(stage):
    page = stage.open()
    page.set_viewport_size(PHONE)
    stage.talk()
    page.set_viewport_size({"width": 390, "height": 420})
    expect(page.locator(".line.customer").last.locator(".meta")).to_be_in_viewport()
    expect(page.locator("#text")).to_be_in_viewport(ratio=1)


def test_text_twice_as_large_loses_nothing_in_the_smallest_window(stage):
    page = stage.page
    page.set_viewport_size(SMALL)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    stage.open()
    stage.talk()
    stage.show(line("desk", "满意吗？", choices=RATING))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.getElementById('scroll').clientHeight") > 200
    for name in ("#text", "#send", ".rate .primary", ".stars label:last-of-type", ".card .small"):
        found = page.locator(name).first
        found.scroll_into_view_if_needed()
        expect(found).to_be_in_viewport(ratio=0.99)
    shoot(page, "text-200")


def test_in_a_sites_frame_there_is_no_second_head(stage):
    page = stage.open("?frame=1")
    page.set_viewport_size({"width": 380, "height": 600})
    stage.talk()
    assert page.locator(".top").bounding_box()["height"] < 64
    expect(page.locator("#serving")).to_be_visible()
    expect(page.locator(".mark")).to_be_hidden()
    shoot(page, "frame")


def test_the_page_can_be_used_by_keyboard_alone(stage):
    page = stage.open()
    stage.show(
        cases=[{"number": "K2026-00001", "title": "空盒", "state": "调查中", "due": None, "open": True}]
    )
    names = []
    for _ in range(11):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert [one for one in names if one != "A"][:6] == ["mine", "human", "SUMMARY", "log", "text", "send"]


def test_the_focus_is_to_be_seen(stage):
    page = stage.open()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_nothing_moves_for_those_who_want_it_calm(stage):
    stage.page.emulate_media(reduced_motion="reduce")
    page = stage.open()
    stage.talk()
    stage.show(owner="bot", answering=True)
    moving = page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length")
    assert moving == 0


def test_lines_that_were_there_before_are_not_announced_and_new_ones_are_once(stage):
    page = stage.open()
    log = page.get_by_role("log", name="对话记录")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-relevant", "additions")
    page.get_by_label("您的消息").fill("在吗")
    page.get_by_label("您的消息").press("Enter")
    page.evaluate("window.mine = document.querySelector('.line.customer')")
    stage.show(line("customer", "在吗", client_id="c1"), line("bot", "在"))
    assert page.evaluate("mine.isConnected && document.querySelectorAll('.line.customer').length === 1")
    assert page.locator("#alert").get_attribute("role") == "alert"


def test_lines_in_another_script_are_marked_with_their_language(stage):
    page = stage.open()
    stage.show(
        line("customer", "這一箱奶茶壞了"),
        line("customer", "my tea is bad"),
        line("bot", "这箱茶"),
        line("bot", "1"),
    )
    langs = bubbles(page, "customer").evaluate_all("all => all.map((one) => one.lang)")
    assert langs == ["zh-TW", "en"]
    assert bubbles(page, "bot").evaluate_all("all => all.map((one) => one.lang)") == ["", ""]
