"""Fixtures of the tests that use the real thing: a browser, a trained Rasa, a desk in its own process."""

import os
import shutil

import pytest

from tests.disk import no_waiting_for_the_disk

__all__ = ["no_waiting_for_the_disk"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _flags():
    """Nothing but the pages under test: no look-ups of the browser's own; root's Chromium has no sandbox."""
    quiet = ["gpu", "quic", "background-networking", "component-update", "sync"]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*as_root, "--no-first-run", *(f"--disable-{name}" for name in quiet)]


@pytest.fixture(scope="session")
def chromium_path():
    """An installed Chromium, or the one named in KESU_TEST_CHROMIUM; without one the test is skipped."""
    found = os.environ.get("KESU_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip("no browser: install chromium, or name one in KESU_TEST_CHROMIUM")
    return found


@pytest.fixture(scope="module")
def browser(chromium_path):
    """A running Chromium; its synchronous API keeps a loop running, so it ends with its module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=_flags())
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """A fresh page of a fresh visitor, in Chinese."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()


@pytest.fixture
def someone(browser):
    """Opens pages of people who know nothing of one another; what went wrong in one is in its `broken`."""
    contexts = []

    def new(width=1280, height=800, **more):
        size = {"width": width, "height": height}
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.broken = []
        page.on("pageerror", lambda error: page.broken.append(str(error)))
        page.on("console", lambda line: page.broken.append(line.text) if line.type == "error" else None)
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def stage(page, tmp_path):
    """The customers' page with a transport of the test's making, behind the real door."""
    from tests.doors import Site
    from tests.e2e.pages import Stage

    with Site(tmp_path) as site:
        yield Stage(page, site.url)


@pytest.fixture
def complaints_of_the_browser(page):
    """What the browser refused or failed at: broken policy, failing scripts."""
    heard = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    return heard


@pytest.fixture
async def killable_desk(rasa, tmp_path):
    """A desk that is not started yet."""
    from bot.adapters.listening import free_port
    from tests.e2e.stack import KillableDesk

    desk = KillableDesk(rasa, tmp_path, free_port())
    await desk.create_database()
    yield desk
    desk.stop()
