"""A site of its own origin that shows the desk's chat, and what people do there, for tests in a browser."""

from aiohttp import web
from markupsafe import escape

from tests.e2e.pages import expect

COMPLAINT = "一箱奶茶里有一盒是空的"
PHONE, DESKTOP = {"width": 375, "height": 667}, {"width": 1280, "height": 800}
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>商城</title>{head}</head>
<body><main><h1>商城</h1><p><a href="/next">下一页</a></p></main></body>
</html>
"""


class HostSite:
    """Serves pages with the line; a test says what else stands in the line and in the head."""

    def __init__(self, desk, **attributes):
        self.desk = desk
        self.attributes = attributes
        self.head = ""
        self.policy = None

    def line(self):
        """The line, as a site's people write it."""
        said = "".join(f' data-{name}="{escape(value)}"' for name, value in self.attributes.items())
        return f'<script src="{self.desk}/widget.js" async{said}></script>'

    async def open(self):
        """Listen on a free port; `localhost` and 127.0.0.1 are two sites to a browser."""
        app = web.Application()
        app.add_routes([web.get("/{any:.*}", self._page)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.url, self.unnamed = f"http://localhost:{port}", f"http://127.0.0.1:{port}"

    async def close(self):
        await self._runner.cleanup()

    async def _page(self, request):
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        text = _PAGE.format(head=self.head + self.line())
        return web.Response(text=text, content_type="text/html", headers=headers)


def launcher(page):
    return page.locator("kesu-widget button.open")


def panel(page):
    return page.get_by_role("dialog")


def chat(page):
    return page.frame_locator("kesu-widget iframe")


def open_chat(page):
    launcher(page).click()
    expect(chat(page).get_by_label("您的消息")).to_be_visible()
    expect(chat(page).locator("#connection")).to_have_attribute("data-state", "online")


def write(page, text):
    chat(page).get_by_label("您的消息").fill(text)
    chat(page).get_by_role("button", name="发送", exact=True).click()


def said(page, author):
    return chat(page).locator(f".line.{author} .bubble")


def complain(page):
    write(page, COMPLAINT)
    expect(said(page, "bot").first).to_be_visible()


def take_over(site):
    """An agent takes the conversation and says something in it."""
    conversation = site.run(site.door.messages())[0].conversation_id
    agent = site.run(site.door.person())
    site.run(site.door.desk.agents.claim(conversation, agent.id, agent.name))
    return lambda text: site.run(site.door.desk.write(conversation, agent.id, text))


def focused(page):
    """The class of what has the focus within the widget, or the tag of what has it on the page."""
    return page.evaluate("""() => {
        const own = document.querySelector("kesu-widget").shadowRoot.activeElement;
        return own ? own.className || own.tagName : document.activeElement.tagName;
    }""")
