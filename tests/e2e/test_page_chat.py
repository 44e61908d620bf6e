"""The customers' page in a real browser."""

import re

import pytest

from tests.doors import Site
from tests.rooms import reading

pytestmark = pytest.mark.browser

COMPLAINT = "一箱奶茶里有一盒是空的"
PHONE, DESKTOP = {"width": 375, "height": 667}, {"width": 1280, "height": 800}


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.room.table[COMPLAINT] = reading("carton.empty", product="奶茶")
        yield running


@pytest.fixture
def complaints_of_the_browser(page):
    """What the browser refused or failed at: broken policy, failing scripts."""
    heard = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    return heard


@pytest.fixture
def chat(page, site, complaints_of_the_browser):
    page.set_default_timeout(15_000)
    page.goto(site.url)
    expect(page.get_by_role("status")).to_have_text("已连接")
    return page


def expect(found):
    from playwright.sync_api import expect as playwrights

    return playwrights(found)


def write(chat, text):
    chat.get_by_label("您的消息").fill(text)
    chat.get_by_role("button", name="发送").click()


def bubbles(chat, author):
    return chat.locator(f".line.{author} .bubble")


def stored(site):
    return [message.text for message in site.run(site.door.messages()) if message.author == "customer"]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_complaint_is_answered_on_phone_and_desktop(chat, site, size, complaints_of_the_browser):
    chat.set_viewport_size(size)
    expect(chat.get_by_text("您正在与智能客服（机器人）对话，可随时转人工。")).to_be_in_viewport()
    write(chat, COMPLAINT)
    expect(chat.locator(".line.customer .state")).to_have_text("已送达")
    clause = site.door.desk.words.handbook.say("S-BEV-TETRA-1", {}).text
    expect(bubbles(chat, "bot").filter(has_text=clause)).to_have_count(1)
    assert chat.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(bubbles(chat, "bot").last).to_be_in_viewport()
    expect(chat.get_by_role("group", name="快捷回复").get_by_role("button").last).to_be_in_viewport(ratio=1)
    assert complaints_of_the_browser == []


def test_a_quick_reply_is_one_press(chat, site):
    write(chat, COMPLAINT)
    chat.get_by_role("group", name="快捷回复").get_by_role("button", name="转人工").click()
    expect(bubbles(chat, "customer").last).to_have_text("转人工")
    expect(chat.locator("#serving")).to_have_text("正在为您转接人工客服")
    expect(chat.get_by_role("group", name="快捷回复").get_by_role("button")).to_have_count(0)
    (pressed,) = [message for message in site.run(site.door.messages()) if message.text == "转人工"]
    assert pressed.choice == "request_human"


def test_the_conversation_is_there_again_after_a_reload(chat):
    write(chat, COMPLAINT)
    expect(bubbles(chat, "bot").first).to_be_visible()
    before = chat.locator(".bubble").all_inner_texts()
    chat.reload()
    expect(chat.locator(".bubble")).to_have_text(before)


def test_markup_is_shown_as_the_words_it_is(chat, complaints_of_the_browser):
    evil = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    write(chat, evil)
    expect(bubbles(chat, "customer")).to_have_text(evil)
    chat.reload()
    expect(bubbles(chat, "customer")).to_have_text(evil)
    assert chat.locator("#log img, #log script").count() == 0
    assert chat.title() != "owned"
    assert complaints_of_the_browser == []


def refuse_posts(route):
    return route.abort() if route.request.method == "POST" else route.fallback()


def test_a_message_that_could_not_be_sent_is_sent_again_on_a_press(page, site):
    page.clock.install(time=0)
    page.goto(site.url)
    expect(page.get_by_role("status")).to_have_text("已连接")
    page.clock.pause_at(60_000)  # nothing is tried again by itself
    page.route("**/api/messages", refuse_posts)
    write(page, COMPLAINT)
    expect(page.get_by_text("未送达")).to_be_visible()
    assert stored(site) == []
    page.unroute("**/api/messages")
    page.get_by_role("button", name="重发").click()
    expect(page.locator(".line.customer .state")).to_have_text("已送达")
    assert stored(site) == [COMPLAINT]


def test_a_message_that_could_not_be_sent_survives_a_reload(chat, site):
    chat.route("**/api/messages", refuse_posts)
    write(chat, COMPLAINT)
    expect(chat.get_by_text("未送达")).to_be_visible()
    chat.unroute("**/api/messages")
    chat.reload()
    expect(chat.locator(".line.customer .state")).to_have_text("已送达")
    assert stored(site) == [COMPLAINT]


def test_a_message_whose_answer_was_lost_is_not_doubled(chat, site):
    def lose(route):
        route.fetch()
        route.abort()

    chat.route(
        "**/api/messages", lambda route: lose(route) if route.request.method == "POST" else route.fallback()
    )
    write(chat, COMPLAINT)
    expect(chat.locator(".line.customer .state")).to_have_text("已送达")
    chat.unroute("**/api/messages")
    chat.reload()
    expect(bubbles(chat, "bot").first).to_be_visible()
    expect(bubbles(chat, "customer")).to_have_text([COMPLAINT])
    assert stored(site) == [COMPLAINT]


def test_what_is_half_written_survives_a_reload(chat):
    chat.get_by_label("您的消息").fill("我想说的是")
    chat.reload()
    expect(chat.get_by_label("您的消息")).to_have_value("我想说的是")


def test_a_message_that_is_too_long_comes_back_with_a_polite_sentence(chat, site):
    long = "长" * 20_001
    write(chat, long)
    expect(chat.get_by_role("alert")).to_contain_text("太长了")
    expect(chat.get_by_label("您的消息")).to_have_value(long)
    expect(chat.get_by_text("超出 1 字")).to_be_visible()
    assert stored(site) == []


def test_enter_sends_shift_enter_breaks_the_line_and_input_methods_keep_their_enter(chat, site):
    text = chat.get_by_label("您的消息")
    text.press_sequentially("第一行")
    text.press("Shift+Enter")
    text.press_sequentially("第二行")
    text.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(text).to_have_value("第一行\n第二行")
    assert stored(site) == []
    text.press("Enter")
    expect(chat.locator(".line.customer .state")).to_have_text("已送达")
    assert stored(site) == ["第一行\n第二行"]


def test_who_reads_further_up_is_not_torn_away_but_told_of_what_is_new(chat, site):
    chat.set_viewport_size(PHONE)
    write(chat, COMPLAINT)
    expect(chat.get_by_role("group", name="快捷回复").get_by_role("button").last).to_be_in_viewport(ratio=1)
    chat.locator("#scroll").evaluate("scroll => { scroll.scrollTop = 0; }")
    expect(chat.get_by_text("您正在与智能客服（机器人）对话")).to_be_in_viewport()
    conversation = site.run(site.door.messages())[0].conversation_id
    agent = site.run(site.door.person())
    site.run(site.door.desk.agents.claim(conversation, agent.id, agent.name))
    expect(chat.get_by_role("button", name="有新消息")).to_be_visible()
    expect(chat.get_by_text("您正在与智能客服（机器人）对话")).to_be_in_viewport()
    chat.get_by_role("button", name="有新消息").click()
    expect(bubbles(chat, "desk").last).to_be_in_viewport()
    expect(chat.get_by_role("button", name="有新消息")).to_be_hidden()


def test_the_page_can_be_used_by_keyboard_alone(chat):
    names = []
    for _ in range(6):
        chat.keyboard.press("Tab")
        names.append(chat.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert names == ["human", "SUMMARY", "log", "text", "send", "BODY"]


def test_a_lost_network_is_shown_and_what_was_written_meanwhile_arrives(chat, site):
    chat.context.set_offline(True)
    expect(chat.get_by_role("status")).to_have_text("正在重新连接…")
    write(chat, COMPLAINT)
    expect(chat.get_by_text("未送达")).to_be_visible()
    chat.context.set_offline(False)
    expect(chat.get_by_role("status")).to_have_text("已连接")
    expect(bubbles(chat, "bot").first).to_be_visible()
    assert stored(site) == [COMPLAINT]


def test_where_sockets_are_blocked_answers_arrive_all_the_same(page, site):
    page.clock.install()
    page.route_web_socket("**/ws", lambda socket: socket.close())
    page.goto(site.url)
    expect(page.get_by_role("status")).to_have_text("已连接")
    write(page, COMPLAINT)
    expect(page.locator(".line.customer .state")).to_have_text("已送达")
    site.run(site.door.desk.runner.idle())
    page.clock.fast_forward(11_000)
    expect(bubbles(page, "bot").first).to_be_visible()


def test_the_log_is_announced_to_screen_readers_and_the_page_is_chinese(chat):
    log = chat.get_by_role("log", name="对话记录")
    assert log.get_attribute("aria-live") == "polite"
    assert chat.locator("html").get_attribute("lang") == "zh-CN"
    assert re.search("客户服务", chat.title())
