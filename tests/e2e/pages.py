"""What tests of the customers' page share: words for what is on it, and a server of the test's own making."""

from itertools import count
from pathlib import Path

from tests.doors import PASSWORD

PHONE, DESKTOP, SMALL = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 800},
    {"width": 320, "height": 568},
)
SHOTS = Path(__file__).parents[2] / "reports" / "screenshots"
_FAKE = Path(__file__).with_name("fake_transport.js")
_PATIENCE = 15_000  # milliseconds: a busy machine is slow, not wrong
_seqs = count(1)
CASE = {"number": "K2026-00017", "title": "包装空盒", "state": "调查中", "due": "2026-11-25", "open": True}
OLD_CASE = {"number": "K2026-00003", "title": "有异味", "state": "已结案", "due": "2026-11-02", "open": False}
RATING = [
    {"id": f"visit.{number}", "text": text}
    for number, text in enumerate(("非常满意", "满意", "一般", "不满意", "非常不满意"), 1)
]


def expect(found):
    from playwright.sync_api import expect as playwrights

    playwrights.set_options(timeout=_PATIENCE)
    return playwrights(found)


def sign_in(page, url, login):
    """Sign a member of staff in; what opens then is waited for by the caller."""
    page.goto(f"{url}/desk/login")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def write(chat, text):
    chat.get_by_label("您的消息").fill(text)
    chat.get_by_role("button", name="发送").click()


def bubbles(chat, author):
    return chat.locator(f".line.{author} .bubble")


def line(author, text, **more):
    """A line as the desk gives it; each has the next number."""
    seq = next(_seqs)
    plain = {"choices": [], "client_id": None, "agent": None, "clause": None, "attachments": [], "case": None}
    at = f"2026-11-22T{2 + seq // 60:02}:{seq % 60:02}:00+00:00"
    return {"seq": seq, "id": f"l{seq}", "author": author, "text": text, "at": at, **plain, **more}


def picture(id, **more):
    return {"id": id, "kind": "image", "name": f"{id}.jpg", "size": 1000, "width": 800, "height": 600, **more}


class Stage:
    """The page with a transport that says what the test wants (fake_transport.js)."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        page.set_default_timeout(15_000)
        code = _FAKE.read_text(encoding="utf-8")
        page.route(
            "**/static/transport.js", lambda one: one.fulfill(body=code, content_type="text/javascript")
        )

    def open(self, query=""):
        self.page.goto(f"{self.url}/{query}")
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "online")
        return self.page

    def show(self, *lines, **view):
        self.page.evaluate("view => fake.view(view)", {"messages": list(lines), **view})

    def state(self, state):
        self.page.evaluate("state => fake.state(state)", state)

    def sent(self):
        return self.page.evaluate("fake.sent")

    def upload(self, number, does):
        """Let the n-th upload go on: `does` is JavaScript about `upload`."""
        self.page.evaluate(f"() => {{ const upload = fake.uploads[{number}]; {does}; }}")

    def talk(self):
        """A conversation with something of everything."""
        self.show(
            line("customer", "一箱奶茶里有一盒是空的，气死我了！昨天在你们天猫店买的"),
            line("bot", "非常抱歉给您带来了不愉快的体验，您反映的空包问题我们非常重视。"),
            line("bot", "请问产品的批号是多少？一般印在盒子顶部。"),
            line("customer", "", attachments=[picture("a"), picture("b"), picture("c", kind="video")]),
            line("customer", "批号 20260318A"),
            line("desk", "您的投诉已受理，编号 K2026-00017，11月25日前答复您。", case=CASE["number"]),
            line("desk", "人工客服小王已经接入。"),
            line("agent", "您好，我是小王。照片我看到了，这就为您安排换货。", agent="小王"),
            line("customer", "是的", attachments=[picture("d")]),
            owner="agent",
            agent="小王",
            cases=[CASE, OLD_CASE],
        )
