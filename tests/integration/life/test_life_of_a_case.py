"""One complaint from the first sentence to its end and beyond, on the Chinese calendar, to the minute.

In 2026 nobody works from 15 to 23 February (春节), but on Saturday 14 and Saturday 28 February (调休).
"""

from datetime import datetime

from bot.domain.case import CaseState
from bot.domain.followup import Satisfaction
from bot.domain.history import first_break
from tests.life import carried_out, closed, complain, deadlines, local, refused, stands
from tests.rooms import reading


async def test_before_the_festival_deadlines_jump_over_it_to_the_minute(life, li, zhao):
    life.begin("02-13", "16:30")
    await complain(life.desk)
    case = await life.case()
    assert (local(case.accepted_at), case.process) == ("02-13 16:30", "beverage")
    # the 14th is worked, then 24, 25, 26 and 27 February
    assert await deadlines(life) == ("02-27 18:00", None)
    await life.until("02-14", "10:00")
    await life.take(li, "investigate")
    await life.take(li, "found", investigation="同批次有漏装")
    await life.until("02-14", "11:00")
    await life.take(li, "dispatch", department="responsible")
    assert await deadlines(life) == ("02-27 18:00", "02-26 18:00")
    assert await life.inbox_of(zhao) == ["转责任部门"]


async def test_over_the_festival_nobody_is_warned_or_asked_but_the_days_count(life, li, zhao):
    life.begin("02-13", "16:30")
    await complain(life.desk)
    await life.take(li, "investigate")
    before = len(await life.desk.transcript())
    await life.until("02-23", "23:59")
    assert len(await life.desk.transcript()) == before
    assert [kind for _, kind, _ in await life.entries("due_warned", "task_warned", "judged")] == ["judged"]
    assert (await life.case()).heat == "热点"  # open for seven days, natural ones


async def test_a_refusal_is_a_new_round_of_the_department_and_the_first_promise_stays(life, li, zhao):
    await refused(life, li, zhao)
    case = await life.case()
    assert (case.step, case.round, case.findings["objection"]) == ("dispatched", 1, "不行，我要退款")
    assert await deadlines(life) == ("02-27 18:00", "02-27 18:00")
    assert await life.inbox_of(zhao) == ["转责任部门"]
    assert await life.inbox_of(li) == []


async def test_of_what_comes_near_and_what_is_late_people_hear_once_and_to_the_second(life, li, zhao, boss):
    await refused(life, li, zhao)
    kinds = ("due_warned", "task_warned", "due_broken", "task_broken")
    # 46.5 hours of work from acceptance to the promise: a fifth of them is left at 17:42
    await life.until("02-26", "17:41:59")
    assert await life.entries(*kinds) == []
    await life.until("02-26", "17:42")
    warned = ("02-26 17:42", "due_warned", "desk")
    assert await life.entries(*kinds) == [warned]
    await life.until("02-27", "11:59:59")
    assert await life.entries(*kinds) == [warned]
    await life.until("02-27", "12:00")  # the second round's 30 hours of work: a fifth of them is left
    await life.until("02-27", "17:59:59")
    assert await life.entries(*kinds) == [warned, ("02-27 12:00", "task_warned", "desk")]
    await life.until("02-27", "18:00")
    await life.until("03-02", "12:00")
    assert sorted(await life.entries(*kinds))[2:] == [
        ("02-27 18:00", "due_broken", "desk"),
        ("02-27 18:00", "task_broken", "desk"),
    ]
    assert await life.inbox_of(li) == ["快到答应顾客的2月27日18:00了"]
    assert await life.inbox_of(boss) == ["没有在答应顾客的2月27日18:00之前办结", "超过期限： 转责任部门"]


async def test_what_was_agreed_to_is_carried_out_and_visited_within_five_working_days(life, li, zhao):
    await carried_out(life, li, zhao)
    assert await stands(life) == (CaseState.ACCEPTED, "implemented", 1)
    assert (await deadlines(life))[1] == "03-06 18:00"
    await life.until("03-03", "08:59")
    assert await life.entries("visited") == []
    await life.until("03-03", "09:00")
    assert await life.entries("visited") == [("03-03 09:00", "visited", "desk")]
    asked = (await life.desk.transcript())[-1]
    assert [choice["text"] for choice in asked.choices] == list(Satisfaction)
    assert await stands(life) == (CaseState.ACCEPTED, "follow_up", 1)


async def test_who_is_not_satisfied_goes_back_to_the_second_step_and_is_visited_again(life, li, zhao):
    await carried_out(life, li, zhao)
    await life.until("03-03", "10:00")
    await life.desk.say("不满意", choice="visit.4")
    assert await stands(life) == (CaseState.ACCEPTED, "investigating", 2)
    assert "回访：顾客不满意" in await life.inbox_of(li)
    await life.until("03-04", "10:00")
    await life.take(li, "settle", result="已补寄一箱")
    assert (await deadlines(life))[1] == "03-11 18:00"
    await life.until("03-06", "09:00")
    assert [at for at, *_ in await life.entries("visited")] == ["03-03 09:00", "03-06 09:00"]


async def test_every_move_of_a_closed_case_is_in_its_history_and_the_chain_holds(life, li, zhao):
    await closed(life, li, zhao)
    assert await stands(life) == (CaseState.CLOSED, "closed", 2)
    assert await life.steps() == [
        ("li", "investigate", "accepted", "investigating"),
        ("li", "found", "investigating", "founded"),
        ("li", "dispatch", "founded", "dispatched"),
        ("zhao", "reply", "dispatched", "proposed"),
        ("li", "release", "proposed", "consulting"),
        ("customer", "disagree", "consulting", "dispatched"),
        ("zhao", "reply", "dispatched", "proposed"),
        ("li", "release", "proposed", "consulting"),
        ("customer", "agree", "consulting", "implementing"),
        ("zhao", "implement", "implementing", "implemented"),
        ("desk", "visit", "implemented", "follow_up"),
        ("customer", "dissatisfied", "follow_up", "investigating"),
        ("li", "settle", "investigating", "implemented"),
        ("desk", "visit", "implemented", "follow_up"),
        ("customer", "satisfied", "follow_up", "closed"),
    ]
    history = await life.history()
    assert first_break(history) is None
    (refusal,) = (event for event in history if event.payload.get("arrow") == "disagree")
    assert (refusal.payload["before"]["round"], refusal.payload["after"]["round"]) == (0, 1)
    due = datetime.fromisoformat(refusal.payload["after"]["step_due_at"])
    assert local(due) == "02-27 18:00"


async def test_the_customer_reads_every_step_in_order(life, li, zhao):
    await closed(life, li, zhao)
    assert (await life.talk())[6:] == [
        ("customer", "就这些"),
        ("desk", "K-ACCEPTED"),
        ("desk", "K-HANDLING-INVESTIGATING"),
        ("desk", "K-HANDLING-DISPATCHED"),
        ("desk", "K-HANDLING-PLAN"),
        ("customer", "不行，我要退款"),
        ("desk", "K-HANDLING-DISAGREED"),
        ("desk", "K-HANDLING-PLAN"),
        ("customer", "同意"),
        ("desk", "K-HANDLING-AGREED"),
        ("desk", "K-HANDLING-IMPLEMENTED"),
        ("desk", "K-FOLLOWUP-ASK"),
        ("customer", "不满意"),
        ("desk", "K-FOLLOWUP-AGAIN"),
        ("desk", "K-HANDLING-AGAIN"),
        ("desk", "K-HANDLING-IMPLEMENTED"),
        ("desk", "K-FOLLOWUP-ASK"),
        ("customer", "满意"),
        ("desk", "K-FOLLOWUP-THANKS"),
        ("desk", "K-HANDLING-CLOSED"),
    ]
    said = "\n".join(line.text for line in await life.desk.transcript())
    for words in ("最迟2月27日", "换一箱新的", "退款60元", "已补寄一箱", "已转给责任部门"):
        assert words in said
    assert "{" not in said


async def test_a_closed_case_leaves_no_step_to_do_and_no_warning_to_read(life, li, zhao):
    await carried_out(life, li, zhao)
    warning = "快到答应顾客的2月27日18:00了"
    assert warning in await life.inbox_of(li)
    await life.until("03-03", "10:00")
    await life.desk.say("满意", choice="visit.2")
    assert (await life.case()).state is CaseState.CLOSED
    assert warning not in await life.inbox_of(li)
    assert [task.kind for task in await life.open_tasks() if task.kind != "alert"] == []
    assert await life.inbox_of(zhao) == []
    assert (await life.case()).step_due_at is None


async def test_thanks_leave_a_closed_case_closed_and_dissatisfaction_opens_it_again(life, li, zhao):
    await closed(life, li, zhao)
    await life.until("03-09", "11:00")
    await life.desk.say("谢谢", reading("thank"))
    assert (await life.case()).state is CaseState.CLOSED
    said = await life.desk.say("新的也是空的，不满意", reading("dissatisfied"))
    assert await stands(life) == (CaseState.ACCEPTED, "investigating", 3)
    assert await deadlines(life) == ("03-16 18:00", None)
    assert [text for text in said if "已经重新打开" in text] != []
    assert await life.entries("reopened") == [("03-09 11:00", "reopened", "customer")]
    assert (await life.desk.conversation()).owner == "queue"
    assert first_break(await life.history()) is None
