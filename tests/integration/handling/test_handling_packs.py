"""What each document prescribes of its own: deadlines, loops, who steps in."""

from datetime import date, timedelta

import pytest

from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.people import Role
from bot.domain.task import TaskKind, TaskState
from bot.domain.workdays import SHANGHAI, Notice
from bot.services import calendars
from tests.moves import go
from tests.people import person
from tests.rooms import reading


async def accepted(desk, label, **facts):
    await desk.say("我要投诉这件事", reading(label, **facts))
    await desk.silence(minutes=9)
    return (await desk.cases())[-1]


async def open_tasks(desk, case, kind):
    async with desk.units() as uow:
        tasks = await uow.tasks.of_case(case.id)
    return [task for task in tasks if task.kind is kind and task.state is TaskState.OPEN]


@pytest.mark.parametrize(
    ("label", "facts", "process"),
    [
        ("carton.empty", {}, "beverage"),
        ("special.legal", {}, "general"),
        ("hotel.service", {}, "hotel"),
        ("bank.service", {}, "bank"),
        ("courier.fee", {}, "courier"),
        ("property.security", {}, "property"),
        ("cinema.service", {}, "general"),
        ("building_material.concrete", {}, "general"),
        ("product.quality", {"product": "台灯"}, "lighting"),
        ("product.quality", {"product": "零件"}, "manufacturer"),
        ("illness", {}, "illness"),
        ("special.inspection", {}, "inspection"),
        ("special.consumer_association", {}, "association"),
        ("special.tampering", {}, "tampering"),
    ],
)
async def test_a_case_follows_the_process_of_its_pack(desk, label, facts, process):
    assert (await accepted(desk, label, **facts)).process == process


async def test_a_shop_follows_the_shops_process(desk):
    assert desk.words.handbook.processes.choose("service.quality", place="南京路门店").id == "retail"


async def test_a_hotel_registers_within_24_hours_and_handles_in_three_or_five_working_days(
    desk, handling, li
):
    case = await accepted(desk, "hotel.service")
    assert case.step_due_at - case.accepted_at == timedelta(hours=24)
    assert case.due_at.astimezone(SHANGHAI).day == 23  # accepted on Wednesday the 18th
    await go(handling, case, li, ("mark_complex", {"reason": "涉及两个部门"}))
    (complex_case,) = await desk.cases()
    assert complex_case.due_at.astimezone(SHANGHAI).day == 25
    assert complex_case.step == "accepted"


async def test_a_second_department_makes_a_hotels_case_complex_but_does_not_take_it_over(desk, handling, li):
    case = await accepted(desk, "hotel.service")
    await go(handling, case, li, ("involve", {"second_department": "guest_service"}))
    (complex_case,) = await desk.cases()
    assert complex_case.department is None
    assert complex_case.due_at > case.due_at


async def test_a_hotels_guest_who_disagrees_is_investigated_again_and_told_in_writing(desk, handling, li):
    case = await accepted(desk, "hotel.service")
    opinion = ("propose", {"investigation": "空调坏了", "plan": "免一晚房费"})
    standing = await go(
        handling, case, li,
        ("investigate", {}), opinion, ("release", {}), ("disagree", {"objection": "不够"}),
    )  # fmt: skip
    assert (standing.state.id, standing.case.round) == ("investigating", 1)
    assert any("做好跟进工作" in line or "客人" in line for line in standing.checklist)
    await go(
        handling, case, li,
        opinion, ("release", {}), ("agree", {}), ("implement", {"result": "已免两晚房费"}), ("notify", {}),
    )  # fmt: skip
    assert "已免两晚房费" in (await desk.transcript())[-1].text


async def test_a_bank_customer_who_is_still_not_content_meets_the_branch_head(desk, handling, li):
    case = await accepted(desk, "bank.service")
    head = await person(desk, "head", positions=["branch_head"])
    await go(handling, case, li, ("coordinate", {}), ("escalate", {}))
    (alert,) = await open_tasks(desk, case, TaskKind.ALERT)
    assert (alert.assignee, "立即出面" in alert.title) == ("branch_head", True)
    with pytest.raises(NotAllowed):
        await go(handling, case, li, ("answer_by_head", {"result": "已道歉"}))
    await go(handling, case, head, ("answer_by_head", {"result": "已道歉"}), ("satisfied", {}))
    assert (await desk.cases())[-1].state == "closed"


async def test_a_property_case_that_can_not_be_settled_gets_an_agreed_time(desk, handling, li):
    case = await accepted(desk, "property.security")
    with pytest.raises(InvalidInput, match="已经过去"):
        await go(handling, case, li, ("agree_time", {"agreed_time": "2020-01-01 10:00"}))
    await go(handling, case, li, ("agree_time", {"agreed_time": "2026-03-20 15:00"}))
    (task,) = await open_tasks(desk, case, TaskKind.STEP)
    assert (task.assignee, task.due_at.astimezone(SHANGHAI).hour) == ("service_head", 15)
    assert "3月20日15:00" in (await desk.transcript())[-1].text


async def test_a_shop_looks_for_solutions_until_the_customer_is_satisfied(desk, handling, li):
    await desk.say("你们店员态度很差", reading("service.quality", place="南京路门店"))
    await desk.silence(minutes=9)
    case = (await desk.cases())[-1]
    assert case.process == "retail"
    refused = [("release", {"plan": "道歉"}), ("disagree", {"objection": "没诚意"})]
    await go(handling, case, li, ("verify", {}), ("verified", {"verified": "属实"}), *refused, *refused)
    await go(handling, case, li, ("release", {"plan": "道歉并送券"}), ("satisfied", {}))
    closed = (await desk.cases())[-1]
    assert (closed.state, closed.round) == ("closed", 2)


async def test_an_illness_alerts_the_agents_and_shows_the_five_steps(desk, handling, li):
    case = await accepted(desk, "illness")
    assert [task.assignee for task in await open_tasks(desk, case, TaskKind.ALERT)] == ["agent"]
    standing = await go(handling, case, li, ("asked", {"intake": "昨晚喝一盒，今早腹泻"}))
    assert standing.state.title == "2 了解三天内食物"
    assert standing.checklist[0] == "1、询问喝饮料时间、量、品种、批号及身体不适具体状况。"
    await go(
        handling, case, li,
        ("history_known", {"food_history": "面条"}), ("details_known", {"food_details": "常温存放"}),
        ("sampled", {"sample": "剩半盒"}), ("advised", {"advice": "请就医"}),
        ("found", {"investigation": "批号有问题"}),
    )  # fmt: skip
    assert (await desk.cases())[-1].step == "founded"


async def test_a_case_that_turns_out_to_be_an_illness_goes_over_into_that_process(desk, handling, li):
    case = await accepted(desk, "carton.spoiled")
    await go(handling, case, li, ("investigate", {}))
    await desk.say("我喝完拉肚子了", reading("illness"))
    (now,) = await desk.cases()
    assert (now.process, now.step, now.number) == ("illness", "accepted", case.number)
    async with desk.units() as uow:
        (entry,) = [event for event in await uow.cases.history(case.id) if event.kind == "refiled"]
    assert entry.payload["before"]["step"] == "investigating"


async def test_only_a_supervisor_speaks_to_an_authority(desk, handling, li):
    case = await accepted(desk, "special.inspection")
    chief = await person(desk, "chief", Role.SUPERVISOR)
    await go(handling, case, li, ("gather", {"facts": "市监局抽检，菌落超标"}))
    with pytest.raises(NotAllowed):
        await go(handling, case, li, ("state", {"statement": "已停售"}))
    before = len(await desk.transcript())
    await go(
        handling, case, chief,
        ("state", {"statement": "已停售"}), ("retested", {"retest": "合格", "result": "已报告"}),
    )  # fmt: skip
    assert len(await desk.transcript()) == before
    assert (await desk.cases())[-1].state == "closed"


async def test_a_checklist_shows_only_what_fits_the_issue(desk, handling, li):
    case = await accepted(desk, "courier.fee")
    standing = await go(handling, case, li, ("verify", {}))
    (line,) = standing.checklist
    assert line.startswith("收费投诉")


async def test_nobody_finds_a_lamps_solution_alone(desk, handling, li):
    case = await accepted(desk, "product.quality", product="台灯")
    await person(desk, "manager", positions=["manager"])
    standing = await go(
        handling, case, li,
        ("classify", {"class": "产品质量"}), ("analyse", {}), ("analysed", {"investigation": "驱动坏了"}),
        ("propose", {"plan": "换新"}),
    )  # fmt: skip
    assert [task.assignee for task in standing.waiting] == ["manager"]
    assert standing.state.id == "solution"


async def test_a_new_calendar_moves_what_was_promised_and_the_step_but_not_what_was_agreed(
    desk, handling, li
):
    complex_case = await accepted(desk, "hotel.service")
    await go(handling, complex_case, li, ("mark_complex", {"reason": "涉及两个部门"}))
    agreed = await accepted(desk, "property.security")
    await go(handling, agreed, li, ("agree_time", {"agreed_time": "2026-03-20 15:00"}))
    holiday = Notice(2026, off=frozenset({date(2026, 3, 19), date(2026, 3, 20)}), worked=frozenset())
    await calendars.load(desk.units, desk.words, holiday, desk.clock.now(), "desk")
    first, second = await desk.cases()
    assert first.due_at.astimezone(SHANGHAI).day == 27  # five working days, not the usual three
    assert second.step_due_at.astimezone(SHANGHAI).day == 20


async def test_a_new_calendar_moves_the_date_of_a_step(desk, handling, li):
    case = await accepted(desk, "special.legal")
    await go(
        handling, case, li,
        ("investigate", {}), ("found", {"investigation": "属实"}),
        ("dispatch", {"department": "responsible"}),
    )  # fmt: skip
    holiday = Notice(2026, off=frozenset({date(2026, 3, 19), date(2026, 3, 20)}), worked=frozenset())
    await calendars.load(desk.units, desk.words, holiday, desk.clock.now(), "desk")
    (now,) = await desk.cases()
    async with desk.units() as uow:
        kinds = [event.kind for event in await uow.cases.history(case.id)]
    assert kinds[-2:] == ["step_due_moved", "due_moved"]
    (task,) = await open_tasks(desk, case, TaskKind.STEP)
    assert (now.step_due_at.astimezone(SHANGHAI).day, task.due_at) == (25, now.step_due_at)
