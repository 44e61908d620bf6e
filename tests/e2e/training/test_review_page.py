"""Supervisors correct the bot in the browser: by keyboard alone, by selecting text, a whole group at once."""

import pytest

from bot.domain.people import Role
from tests.doors import Site
from tests.e2e.pages import SHOTS, expect, sign_in
from tests.rooms import reading

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
STRAW = ("奶茶没给吸管啊", "奶茶没给吸管啊！！", "奶茶没给吸管啊。")
SOUR = "😀粥是酸的，客服还骂人"


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.run(_fill(running.door))
        yield running


async def _fill(door):
    from dataclasses import replace

    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await door.person("li", "李建国", Role.SUPERVISOR)
    close = replace(
        reading(None, 0.4),
        ranking=(("carton.empty", 0.4), ("carton.no_straw", 0.35), ("service.quality", 0.1)),
    )
    await door.desk.say(SOUR, reading("service.quality", 0.4), visitor="sour")
    for number, text in enumerate(STRAW):
        await door.desk.say(text, close, visitor=f"straw{number}")
    door.desk.clock.turn(minutes=1)
    await door.parts.review.look()


@pytest.fixture
def at_training(site, someone):
    def enter(login="zhou", width=1280, height=900):
        page = someone(width, height)
        sign_in(page, site.url, login)
        page.wait_for_url(f"{site.url}/desk")
        page.goto(f"{site.url}/desk/training")
        page.locator("#kept1").wait_for()
        return page

    return enter


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def rows(site):
    async def approved():
        async with site.door.desk.units() as uow:
            return [
                (part.written, part.label) for one in await uow.corrections.approved() for part in one.parts
            ]

    return sorted(site.run(approved()))


def problems(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def test_a_group_is_settled_with_two_keys(site, at_training):
    page = at_training()
    expect(page.locator("h1")).to_contain_text("还剩 4 条")
    press(page, "2")
    expect(page.locator("#save")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("已记下 3 条")
    expect(page.locator("h1")).to_contain_text("还剩 1 条")
    assert [label for _, label in rows(site)] == ["carton.no_straw"] * 3
    assert page.broken == []


def test_a_label_is_found_by_pinyin_and_a_fact_is_marked_without_a_mouse(site, at_training):
    page = at_training()
    press(page, "/")
    page.keyboard.type("meiyouxiguan")
    expect(page.locator(".meaning li").first).to_contain_text("没有吸管")
    press(page, "Enter", "Tab", "Home", "Shift+ArrowRight", "Shift+ArrowRight", "Alt+1")
    expect(page.locator(".kept mark")).to_contain_text("奶茶")
    press(page, "Control+End")
    page.keyboard.type("吧")
    expect(page.locator(".kept")).to_contain_text("啊")
    page.locator("#save").focus()
    press(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("已记下")
    assert ("[奶茶](product)" in rows(site)[0][0]) or ("[奶茶](product)" in rows(site)[-1][0])
    assert page.broken == []


def test_a_message_is_split_into_two_issues(site, at_training):
    page = at_training()
    page.get_by_text("粥是酸的").first.click()
    page.locator("#kept1").wait_for()
    expect(page.locator("#kept1")).to_have_value(SOUR)
    page.get_by_role("button", name="拆成两个问题").click()
    page.locator("#kept1").fill("😀粥是酸的")
    page.locator("#kept1").evaluate("one => one.setSelectionRange(2, 3)")
    page.get_by_role("region", name="第 1 个问题").get_by_role("button", name="商品").click()
    page.locator("#label1").fill("发酸")
    page.keyboard.press("Enter")
    page.locator("#kept2").fill("客服还骂人")
    page.locator("#label2").fill("fuwu")
    page.locator("#labels2 li").first.click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("已记下 1 条")
    found = rows(site)
    assert len(found) == 2
    assert ("😀[粥](product)是酸的", "porridge.sour") in found


def test_without_a_meaning_nothing_is_sent_and_it_says_why(site, at_training):
    page = at_training()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#wrong")).to_have_text("请先选择这句话的意思。")
    assert rows(site) == []


def test_skipping_and_off_topic_have_keys(site, at_training):
    page = at_training()
    press(page, "s")
    expect(page.locator("h1")).to_contain_text("还剩 3 条")
    page.locator("#kept1").wait_for()  # the page listens to keys
    press(page, "0")
    expect(page.locator("h1")).to_contain_text("还剩 1 条")
    assert {label for _, label in rows(site)} == {"chitchat"}


def test_two_who_differ_see_it_and_one_gives_in(site, at_training):
    page, other = at_training(), at_training("li")
    other.goto(page.locator(".waiting-list a").last.evaluate("one => one.href"))
    page.locator(".waiting-list a").last.click()
    for one, label in ((page, "八宝粥"), (other, "fuwu")):
        one.locator("#kept1").wait_for()
        one.locator("#label1").fill(label)
        one.locator("#labels1 li").first.click()
        one.get_by_role("button", name="保存").click()
        expect(one.get_by_role("status")).to_contain_text("已记下")
    assert rows(site) == []
    page.goto(f"{site.url}/desk/training?state=disputed")
    expect(page.get_by_role("heading", name="看法不同")).to_be_visible()
    page.get_by_role("button", name="采用李建国的看法").click()
    expect(page.get_by_role("status")).to_contain_text("已记下")
    assert len(rows(site)) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_page_is_fit_for_everybody(site, at_training, width, height):
    page = at_training(width=width, height=height)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"training-review-{width}.png", full_page=True, animations="disabled")
    assert problems(page) == {}
    page.locator("#label1").fill("空")
    assert problems(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{site.url}/desk/training/labels")
    assert problems(page) == {}
    page.screenshot(path=SHOTS / f"training-labels-{width}.png", full_page=True, animations="disabled")
