"""The customers' page in a real browser."""

import re
from io import BytesIO

import pytest
from PIL import Image

from tests.doors import Site
from tests.e2e.pages import DESKTOP, bubbles, expect, write
from tests.rooms import reading

pytestmark = pytest.mark.browser

COMPLAINT = "一箱奶茶里有一盒是空的"
PHONE = {"width": 375, "height": 667}


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path) as running:
        running.room.table[COMPLAINT] = reading("carton.empty", product="奶茶")
        running.room.table["转人工"] = reading("request_human")
        yield running


@pytest.fixture
def chat(page, site, complaints_of_the_browser):
    page.set_default_timeout(15_000)
    page.goto(site.url)
    expect(page.get_by_role("status")).to_have_text("已连接")
    return page


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


def test_the_log_is_announced_to_screen_readers_and_the_page_is_chinese(chat):
    log = chat.get_by_role("log", name="对话记录")
    expect(log).to_have_attribute("aria-live", "polite")
    assert chat.locator("html").get_attribute("lang") == "zh-CN"
    assert re.search("客户服务", chat.title())


def photo(width=640):
    made = BytesIO()
    Image.new("RGB", (width, 480), "teal").save(made, "JPEG")
    return {"name": "空盒.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def test_a_photo_travels_and_is_there_again_after_a_reload(chat, site, complaints_of_the_browser):
    chat.locator("#files").set_input_files([photo()])
    write(chat, COMPLAINT)
    tile = chat.locator(".line.customer .tile img")
    expect(tile).to_have_attribute("src", re.compile("^blob:"))
    expect(chat.locator(".line.customer .state")).to_have_text("已送达")
    chat.reload()
    expect(tile).to_have_attribute("src", re.compile("^blob:"))
    chat.get_by_role("button", name="照片 空盒").click()
    expect(chat.get_by_role("dialog").get_by_role("img")).to_be_visible()
    (sent,) = [message for message in site.run(site.door.messages()) if message.author == "customer"]
    assert sent.text == COMPLAINT
    assert complaints_of_the_browser == []


def test_what_only_says_it_is_a_photo_is_refused_by_its_chip(chat):
    chat.locator("#files").set_input_files([photo() | {"buffer": b"<script>no photo</script>"}])
    expect(chat.get_by_role("list", name="要发送的照片和视频").get_by_role("alert")).not_to_be_empty()
    expect(chat.get_by_role("button", name="移除 空盒.jpg")).to_be_visible()


def test_a_photo_picked_without_a_network_goes_when_it_is_back(chat, site):
    chat.context.set_offline(True)
    chat.locator("#files").set_input_files([photo()])
    expect(chat.get_by_text("网络断开，连上后自动重传")).to_be_visible()
    write(chat, COMPLAINT)
    chat.context.set_offline(False)
    expect(chat.locator(".line.customer .tile img")).to_have_attribute(
        "src", re.compile("^blob:"), timeout=40_000
    )
    assert stored(site) == [COMPLAINT]


def test_the_case_that_a_person_takes_up_has_its_card_and_is_in_my_cases(chat):
    write(chat, COMPLAINT)
    chat.get_by_role("group", name="快捷回复").get_by_role("button", name="转人工").click()
    card = chat.get_by_role("log").locator(".card")
    expect(card.locator("strong")).to_have_text(re.compile(r"K\d{4}-\d{5}"))
    chat.locator("#mine").click()
    expect(chat.locator("#sheet .card strong")).to_have_text(card.locator("strong").inner_text())
    shown = chat.locator("#sheet .card").inner_text()
    chat.reload()
    chat.locator("#mine").click()
    assert chat.locator("#sheet .card").inner_text() == shown


def test_the_first_load_is_small(page, site):
    sizes = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    page.goto(site.url)
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")
    assert 5_000 < sum(sizes) < 60_000
