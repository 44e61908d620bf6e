"""Models in the browser: one is trained, watched, read about, approved, put into service and taken back."""

import asyncio
import re

import pytest

from bot.domain.people import Role
from bot.services.models.jobs import ModelJobs
from tests.doors import Site
from tests.e2e.pages import DESKTOP, PHONE, SHOTS, expect, sign_in
from tests.models import BAD_EXAMPLE, Reporter, a_model, bad_report, put

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OLD = "kesu-20260101-000000"
STEPS = {"start": 1.0, "SentenceEncoder": 50.0, "report": 49.0}


def problems(page):
    """What axe finds wrong with the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def check(page, name):
    """Everybody can use it, on a telephone too."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SHOTS / f"models-{name}-{scheme}.png", animations="disabled", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
        assert problems(page) == {}, name
    page.set_viewport_size(DESKTOP)


async def fill(site):
    """Two supervisors, and a live model that took its time."""
    for login, name in (("zhou", "周敏"), ("chen", "陈晨")):
        await site.door.person(login, name, Role.SUPERVISOR)
    old = a_model(OLD, made_by="terminal", rows=2999, seconds=61.4, data={"hash": "b", "steps": STEPS})
    await put(site.door.desk.units, old, live=OLD)


async def begin(site):
    """A desk process takes the training up; it goes on until the trainer is let go."""
    trainer = site.door.parts.models.views._trainer
    trainer.lines = ["INFO - Starting to train component 'SentenceEncoder'."]
    desk = site.door.desk
    jobs = ModelJobs(desk.units, desk.clock, trainer, Reporter(bad_report()))
    site.training = asyncio.create_task(jobs.look())
    await trainer.began.wait()
    return trainer


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.run(fill(running))
        yield running


def enter(site, page, login):
    page.context.clear_cookies()
    sign_in(page, site.url, login)
    page.locator('#connection[data-state="online"]').wait_for()
    page.goto(f"{site.url}/desk/training/models")


@pytest.fixture
def supervisor(site, page, complaints_of_the_browser):
    page.set_default_timeout(15_000)
    page.on("dialog", lambda dialog: dialog.accept())
    enter(site, page, "zhou")
    return page


async def let_go(site, trainer):
    trainer.go.set()
    await site.training


def test_a_model_is_trained_judged_approved_put_into_service_and_taken_back(
    site, supervisor, complaints_of_the_browser
):
    page = supervisor
    check(page, "list")
    page.get_by_role("button", name="训练新模型").click()
    expect(page.get_by_role("heading", name="正在训练")).to_be_visible()
    trainer = site.run(begin(site))
    expect(page.get_by_text(re.compile("计算句子的意思 · 约 \\d+%"))).to_be_visible()
    page.get_by_text("训练日志").click()
    expect(page.locator(".log pre")).to_contain_text("log of kesu-")
    check(page, "training")
    site.run(let_go(site, trainer))
    expect(page.get_by_role("heading", name="检验：没有通过")).to_be_visible()
    expect(page.get_by_role("heading", name="报告：候选与使用中的模型比较")).to_be_visible()
    check(page, "refused")
    page.get_by_role("button", name=re.compile(f"接受听错这一句.*{BAD_EXAMPLE[0]}")).click()
    expect(page.get_by_role("heading", name="检验：通过")).to_be_visible()
    expect(page.get_by_text("要由另一位主管批准")).to_be_visible()
    name = page.locator("h1").inner_text()
    enter(site, page, "chen")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="批准启用").click()
    page.get_by_role("button", name="启用这个模型").click()
    expect(page.locator(".head .owner")).to_have_text("使用中")
    check(page, "live")
    page.get_by_role("link", name="全部模型").click()
    page.get_by_role("button", name=f"换回上一个模型（{OLD}）").click()
    expect(page.locator('.models .owner[data-state="live"]')).to_have_count(1)
    expect(page.get_by_role("link", name=f"使用中 {OLD}")).to_be_visible()
    assert complaints_of_the_browser == []


def test_a_training_is_cancelled_and_the_page_says_who_did_it(site, supervisor):
    page = supervisor
    page.get_by_role("button", name="训练新模型").click()
    site.run(begin(site))
    page.get_by_role("button", name="取消训练").click()
    expect(page.get_by_text("周敏取消了训练")).to_be_visible()
    expect(page.get_by_role("button", name="重新开始")).to_be_visible()

    async def ended():
        await asyncio.wait_for(site.training, 30)

    site.run(ended())
