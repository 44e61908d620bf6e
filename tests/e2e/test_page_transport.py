"""The customers' page over a bad network, in a real browser: nothing is lost, doubled or out of order."""

import re

import pytest

from tests.doors import Site
from tests.e2e.pages import bubbles, expect, sign_in, write
from tests.rooms import reading

pytestmark = pytest.mark.browser

PATIENCE = 20_000  # milliseconds
COMPLAINT = "一箱奶茶里有一盒是空的"


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.room.table[COMPLAINT] = reading("carton.empty", product="奶茶")
        yield running


@pytest.fixture
def chat(page, site):
    page.set_default_timeout(15_000)
    page.goto(site.url)
    online(page)
    return page


def online(page):
    expect(page.locator("#connection")).to_have_attribute("data-state", "online", timeout=PATIENCE)


def offline(page):
    expect(page.locator("#connection")).to_have_attribute("data-state", "offline", timeout=PATIENCE)


def delivered(page, number=1):
    marks = page.locator(".line.customer .state", has_text=re.compile("已送达|已读"))
    expect(marks).to_have_count(number, timeout=PATIENCE)


def stored(site):
    return [message.text for message in site.run(site.door.messages()) if message.author == "customer"]


def block_sockets(page):
    page.route_web_socket("**/ws", lambda socket: socket.close())


def refuse_posts(route):
    return route.abort() if route.request.method == "POST" else route.fallback()


def test_a_message_that_could_not_be_sent_is_sent_again_on_a_press(page, site):
    page.clock.install(time=0)
    block_sockets(page)
    page.goto(site.url)
    online(page)
    page.clock.pause_at(60_000)  # nothing is tried again by itself
    page.route("**/api/messages", refuse_posts)
    write(page, COMPLAINT)
    expect(page.get_by_text("未送达")).to_be_visible()
    assert stored(site) == []
    page.unroute("**/api/messages")
    page.get_by_role("button", name="重发").click()
    delivered(page)
    assert stored(site) == [COMPLAINT]


def test_a_message_whose_answer_was_lost_is_not_doubled(page, site):
    def lose(route):
        route.fetch()
        route.abort()

    block_sockets(page)
    page.goto(site.url)
    online(page)
    page.route(
        "**/api/messages", lambda route: lose(route) if route.request.method == "POST" else route.fallback()
    )
    write(page, COMPLAINT)
    delivered(page)
    page.unroute("**/api/messages")
    page.reload()
    expect(bubbles(page, "bot").first).to_be_visible()
    expect(bubbles(page, "customer")).to_have_text([COMPLAINT])
    assert stored(site) == [COMPLAINT]


def test_a_lost_network_is_shown_and_what_was_written_meanwhile_arrives_once_and_in_order(chat, site):
    chat.context.set_offline(True)
    offline(chat)
    for text in (COMPLAINT, "在吗", "急"):
        write(chat, text)
    expect(chat.get_by_text("未送达").first).to_be_visible()
    assert stored(site) == []
    chat.context.set_offline(False)
    online(chat)
    delivered(chat, 3)
    assert stored(site) == [COMPLAINT, "在吗", "急"]


def test_what_was_written_offline_is_sent_after_the_tab_was_closed(chat, site):
    context = chat.context
    context.set_offline(True)
    offline(chat)
    write(chat, COMPLAINT)
    expect(chat.get_by_text("未送达")).to_be_visible()
    chat.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(site.url)
    delivered(again)
    expect(bubbles(again, "customer")).to_have_text([COMPLAINT])
    assert stored(site) == [COMPLAINT]


def test_two_tabs_of_a_visitor_agree(chat, site):
    other = chat.context.new_page()
    other.goto(site.url)
    online(other)
    write(chat, COMPLAINT)
    delivered(other)
    write(other, "在吗")
    for tab in (chat, other):
        expect(bubbles(tab, "customer")).to_have_text([COMPLAINT, "在吗"])
        delivered(tab, 2)
    site.run(site.door.answered())
    expect(chat.locator(".bubble")).to_have_count(len(site.run(site.door.messages())))
    expect(other.locator(".bubble")).to_have_text(chat.locator(".bubble").all_inner_texts())
    assert stored(site) == [COMPLAINT, "在吗"]


def test_a_desk_that_restarts_is_found_again_and_nothing_is_missing(chat, site):
    write(chat, COMPLAINT)
    delivered(chat)
    site.run(site.door.hub.close())
    write(chat, "在吗")
    delivered(chat, 2)
    online(chat)
    expect(bubbles(chat, "customer")).to_have_text([COMPLAINT, "在吗"])
    assert stored(site) == [COMPLAINT, "在吗"]


def test_a_socket_that_fell_silent_is_given_up_and_another_one_opened(page, site):
    """A network that died without a word: the browser still believes in the socket."""
    opened = []

    def hold(socket):
        opened.append(socket)
        if len(opened) > 1:
            socket.connect_to_server()
            return
        server = socket.connect_to_server()
        socket.on_message(lambda words: server.send(words) if "hello" in words else None)

    page.clock.install()
    page.route_web_socket("**/ws", hold)
    page.goto(site.url)
    online(page)
    page.clock.run_for(45_000)
    write(page, COMPLAINT)
    page.clock.run_for(20_000)
    delivered(page)
    assert len(opened) > 1
    assert stored(site) == [COMPLAINT]


def test_where_sockets_are_blocked_answers_arrive_all_the_same(page, site):
    page.clock.install()
    block_sockets(page)
    page.goto(site.url)
    online(page)
    write(page, COMPLAINT)
    delivered(page)
    site.run(site.door.answered())
    page.clock.fast_forward(11_000)
    expect(bubbles(page, "bot").first).to_be_visible()


def test_a_token_that_is_not_known_any_more_is_replaced_and_the_page_goes_on(chat, site):
    write(chat, COMPLAINT)
    delivered(chat)
    chat.evaluate("localStorage.setItem('kesu.visitor', JSON.stringify('a.b.c'))")
    chat.reload()
    online(chat)
    expect(bubbles(chat, "customer")).to_have_count(0)
    write(chat, "我又来了")
    delivered(chat)
    assert sorted(stored(site)) == sorted([COMPLAINT, "我又来了"])


def test_without_any_storage_one_can_write_all_the_same(page, site):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } })"
    )
    page.goto(site.url)
    online(page)
    write(page, COMPLAINT)
    delivered(page)
    assert stored(site) == [COMPLAINT]


def test_an_agents_reading_and_typing_reach_the_customer_and_theirs_the_agent(chat, site, browser):
    write(chat, COMPLAINT)
    delivered(chat)
    site.run(site.door.answered())
    agent = site.run(site.door.person())
    talk = site.run(site.door.messages())[0].conversation_id
    site.run(site.door.desk.agents.claim(talk, agent.id, agent.name))
    desk = browser.new_context(locale="zh-CN").new_page()
    sign_in(desk, site.url, "wang")
    desk.wait_for_url("**/desk")
    desk.goto(f"{site.url}/desk/conversations/{talk}")
    expect(chat.locator(".line.customer .state")).to_have_text("已读")
    desk.get_by_label("回复顾客").press_sequentially("您好")
    expect(chat.locator("#typing")).to_contain_text("客服正在输入")
    chat.get_by_label("您的消息").press_sequentially("在")
    expect(desk.locator("#typing")).to_have_text("顾客正在输入…")
    desk.get_by_role("button", name="发送").click()
    expect(bubbles(chat, "agent")).to_have_text(["您好"])
    expect(desk.locator(".line.agent .read")).to_have_text("已读")
    desk.context.close()
