"""Shadow replay and suggestions in the browser: begun, watched, judged by keys, and usable by everybody."""

import re
from datetime import UTC, datetime

import pytest

from bot.domain.model import ModelState
from bot.domain.people import Role
from bot.domain.suggestions import Doubtful
from tests.doors import Site
from tests.e2e.pages import DESKTOP, PHONE, SHOTS, expect, sign_in
from tests.records import store
from tests.rooms import reading
from tests.training_data import a_model

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
READ = {  # what customers said: as what it was read, and as what the candidate reads it
    "箱子里的牛奶盒是空的，什么都没有": ("carton.empty", "carton.spoiled"),
    "一整箱全是空盒子，怎么回事": ("carton.empty", "carton.spoiled"),
    "打开是空的，你们漏装了吧": ("carton.empty", "carton.spoiled"),
    "我喝完肚子疼了一晚上": ("illness", "food.quality"),
    "找个人来跟我说": ("chitchat", "request_human"),
    "谢谢啦": ("thank", "thank"),
}
UNKNOWN = ("发票怎么还没开给我", "电子发票一直收不到", "能不能把发票重新开一下")


def problems(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def shoot(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"shadow-{name}.png", animations="disabled", full_page=True)


def check(page, name):
    """Everybody can use it, on a telephone too."""
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        shoot(page, f"{name}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
        assert problems(page) == {}, name
    page.set_viewport_size(DESKTOP)


async def fill(site):
    """A supervisor, a candidate that reads some messages otherwise, one of its rows in doubt."""
    door, desk = site.door, site.door.desk
    desk.clock.turn(seconds=(datetime.now(UTC) - desk.clock.now()).total_seconds())
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    await store(desk.units, ("models", a_model("kesu-1", ModelState.LIVE)), ("models", a_model("kesu-2")))
    table = desk.beside.tables.setdefault("kesu-2.tar.gz", {})
    for number, (text, (before, after)) in enumerate(READ.items()):
        await desk.say(text, reading(before, 0.71), visitor=str(number))
        table[text] = reading(after, 0.86)
    for number, text in enumerate(UNKNOWN):
        await desk.say(text, reading(None, 0.2), visitor=f"u{number}")
        desk.clock.turn(seconds=20)
    desk.rows.doubts["kesu-2.tar.gz"] = [
        Doubtful("data/nlu/conversation/greet.yml:7", "greet", "多谢啦", "thank", 0.93)
    ]


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.run(fill(running))
        yield running


@pytest.fixture
def supervisor(site, page, complaints_of_the_browser):
    page.set_default_timeout(15_000)
    sign_in(page, site.url, "zhou")
    page.locator('#connection[data-state="online"]').wait_for()
    page.goto(f"{site.url}/desk/training/shadow")
    return page


def replay(site, page):
    page.get_by_label("模型").select_option("kesu-2")
    page.get_by_role("button", name="开始试读").click()
    expect(page.get_by_text("正在试读")).to_be_visible()
    site.run(site.door.desk.shadow.look())
    expect(page.get_by_text("读完了")).to_be_visible()


def test_a_replay_is_begun_watched_and_judged_by_keys(site, supervisor, complaints_of_the_browser):
    page = supervisor
    check(page, "start")
    replay(site, page)
    changes = page.locator(".changes .row")
    expect(changes).to_have_count(3)
    expect(changes.first).to_contain_text("不能漏的读漏了")
    check(page, "run")
    changes.nth(2).click()
    rows = page.locator(".judging > li")
    expect(rows).to_have_count(3)
    expect(rows.first).to_be_focused()
    page.keyboard.press("2")
    expect(rows.first.locator(".judged")).to_have_text("原来的对 · 周敏")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("1")
    expect(rows.nth(1).locator(".judged")).to_have_text("新的对 · 周敏")
    page.keyboard.press("3")
    expect(rows.nth(2).locator('input[name="label"]')).to_be_focused()
    page.keyboard.type("致谢")
    page.keyboard.press("Enter")
    expect(rows.nth(2).locator(".judged")).to_have_text("都不对，应是“致谢” · 周敏")
    check(page, "judging")
    page.goto(page.url.partition("/change")[0])
    expect(page.get_by_text("新的对 1，原来的对 1，都不对 1")).to_be_visible()
    assert complaints_of_the_browser == []


def test_a_judgement_is_made_and_taken_back_by_clicks(site, supervisor):
    page = supervisor
    replay(site, page)
    page.locator(".changes .row").first.click()
    row = page.locator(".judging > li").first
    row.get_by_role("button", name="原来的对").click()
    expect(row.locator(".judged")).to_have_text("原来的对 · 周敏")
    row.get_by_role("button", name="撤回").click()
    expect(row.locator(".judged")).to_have_text("还没有判断")


def test_what_is_no_label_is_told_in_words(site, supervisor):
    page = supervisor
    replay(site, page)
    page.locator(".changes .row").first.click()
    row = page.locator(".judging > li").first
    row.locator('input[name="label"]').fill("没有这种意思")
    row.get_by_role("button", name="都不对").click()
    expect(page.get_by_role("alert")).to_have_text("请选择这句话真正的意思。")


def test_suggestions_are_shown_and_answered(site, supervisor, complaints_of_the_browser):
    page = supervisor
    site.door.desk.clock.turn(minutes=5)
    site.run(site.door.parts.review.look())
    page.goto(f"{site.url}/desk/training/suggestions")
    expect(page.get_by_text("多谢啦")).to_be_visible()
    expect(page.locator(".cluster blockquote")).to_have_count(3)
    check(page, "suggestions")
    page.get_by_role("button", name="记下来改").click()
    expect(page.get_by_text("周敏已记下要改")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    page.get_by_role("button", name="标签没错").click()
    expect(page.get_by_text("多谢啦")).to_have_count(0)
    page.get_by_role("button", name="提议一个新标签").click()
    for text in UNKNOWN:
        expect(page.get_by_label("例句")).to_have_value(re.compile(text))
    assert complaints_of_the_browser == []
