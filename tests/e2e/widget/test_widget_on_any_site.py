"""The button on other people's pages, in a real browser: styles, policies, colours, foreign words."""

import re

import pytest

from bot.settings import ROOT
from tests.e2e.host_site import DESKTOP, PHONE, chat, complain, expect, launcher, open_chat, panel

pytestmark = pytest.mark.browser

COLORS = [
    "#0f6b56",
    "#fff",
    "#000",
    "#ffeb3b",
    "#757575",
    "#767676",
    "#777777",
    "#fe0000",
    "#008a3d",
    "#5b5bff",
]


def test_the_sites_styles_and_policy_do_not_reach_it(page, site, shop, heard):
    shop.head = "<style>* { all: unset; display: none !important; color: red !important }</style>"
    shop.policy = (
        f"default-src 'none'; script-src {site.url}; frame-src {site.url}; style-src 'none'; "
        f"require-trusted-types-for 'script'"
    )
    page.goto(shop.url)
    expect(launcher(page)).to_be_visible()
    assert launcher(page).bounding_box()["width"] == 56
    open_chat(page)
    assert [line for line in heard if "stylesheet" not in line and "inline style" not in line] == []


def test_what_company_yml_and_the_line_say_shows_and_wrong_values_are_named(page, shop, heard):
    shop.attributes |= {"name": "售后", "color": "red", "position": "left", "language": "en", "greeting": ""}
    page.goto(shop.url)
    expect(launcher(page)).to_have_accessible_name("售后")
    assert launcher(page).bounding_box()["x"] == 20
    launcher(page).click()
    expect(chat(page).locator("html")).to_have_attribute("lang", "en")
    expect(panel(page).get_by_role("button", name="Close")).to_be_visible()
    (warning,) = [line for line in heard if line.startswith("kesu:")]
    assert warning == "kesu: data-color is wrong and ignored"


def test_markup_in_a_name_or_greeting_is_shown_as_words(page, shop, heard):
    evil = "<img src=x onerror=document.title='owned'>"
    shop.attributes |= {"name": evil[:40], "greeting": evil}
    page.goto(shop.url)
    open_chat(page)
    expect(panel(page).locator("header")).to_contain_text("<img")
    expect(chat(page).locator("#hint")).to_have_text(evil)
    assert page.title() == "商城"


@pytest.mark.parametrize("color", COLORS)
def test_the_text_on_any_colour_can_be_read(page, shop, color):
    shop.attributes["color"] = color
    page.goto(shop.url)
    shown = launcher(page).evaluate(
        "button => [getComputedStyle(button).color, getComputedStyle(button).backgroundColor]"
    )
    assert contrast(*(tuple(map(int, re.findall(r"\d+", one))) for one in shown)) >= 4.5


def test_in_the_chat_any_colour_can_be_read_in_light_and_dark(page, site):
    page.goto(site.url)
    colors = [*COLORS, *(f"#{red}{green}{blue}" for red in "05af" for green in "05af" for blue in "05af")]
    found = page.evaluate(
        """async (colors) => {
            const { accentOf } = await import("/static/contrast.js");
            return colors.flatMap((color) => [false, true].map((dark) => [dark, accentOf(color, dark)]));
        }""",
        colors,
    )
    for dark, styles in found:
        accent, on, tint = (tuple(map(int, re.findall(r"\d+", styles[name]))) for name in styles)
        paper, ground = ((29, 36, 33), (19, 24, 22)) if dark else ((255, 255, 255), (244, 246, 245))
        assert min(contrast(accent, other) for other in (on, tint, paper, ground)) >= 4.5
    assert (
        page.evaluate("import('/static/contrast.js').then(({ accentOf }) => accentOf('red;', false))") == {}
    )


def contrast(one, other):
    """WCAG 2's contrast of two colours."""

    def luminance(rgb):
        shares = [part / 255 for part in rgb]
        parts = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_the_line_twice_makes_one_button_which_survives_an_exchanged_page(page, shop):
    shop.head = shop.line()
    page.goto(shop.url)
    expect(launcher(page)).to_have_count(1)
    page.evaluate("() => { document.body.replaceWith(document.createElement('body')); }")
    expect(launcher(page)).to_be_visible()
    page.evaluate("() => { document.querySelector('kesu-widget').remove(); }")
    expect(launcher(page)).to_be_visible()


def test_a_line_added_by_a_script_works_and_says_when_it_is_there(page, site, shop):
    page.goto(f"{site.url}/static/icon.svg")
    page.goto(shop.url)
    page.evaluate("() => { delete window.kesu; document.querySelector('kesu-widget').remove(); }")
    page.evaluate(
        """(src) => new Promise((ready) => {
            addEventListener("kesu-ready", ready);
            document.head.append(Object.assign(document.createElement("script"), { src }));
        })""",
        f"{site.url}/widget.js",
    )
    page.evaluate("kesu.open()")
    expect(panel(page).last).to_be_visible()


def test_a_site_that_is_not_named_gets_no_chat(page, shop):
    page.goto(shop.unnamed)
    launcher(page).click()
    expect(panel(page).get_by_role("link")).to_have_attribute("href", shop.desk)
    page.wait_for_load_state("networkidle")
    expect(panel(page).locator("iframe")).to_be_hidden()


def test_words_from_another_window_are_not_taken(page, site, shop):
    page.goto(shop.url)
    open_chat(page)
    page.evaluate("""() => {
        window.postMessage({ kesu: "unread", count: 5 }, "*");
        window.postMessage({ kesu: "close" }, "*");
        const frame = document.createElement("iframe");
        document.body.append(frame);
        const inside = frame.contentWindow.document.createElement("script");
        inside.textContent = `parent.postMessage({ kesu: "close" }, "*");
            parent.document.querySelector("kesu-widget").shadowRoot.querySelector("iframe")
                .contentWindow.postMessage({ kesu: "host", open: true, color: "#ff0000" }, "*");`;
        frame.contentWindow.document.body.append(inside);
    }""")
    # Messages are heard in their order: after one of our own, those were heard.
    for place in (page.locator("html"), chat(page).locator("html")):
        place.evaluate("""() => new Promise((done) => {
            addEventListener("message", ({ data }) => data === "the last" && done());
            postMessage("the last", "*");
        })""")
    expect(panel(page)).to_be_visible()
    expect(page.locator("kesu-widget b")).to_be_hidden()
    assert "255" not in chat(page).locator("html").evaluate("html => html.style.getPropertyValue('--accent')")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_button_and_panel_have_no_fault_that_axe_finds(page, shop, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    shop.attributes |= {"color": "#1677ff", "name": "清泉客服", "greeting": "您好，哪里不满意？请告诉我们。"}
    page.goto(shop.url)
    expect(launcher(page)).to_be_visible()
    faults = Axe().run(page).response["violations"]
    open_chat(page)
    complain(page)
    faults += Axe().run(page).response["violations"]
    folder = ROOT / "reports" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    kind = "phone" if size == PHONE else "desktop"
    page.screenshot(path=folder / f"widget-{kind}-{scheme}.png", animations="disabled")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in faults] == []


def test_who_wants_no_motion_gets_none(page, shop):
    page.emulate_media(reduced_motion="reduce")
    page.goto(shop.url)
    launcher(page).click()
    assert panel(page).evaluate("panel => panel.getAnimations().length") == 0
