"""What the customers' page shows of a conversation, with a transport of the tests' making."""

import pytest

from tests.e2e.pages import CASE, OLD_CASE, PHONE, RATING, bubbles, expect, line, write

pytestmark = pytest.mark.browser

# The browser moves the text down when it shrinks, and tells the page a frame later: it has grown by then.
SHRINK_AND_GROW = """() => new Promise(done => {
    document.querySelector(".notice").style.display = "none";
    document.getElementById("scroll").scrollTop;
    requestAnimationFrame(() => setTimeout(() => {
        document.getElementById("lines").lastElementChild.style.minHeight = "900px";
        requestAnimationFrame(() => requestAnimationFrame(done));
    }));
})"""
AT_ITS_END = """() => {
    const scroll = document.getElementById("scroll");
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 2;
}"""


def state_of(page, number):
    return page.locator(".line.customer").nth(number).locator(".state")


def test_marks_say_sending_failed_delivered_and_read(stage):
    page = stage.open()
    write(page, "奶茶是空的")
    expect(state_of(page, 0)).to_have_text("发送中…")
    page.evaluate("fake.mark(fake.sent[0], 'failed')")
    expect(state_of(page, 0)).to_have_text("未送达")
    page.get_by_role("button", name="重发").click()
    assert page.evaluate("fake.flushed") == 1
    stored = line("customer", "奶茶是空的", client_id="c1")
    stage.show(stored)
    expect(state_of(page, 0)).to_have_text("已送达")
    expect(page.get_by_role("button", name="重发")).to_have_count(0)
    stage.show(read=stored["seq"])
    expect(state_of(page, 0)).to_have_text("已读")
    expect(bubbles(page, "customer")).to_have_count(1)


def test_only_what_an_agent_has_seen_is_marked_as_read(stage):
    page = stage.open()
    first, second = line("customer", "在吗"), line("customer", "急")
    stage.show(first, second, read=first["seq"])
    expect(state_of(page, 0)).to_have_text("已读")
    expect(state_of(page, 1)).to_have_text("已送达")


def test_the_page_tells_the_desk_what_the_customer_has_seen(stage):
    page = stage.open()
    page.set_viewport_size(PHONE)
    answer = line("bot", "您好")
    stage.show(answer)
    assert page.evaluate("fake.read") == [answer["seq"]]
    stage.show(*[line("bot", "说明\n" * 9) for _ in range(5)])
    page.locator("#scroll").evaluate("scroll => { scroll.scrollTop = 0; }")
    expect(page.get_by_text("您正在与智能客服")).to_be_in_viewport()
    before = page.evaluate("fake.read.length")
    stage.show(line("bot", "还在吗？"))
    expect(page.get_by_role("button", name="有新消息")).to_be_visible()
    assert page.evaluate("fake.read.length") == before


def test_the_page_follows_what_grows_while_something_else_shrinks(stage):
    page = stage.open()
    page.set_viewport_size(PHONE)
    stage.talk()
    stage.show(*[line("bot", "说明\n" * 9) for _ in range(3)])
    page.wait_for_function(AT_ITS_END)
    page.evaluate(SHRINK_AND_GROW)
    assert page.evaluate(AT_ITS_END)


def test_typing_is_shown_of_bot_and_agent_and_ends_with_the_answer(stage):
    page = stage.open()
    typing = page.locator("#typing")
    expect(typing).to_be_hidden()
    stage.show(line("customer", "在吗"), answering=True)
    expect(typing).to_have_text("智能客服正在回复")
    stage.show(line("bot", "在的"), answering=False)
    expect(typing).to_be_hidden()
    stage.show(owner="agent", agent="小王")
    page.evaluate("fake.on.typing('agent')")
    expect(typing).to_have_text("客服正在输入")
    stage.show(line("agent", "您好", agent="小王"), owner="agent", agent="小王")
    expect(typing).to_be_hidden()


def test_what_the_customer_types_is_told_but_not_with_every_key(stage):
    page = stage.open()
    page.get_by_label("您的消息").press_sequentially("abcdefgh")
    assert page.evaluate("fake.typed") == 1


def test_who_serves_is_said_and_nobody_is_asked_for_twice(stage):
    page = stage.open()
    expect(page.locator("#serving")).to_have_text("智能客服（机器人）")
    stage.show(line("desk", "正在转接"), owner="queue")
    expect(page.locator("#serving")).to_have_text("正在为您转接人工客服")
    expect(page.get_by_role("button", name="转人工")).to_be_hidden()
    stage.show(line("desk", "人工客服小王已经接入"), owner="agent", agent="小王")
    expect(page.locator("#serving")).to_have_text("人工客服 小王 为您服务")


def test_a_day_line_stands_before_each_days_first_message(stage):
    page = stage.open()
    stage.show(
        line("bot", "昨天", at="2026-11-21T15:30:00+00:00"),
        line("bot", "今天", at="2026-11-21T16:30:00+00:00"),
        line("bot", "今天", at="2026-11-22T02:00:00+00:00"),
    )
    expect(page.locator(".day")).to_have_text(["2026年11月21日周六", "2026年11月22日周日"])
    expect(page.locator("time").first).to_have_text("23:30")


def test_quick_replies_stand_only_at_the_newest_line(stage):
    page = stage.open()
    choices = [{"id": "refuse", "text": "没有/不方便"}, {"id": "request_human", "text": "转人工"}]
    stage.show(line("bot", "批号是多少？", choices=choices))
    group = page.get_by_role("group", name="快捷回复")
    group.get_by_role("button", name="没有/不方便").click()
    assert stage.sent()[0]["choice"] == "refuse"
    expect(group.get_by_role("button")).to_have_count(0)
    stage.show(line("customer", "没有/不方便", client_id="c1"))
    expect(group.get_by_role("button")).to_have_count(0)


def test_nothing_a_customer_or_agent_writes_is_markup(stage, complaints_of_the_browser):
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{name}"
    page = stage.open()
    stage.show(
        line("customer", evil, attachments=[{"id": evil, "kind": "image", "name": evil, "size": 1}]),
        line("agent", evil, agent=evil),
        line("desk", evil, case=evil, choices=[{"id": "x", "text": evil}]),
        owner="agent",
        agent=evil,
        cases=[{"number": evil, "title": evil, "state": evil, "due": None, "open": True}],
    )
    expect(bubbles(page, "agent")).to_have_text(evil)
    assert page.locator("#log script, #log .bubble *, #serving *, .card img, .card script").count() == 0
    assert page.title() != "owned"
    assert complaints_of_the_browser == []


def test_the_case_card_shows_what_is_true_now(stage):
    page = stage.open()
    stage.show(line("desk", "已受理", case=CASE["number"]), cases=[CASE])
    card = page.get_by_role("log").locator(".card")
    expect(card).to_contain_text("K2026-00017")
    expect(card).to_contain_text("调查中")
    expect(card).to_contain_text("11月25日前答复")
    stage.show(cases=[CASE | {"state": "已结案", "open": False}])
    expect(card).to_contain_text("已结案")
    expect(card).not_to_contain_text("前答复")


def test_a_case_card_leads_to_the_consumer_associations_rules_on_a_page_of_its_own(stage):
    page = stage.open()
    stage.show(line("desk", "已受理", case=CASE["number"]), cases=[CASE])
    link = page.get_by_role("log").get_by_role("link", name="消协会不会受理？")
    assert link.bounding_box()["height"] >= 43.9
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("消协会不会受理？")
    expect(page.get_by_role("log").locator(".card")).to_contain_text("K2026-00017")


def test_my_cases_are_listed_copied_and_asked_after(stage):
    page = stage.open()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("#mine")).to_be_hidden()
    stage.show(cases=[CASE, OLD_CASE])
    page.get_by_role("button", name="我的投诉，2 件").click()
    sheet = page.get_by_role("dialog", name="我的投诉")
    expect(sheet.get_by_role("listitem")).to_have_count(2)
    copy = sheet.get_by_role("button", name="复制编号 K2026-00017")
    copy.click()
    expect(sheet.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "K2026-00017"
    expect(sheet.get_by_role("button", name="查询 K2026-00003 的进度")).to_have_count(0)
    sheet.get_by_role("button", name="查询 K2026-00017 的进度").click()
    expect(sheet).to_be_hidden()
    assert (stage.sent()[0]["text"], stage.sent()[0]["choice"]) == ("查进度 K2026-00017", "progress")


def test_the_sheet_closes_with_escape_and_the_focus_goes_back(stage):
    page = stage.open()
    stage.show(cases=[CASE])
    page.locator("#mine").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "mine"


def test_the_satisfaction_question_is_stars_with_words(stage):
    page = stage.open()
    stage.show(line("desk", "您的投诉办完了，满意吗？", choices=RATING))
    stars = page.get_by_role("group", name="您对处理结果满意吗？").get_by_role("radio")
    expect(stars).to_have_count(5)
    stars.nth(3).focus()
    page.keyboard.press("Space")
    expect(page.locator(".answer")).to_have_text("满意")
    stage.show(answering=True)  # a view that changes nothing takes nothing away
    page.get_by_label("想补充几句吗？").fill("小王很耐心，就是等得久")
    page.get_by_role("button", name="提交评价").click()
    (sent,) = stage.sent()
    assert (sent["choice"], sent["text"]) == ("visit.2", "★★★★☆ 满意 小王很耐心，就是等得久")
    expect(bubbles(page, "customer")).to_have_text("★★★★☆ 满意 小王很耐心，就是等得久")
    expect(page.locator(".rate")).to_have_count(0)


def test_stars_can_be_given_while_an_agent_serves_and_words_are_optional(stage):
    page = stage.open()
    stage.show(line("desk", "满意吗？", choices=RATING), owner="agent", agent="小王")
    page.get_by_role("button", name="提交评价").click()
    assert stage.sent() == []
    page.keyboard.press("Space")  # the focus was led to the first star
    page.get_by_role("button", name="提交评价").click()
    assert stage.sent()[0]["text"] == "★☆☆☆☆ 非常不满意"


def test_what_the_desk_refuses_comes_back_into_the_box(stage):
    page = stage.open()
    write(page, "太长的话")
    page.evaluate("fake.on.refused(fake.sent[0], '太长了，请分成几条。')")
    expect(page.get_by_role("alert")).to_have_text("太长了，请分成几条。")
    expect(page.get_by_label("您的消息")).to_have_value("太长的话")
    expect(bubbles(page, "customer")).to_have_count(0)
