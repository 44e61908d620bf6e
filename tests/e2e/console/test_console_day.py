"""A day at the desk in real browsers: two agents and two customers."""

import pytest

from bot.domain.people import Role
from tests.e2e.pages import bubbles, expect, write

pytestmark = pytest.mark.browser


@pytest.fixture
def staff(site):
    site.run(site.door.person("wang", "王小雨"))
    site.run(site.door.person("li", "李建国", Role.SENIOR))


def rows(page):
    return page.locator("#talks .row")


def reply(page, text):
    page.get_by_label("回复顾客", exact=True).fill(text)
    page.get_by_label("回复顾客", exact=True).press("Enter")


def take(page, nth=0):
    """Open a conversation of the queue and claim it."""
    page.get_by_role("button", name="排队").click()
    rows(page).nth(nth).click()
    page.get_by_role("button", name="接手", exact=True).click()
    expect(page.locator(".owner-chip")).to_have_text("我在接待")


def test_two_agents_serve_two_customers_and_nobody_talks_over_anybody(site, staff, at_desk, customer):
    wang, li = at_desk("wang"), at_desk("li")
    first, second = customer(), customer()
    write(first, "转人工")
    expect(wang.locator(".views .view", has_text="排队").locator(".number")).to_have_text("1")
    site.door.desk.clock.turn(seconds=5)  # the second one waits less long
    write(second, "转人工")
    wang.get_by_role("button", name="排队").click()
    expect(rows(wang)).to_have_count(2)

    # Both open the same one; whoever claims second hears who has it, and sees it so.
    li.get_by_role("button", name="排队").click()
    rows(wang).first.click()
    rows(li).first.click()
    expect(wang.locator("#signs")).to_have_text("李建国也在看")
    expect(li.get_by_role("button", name="接手", exact=True)).to_be_visible()
    li.context.set_offline(True)  # its screen grows stale
    wang.get_by_role("button", name="接手", exact=True).click()
    expect(first.locator("#serving")).to_have_text("人工客服 王小雨 为您服务")
    li.context.set_offline(False)
    expect(li.locator(".owner-chip")).to_have_text("王小雨在接待")
    expect(li.get_by_role("button", name="接手", exact=True)).to_be_hidden()

    reply(wang, "您好，我是小雨。")
    expect(bubbles(first, "agent")).to_have_text("您好，我是小雨。")
    expect(wang.locator(".line.agent .read").last).to_have_text("已读")
    write(first, "我等了很久")
    expect(wang.locator(".line.customer .words").last).to_have_text("我等了很久")

    # With a note, from one to the other; the customer hears who comes.
    wang.get_by_role("button", name="转交").click()
    wang.get_by_label("交给").select_option(label="李建国（在线，0/10）")
    wang.get_by_label("转交说明").fill("顾客等了很久，先道歉")
    wang.get_by_role("dialog").get_by_role("button", name="转交").click()
    expect(li.locator(".passed")).to_have_text("转交说明：顾客等了很久，先道歉")
    expect(li.locator(".owner-chip")).to_have_text("我在接待")
    expect(first.locator("#serving")).to_have_text("人工客服 李建国 为您服务")
    reply(li, "让您久等了。")
    expect(bubbles(first, "agent").last).to_have_text("让您久等了。")

    take(wang)
    reply(wang, "您好，请说。")
    expect(bubbles(second, "agent")).to_have_text("您好，请说。")
    wang.get_by_role("button", name="交还机器人").click()
    expect(second.locator("#serving")).to_have_text("智能客服（机器人）")
    assert wang.broken == []


def test_a_taboo_is_warned_of_with_something_better_and_can_be_sent_anyway(staff, at_desk, customer):
    wang, someone = at_desk("wang"), customer()
    write(someone, "转人工")
    take(wang)
    reply(wang, "这么简单的问题您都不懂")
    stop = wang.locator("#stop")
    expect(stop).to_contain_text("这么简单的问题")
    expect(bubbles(someone, "agent")).to_have_count(0)
    stop.get_by_role("button", name="修改").click()
    expect(stop).to_be_hidden()
    expect(wang.get_by_label("回复顾客", exact=True)).to_have_value("这么简单的问题您都不懂")
    wang.get_by_label("回复顾客", exact=True).press("Enter")
    stop.get_by_role("button", name="仍然发送").click()
    expect(bubbles(someone, "agent")).to_have_text("这么简单的问题您都不懂")
    expect(wang.get_by_label("回复顾客", exact=True)).to_have_value("")


def test_a_promise_that_an_agent_types_becomes_a_task_with_its_time_and_who_gave_it(site, filled, at_desk):
    page = at_desk("wang")
    rows(page).filter(has_text="软包装").click()
    reply(page, "给您添麻烦了，我们48小时内给您回电。")
    stop = page.locator("#stop")
    expect(stop).to_contain_text("这是一个承诺，发出后会成为待办")
    stop.get_by_role("button", name="发送，记为待办").click()
    expect(page.locator(".line.agent .words").last).to_contain_text("48小时内给您回电")
    duty = page.locator("#side .duties li", has_text="承诺")
    expect(duty).to_contain_text("前给顾客回电（“48小时内”）")
    expect(duty).to_contain_text("王小雨答应的")
    page.goto(f"{site.url}/desk/inbox")
    task = page.locator(".task", has_text="承诺")
    expect(task).to_contain_text("前给顾客回电（“48小时内”）")
    expect(task).to_contain_text("王小雨，")
    expect(task.locator("time")).to_contain_text("前")
    task.get_by_role("button", name="完成").click()
    expect(page.locator(".task", has_text="承诺")).to_have_count(0)


def test_what_a_customer_would_be_told_of_a_case_is_warned_of_at_the_side(filled, at_desk):
    page = at_desk("wang")
    rows(page).filter(has_text="软包装").click()
    page.get_by_role("button", name="暂停等待").click()
    form = page.locator(".step-form")
    form.get_by_label("在等谁").select_option(label="顾客")
    form.get_by_label("在等什么").fill("这种事不可能发生")
    form.get_by_role("button", name="暂停等待").click()
    expect(form.locator(".alert")).to_contain_text("没有核实就否认")
    form.get_by_role("button", name="仍然发送").click()
    expect(page.locator(".toast")).to_have_text("已办：暂停等待")


def test_who_fills_in_a_step_goes_on_typing_while_the_case_is_drawn_anew(site, filled, at_desk):
    page = at_desk("wang")
    rows(page).filter(has_text="软包装").click()
    page.get_by_role("button", name="暂停等待").click()
    field = page.locator(".step-form").get_by_label("在等什么")
    field.focus()
    page.keyboard.type("购物")
    site.run(site.door.parts.beside.tag(filled.talks["空盒"], filled.people["li"], ["等小票"]))
    expect(page.locator("#side")).to_contain_text("等小票")
    page.keyboard.type("小票")
    expect(field).to_have_value("购物小票")


def test_a_note_is_found_by_its_words(filled, at_desk):
    page = at_desk("wang")
    page.keyboard.press("Control+k")
    page.keyboard.type("生产日期")
    expect(page.locator(".hit .mark").first).to_have_text("备注")
    page.keyboard.press("Enter")
    expect(page.locator(".line.note .words")).to_contain_text("先问清楚生产日期")


def test_after_a_lost_line_the_screen_is_right_again_and_the_draft_is_still_there(staff, at_desk, customer):
    wang, someone = at_desk("wang"), customer()
    write(someone, "转人工")
    take(wang)
    wang.context.set_offline(True)
    expect(wang.locator("#connection")).to_have_attribute("data-state", "offline")
    write(someone, "你还在吗")
    reply(wang, "在的，请说。")
    expect(wang.locator("#stop")).to_contain_text("没有发送出去")
    expect(wang.get_by_label("回复顾客", exact=True)).to_have_value("在的，请说。")
    wang.context.set_offline(False)
    expect(wang.locator("#connection")).to_have_attribute("data-state", "online")
    expect(wang.locator(".line.customer .words").last).to_have_text("你还在吗")
    wang.get_by_label("回复顾客", exact=True).press("Enter")
    expect(bubbles(someone, "agent")).to_have_text("在的，请说。")


def test_a_draft_is_kept_for_each_conversation(filled, at_desk):
    page = at_desk("wang")
    first, second = rows(page).nth(0), rows(page).nth(1)
    first.click()
    page.get_by_label("回复顾客", exact=True).fill("写到一半")
    second.click()
    expect(page.get_by_label("回复顾客", exact=True)).to_have_value("")
    first.click()
    expect(page.get_by_label("回复顾客", exact=True)).to_have_value("写到一半")
    page.reload()
    expect(page.get_by_label("回复顾客", exact=True)).to_have_value("写到一半")


def test_a_note_is_for_the_team_only(staff, at_desk, customer):
    wang, li, someone = at_desk("wang"), at_desk("li"), customer()
    write(someone, "转人工")
    take(wang)
    li.get_by_role("button", name="全部").click()
    rows(li).first.click()
    li.get_by_label("内部备注").fill("同一批号上周有过两起")
    li.get_by_label("内部备注").press("Enter")
    expect(wang.locator(".line.note .words")).to_have_text("同一批号上周有过两起")
    expect(someone.get_by_text("同一批号上周有过两起")).to_have_count(0)


def test_a_case_is_moved_on_at_the_side(filled, at_desk):
    page = at_desk("wang")
    rows(page).filter(has_text="软包装").click()
    page.get_by_role("button", name="开始调查").click()
    page.locator(".step-form").get_by_role("button", name="开始调查").click()
    expect(page.locator(".toast")).to_have_text("已办：开始调查")
    expect(page.locator("#steps").get_by_role("button", name="开始调查")).to_have_count(0)


def test_a_masked_number_is_shown_on_request_and_stays(filled, at_desk):
    page = at_desk("wang")
    rows(page).filter(has_text="软包装").click()
    expect(page.locator("#side")).to_contain_text("*** **** 5678")
    page.get_by_role("button", name="显示完整号码").click()
    expect(page.locator("#side")).to_contain_text("已记入审计")
    page.get_by_label("加标签").fill("回访")
    page.get_by_label("加标签").press("Enter")  # the side is drawn anew
    expect(page.locator("#side .tag").filter(has_text="回访")).to_be_visible()
    expect(page.locator("#side")).to_contain_text("已记入审计")
