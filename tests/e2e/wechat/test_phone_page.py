"""The page that plays a customer's phone, in a browser."""

import asyncio
import threading

import pytest

from tests.e2e.pages import expect
from tests.wechat import FakeTencent
from tests.wechat.phone_page import PhonePage
from tests.wechat.phones import Phones
from tests.wechat.played_desk import PlayedDesk

pytestmark = pytest.mark.browser


class Served:
    """The page with its fake, in a thread of its own, in front of a desk that says one thing."""

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._open())
        return self

    def __exit__(self, *problem):
        self.run(self.fake.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _open(self):
        self.fake = await FakeTencent().__aenter__()
        desk = PlayedDesk(self.fake.official, "请问是哪一款产品？\n1. 奶茶\n2. 八宝粥")
        self.phones = Phones(self.fake, await self.fake.serve(desk.app()))
        self.url = await self.fake.serve(PhonePage(self.phones).app)

    def take(self, body):
        """Have the account send a customer-service message to the first customer."""
        openid = next(iter(self.fake.official.followers))

        async def do():
            self.fake.official.take_custom({"touser": openid} | body)

        self.run(do())


@pytest.fixture
def phone(page, complaints_of_the_browser):
    page.set_viewport_size({"width": 1100, "height": 900})
    with Served() as served:
        page.goto(served.url)
        yield served
        assert complaints_of_the_browser == []


def follow(page):
    page.get_by_role("button", name="关注公众号", exact=True).click()
    expect(page.get_by_role("textbox", name="消息", exact=True)).to_be_enabled()


def write(page, text):
    page.get_by_role("textbox", name="消息", exact=True).fill(text)
    page.get_by_role("button", name="发送", exact=True).click()


def test_a_customer_follows_writes_and_taps_a_choice(phone, page):
    expect(page.get_by_role("textbox", name="消息", exact=True)).to_be_disabled()
    follow(page)
    write(page, "一箱奶茶里有一盒是空的")
    expect(page.locator(".line.mine")).to_have_text("一箱奶茶里有一盒是空的")
    expect(page.locator(".line.passive").last).to_contain_text("1. 奶茶")
    listed = [{"id": "c1", "content": "奶茶"}]
    phone.take({"msgtype": "msgmenu", "msgmenu": {"head_content": "是哪一款？", "list": listed}})
    page.get_by_role("button", name="奶茶", exact=True).click()
    expect(page.locator(".line.mine").last).to_have_text("奶茶")


def test_48_hours_later_the_window_is_shut(phone, page):
    follow(page)
    write(page, "你好")
    expect(page.locator("#windows")).to_contain_text("还能发 5 条")
    page.get_by_role("button", name="48 小时以后", exact=True).click()
    expect(page.locator("#windows")).to_contain_text("顾客来消息后：窗口未打开或已关闭")
    expect(page.locator("#clock")).to_contain_text("拨快了 48 小时")


def test_a_photo_is_shown_where_it_was_sent(phone, page):
    follow(page)
    name = "一盒.png"
    page.locator("#photo").set_input_files([{"name": name, "mimeType": "image/png", "buffer": _png()}])
    expect(page.locator(".line.mine img")).to_be_visible()


def test_in_kf_a_servicer_may_answer_only_their_own_session(phone, page):
    page.get_by_role("button", name="微信客服", exact=True).click()
    write(page, "你好")
    expect(page.locator("#state")).to_have_text("新接入")
    expect(page.get_by_role("button", name="回复", exact=True)).to_be_disabled()
    next(iter(phone.phones.account.sessions.values())).state = 2
    page.get_by_role("button", name="接入会话", exact=True).click()
    page.get_by_role("textbox", name="接待人员的回复", exact=True).fill("我来处理")
    page.get_by_role("button", name="回复", exact=True).click()
    expect(page.locator(".line.servicer")).to_contain_text("我来处理")


def _png():
    from io import BytesIO

    from PIL import Image

    held = BytesIO()
    Image.new("RGB", (4, 4), "red").save(held, "PNG")
    return held.getvalue()
