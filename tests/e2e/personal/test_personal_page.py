"""A request about personal data in browsers: from the phone call to what is left, by keys, on a phone too."""

import zipfile

import pytest

from bot.domain.people import Role
from tests.doors import Site
from tests.e2e.console.filled import to_now
from tests.e2e.pages import DESKTOP, PHONE, SHOTS, sign_in
from tests.persons import NAME, WORDS, fill
from tests.persons import PHONE as NUMBER_OF_PERSON

pytestmark = pytest.mark.browser
LOGINS = {"root": ("管理员", Role.ADMIN), "su": ("苏主管", Role.SUPERVISOR)}


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        to_now(running)
        running.run(_begin(running.door))
        yield running


async def _begin(door):
    await fill(door.desk.units)
    ids = [(await door.person(login, name, role)).id for login, (name, role) in LOGINS.items()]
    async with door.desk.units() as uow:
        (await uow.people.get(ids[1])).personal_data = True
        (await uow.people.get("boss")).active = False
        await uow.commit()


@pytest.fixture
def enter(site, someone):
    """Signs somebody in and opens the register."""

    def opened(login, size):
        page = someone(**size)
        sign_in(page, site.url, login)
        page.wait_for_url("**/desk")
        page.goto(f"{site.url}/desk/personal")
        return page

    return opened


def looks_right(page, name):
    """Nothing for axe to find, nothing too wide, nothing of the person; a picture for whoever wants one."""
    from axe_playwright_python.sync_playwright import Axe

    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=SHOTS / f"personal_{name}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    shown = page.locator("main").inner_text()
    assert not [word for word in (NUMBER_OF_PERSON, NAME, WORDS) if word in shown]
    assert page.broken == []


def register(page, kind):
    page.get_by_label("电话（完整号码）").fill(NUMBER_OF_PERSON)
    page.get_by_label("投诉编号", exact=True).fill("K4837-19209")
    page.get_by_label("要求什么").select_option(kind)
    page.get_by_label("怎样确认了身份").fill("回拨留下的电话，核对了投诉编号")
    page.get_by_role("button", name="查找并登记").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=kind).wait_for()


def test_a_person_gets_a_copy_and_is_erased_by_two(enter, tmp_path):
    mine = enter("su", DESKTOP)
    mine.get_by_role("navigation").get_by_role("link", name="个人信息").click()
    looks_right(mine, "empty")
    register(mine, "查阅、复制")
    with mine.expect_download() as download:
        mine.get_by_role("button", name="下载副本").click()
    download.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as copy:
        assert NUMBER_OF_PERSON in copy.read("index.html").decode()
    mine.get_by_role("button", name="已交给本人，办结").click()
    mine.get_by_role("link", name="← 个人信息请求").click()
    register(mine, "删除")
    mine.get_by_label("原因（会留在审计日志").fill("本人申请")
    mine.get_by_label("我看过了").focus()
    mine.keyboard.press("Space")
    looks_right(mine, "erase")
    mine.get_by_role("button", name="申请抹去").click()
    mine.get_by_text("等另一位有权限的同事确认。").wait_for()
    other = enter("root", PHONE)
    looks_right(other, "register_phone")
    other.get_by_role("link", name="等另一位同事确认").click()
    other.get_by_label("我看过了").check()
    looks_right(other, "confirm_phone")
    other.get_by_role("button", name="确认抹去").click()
    other.get_by_role("heading", name="办理结果").wait_for()
    looks_right(other, "done_phone")
    mine.goto(mine.url.rpartition("/")[0])
    assert mine.locator("table.requests-over tbody tr").count() == 2
    assert mine.broken == []
