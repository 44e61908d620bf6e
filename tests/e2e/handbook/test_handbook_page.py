"""A supervisor changes what the bot says, another one approves it, and the bot says it: in a browser."""

import re

import pytest

from tests.e2e.console.test_console_keys import problems
from tests.e2e.pages import DESKTOP, PHONE, SHOTS, expect
from tests.rooms import reading

pytestmark = pytest.mark.browser

GREETING = "/desk/handbook/clauses/S-DEEP-1"
PRINTED = "您好,感谢您选择我们的服务,请问有什么可以帮助您的吗?"
NEW = "您好，这里是本公司客服，请问有什么可以帮您？"


def write(page, words, note="更亲切"):
    page.get_by_label("第 1 句").fill(words)
    page.get_by_label("为什么改").fill(note)
    page.get_by_role("button", name="检查并保存草稿").click()


def draft(page, words=NEW):
    page.goto(page.url.split("/desk/")[0] + GREETING)
    page.get_by_role("link", name="改说法").click()
    write(page, words)
    page.wait_for_url("**/editions/**")
    return page.url


def greeted(site, visitor):
    """What the bot answers to a greeting of this visitor."""
    site.room.table["你好啊"] = reading("greet")
    said = site.run(site.door.desk.say("你好啊", visitor=visitor))
    return "\n".join(said)


def test_from_a_draft_to_the_bots_mouth_and_back_to_what_was_said_before(site, someone):
    assert PRINTED in greeted(site, "before")
    conversation = site.run(site.door.desk.conversation("before"))
    zhou = someone("zhou")
    zhou.get_by_label("查找", exact=True).fill("ganxieninxuanze")
    zhou.get_by_role("button", name="查找").click()
    zhou.get_by_role("link", name=re.compile("S-DEEP-1")).click()
    expect(zhou.get_by_label("条款资料")).to_contain_text("顾客打招呼或打开页面")
    zhou.get_by_role("link", name="改说法").click()

    write(zhou, "您好，绝对没有人比我们更懂您。")
    expect(zhou.get_by_role("alert")).to_contain_text("不能对顾客说")
    expect(zhou.get_by_label("第 1 句")).to_have_value("您好，绝对没有人比我们更懂您。")
    write(zhou, NEW)

    zhou.wait_for_url("**/editions/**")
    expect(zhou.locator(".diff ins").first).to_be_visible()
    expect(zhou.locator(".diff del").first).to_be_visible()
    expect(zhou.get_by_role("button", name="批准")).to_have_count(0)
    assert PRINTED in greeted(site, "meanwhile")

    sun = someone("sun")
    sun.get_by_role("link", name=re.compile("更亲切")).click()
    sun.get_by_role("button", name="批准").click()
    expect(sun.get_by_role("heading", name="现在的说法：公司修订第 1 版")).to_be_visible()
    expect(sun.get_by_label("条款资料")).to_contain_text("（公司修订）")
    assert NEW in greeted(site, "after")

    wang = someone("wang", f"/desk/conversations/{conversation.id}")
    wang.get_by_role("link", name="S-DEEP-1").click()
    expect(wang.get_by_role("heading", name="当时的说法：手册第 1 版")).to_be_visible()
    expect(wang.locator("section", has_text="当时的说法").first).to_contain_text(PRINTED)
    expect(wang.get_by_role("link", name="改说法")).to_have_count(0)
    assert wang.broken == sun.broken == []
    assert [line for line in zhou.broken if "400 (Bad Request)" not in line] == []  # what can't be said


def test_the_original_comes_back(site, someone):
    zhou, sun = someone("zhou"), someone("sun")
    sun.goto(draft(zhou))
    sun.get_by_role("button", name="批准").click()
    assert NEW in greeted(site, "first")
    zhou.goto(site.url + GREETING)
    zhou.get_by_label("为什么恢复原文").fill("原文更好")
    zhou.get_by_role("button", name="恢复原文").click()
    zhou.wait_for_url("**/editions/**")
    sun.goto(zhou.url)
    sun.get_by_role("button", name="批准").click()
    expect(sun.get_by_role("heading", name="现在的说法：手册第 1 版")).to_be_visible()
    assert PRINTED in greeted(site, "second")


def test_a_draft_that_changed_meanwhile_is_not_approved(site, someone):
    zhou, sun = someone("zhou"), someone("sun")
    sun.goto(draft(zhou))
    zhou.get_by_role("link", name="继续改").click()
    write(zhou, "您好，请问怎么了？")
    zhou.wait_for_url("**/editions/**")
    sun.get_by_role("button", name="批准").click()
    expect(sun.get_by_role("alert")).to_contain_text("刚刚有人改过")
    expect(sun.locator(".diff")).to_contain_text("怎么了")
    assert PRINTED in greeted(site, "third")


def test_everything_works_without_a_mouse(site, someone):
    zhou = someone("zhou", GREETING + "/edit")
    zhou.get_by_label("第 1 句").focus()
    zhou.keyboard.press("Control+A")
    zhou.keyboard.type(NEW)
    zhou.get_by_role("button", name="再加一句").first.focus()
    zhou.keyboard.press("Enter")
    zhou.keyboard.type("我们都在。")
    zhou.get_by_role("button", name="检查并保存草稿").focus()
    zhou.keyboard.press("Enter")
    zhou.wait_for_url("**/editions/**")
    expect(zhou.locator('.diff [data-change="added"]')).to_have_text(re.compile("我们都在。"))


def test_words_are_carried_out_and_in_again(site, someone, tmp_path):
    zhou, sun = someone("zhou"), someone("sun")
    sun.goto(draft(zhou))
    sun.get_by_role("button", name="批准").click()
    zhou.goto(f"{site.url}/desk/handbook")
    zhou.get_by_label("导出哪个手册包").select_option("general")
    with zhou.expect_download() as waiting:
        zhou.get_by_role("button", name="导出", exact=True).click()
    file = tmp_path / "company-general.yaml"
    waiting.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert NEW in text
    file.write_text(text.replace("based_on: 1", "based_on: 9"), encoding="utf-8")
    zhou.get_by_label("导入文件").set_input_files(file)
    zhou.get_by_role("button", name="导入", exact=True).click()
    expect(zhou.get_by_role("alert")).to_contain_text("company-general.yaml 第 ")
    file.write_text(text.replace("本公司客服", "我们的客服"), encoding="utf-8")
    zhou.get_by_label("导入文件").set_input_files(file)
    zhou.get_by_role("button", name="导入", exact=True).click()
    expect(zhou.get_by_role("status")).to_contain_text("导入了 1 条草稿")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(site, someone, scheme):
    zhou = someone("zhou")
    edition = draft(zhou, NEW).removeprefix(site.url)
    pages = {
        "list": "/desk/handbook",
        "clause": "/desk/handbook/clauses/S-BEV-TETRA-1?version=1",
        "edit": "/desk/handbook/clauses/S-BEV-TETRA-1/edit",
        "ways": "/desk/handbook/clauses/K-ACCEPTED/edit",
        "edition": edition,
    }
    zhou.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name, path in pages.items():
        for size, window in {"wide": DESKTOP, "narrow": PHONE}.items():
            zhou.set_viewport_size(window)
            zhou.goto(site.url + path)
            zhou.screenshot(path=SHOTS / f"handbook-{name}-{size}-{scheme}.png", full_page=True)
            assert problems(zhou) == {}, (name, size)
            assert zhou.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
