"""The pages beside the console – groups, one's own sign-in, the audit log – by keyboard, small and large."""

import re

import pytest

from tests.e2e.console.test_console_keys import problems
from tests.e2e.pages import DESKTOP, PHONE, SHOTS, expect

pytestmark = pytest.mark.browser

PAGES = {"groups": "/desk/groups", "security": "/desk/security", "audit": "/desk/audit"}
SIZES = {"wide": DESKTOP, "narrow": PHONE}


@pytest.fixture
def zhou(site, filled, at_desk):
    """A supervisor's browser; there is a group, and something in the audit log."""
    people = filled.people
    site.run(
        site.door.parts.groups.save(
            "酒店和影院", by=people["zhou"], packs=["hotel", "cinema"], members=[people["li"], people["wang"]]
        )
    )
    return at_desk("zhou")


def test_a_supervisor_makes_a_group_and_sets_a_cap_without_a_mouse(site, zhou):
    zhou.goto(f"{site.url}/desk/groups")
    zhou.get_by_label("名称").focus()
    zhou.keyboard.type("物业组")
    zhou.get_by_label("李建国", exact=True).and_(zhou.get_by_role("checkbox")).focus()
    zhou.keyboard.press("Space")
    zhou.get_by_label("物业管理").focus()
    zhou.keyboard.press("Space")
    zhou.keyboard.press("Enter")
    expect(zhou.locator(".groups .row", has_text="物业组")).to_contain_text("1 人")
    zhou.locator(".cap", has_text="王小雨").get_by_role("spinbutton").fill("3")
    zhou.keyboard.press("Enter")
    expect(zhou.locator(".cap", has_text="王小雨")).to_contain_text("最多 3 个")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_is_too_wide(site, zhou, name, scheme):
    zhou.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for size, window in SIZES.items():
        zhou.set_viewport_size(window)
        zhou.goto(f"{site.url}{PAGES[name]}")
        SHOTS.mkdir(parents=True, exist_ok=True)
        zhou.screenshot(path=SHOTS / f"desk-{name}-{size}-{scheme}.png", full_page=True)
        assert problems(zhou) == {}
        assert zhou.evaluate("document.documentElement.scrollWidth <= innerWidth"), size


def test_the_picture_for_the_telephone_is_whole(site, zhou):
    zhou.goto(f"{site.url}/desk/security")
    picture = zhou.locator(".qr svg")
    expect(picture).to_have_attribute("viewBox", re.compile(r"^0 0 (\d+) \1$"))
    box = picture.bounding_box()
    assert box["width"] == pytest.approx(box["height"])
    assert box["width"] > 150


def test_the_page_of_one_group_fits_too(site, zhou):
    zhou.goto(f"{site.url}/desk/groups")
    zhou.locator(".groups .row").first.click()
    zhou.set_viewport_size(PHONE)
    expect(zhou.get_by_role("heading", level=1)).to_contain_text("酒店和影院")
    assert problems(zhou) == {}
    assert zhou.evaluate("document.documentElement.scrollWidth <= innerWidth")
