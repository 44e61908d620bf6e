"""A case from acceptance to closing: who moves it, what the customer hears, and what is refused."""

import asyncio

import pytest

from bot.domain.case import CaseState
from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, MissingValues, NotAllowed
from bot.domain.history import first_break
from bot.domain.task import TaskState
from tests.complaints import complain
from tests.moves import TO_PLAN, go, version
from tests.people import person
from tests.rooms import reading

TO_VISIT = [("agree", {}), ("implement", {"result": "已换货"}), ("visit", {})]


async def last_line(desk):
    return (await desk.transcript())[-1].text


async def tasks(desk, case):
    async with desk.units() as uow:
        return await uow.tasks.of_case(case.id)


async def history(desk, case):
    async with desk.units() as uow:
        return await uow.cases.history(case.id)


async def test_an_accepted_case_stands_at_the_start_of_its_process(handling, case, li):
    standing = await handling.moves(case.id, li)
    assert (standing.case.process, standing.state.title) == ("beverage", "接到客诉，道歉和关心")
    assert "investigate" in [move.id for move in standing.moves]


async def test_a_case_goes_all_the_way_to_closing(desk, handling, case, li):
    await go(handling, case, li, *TO_PLAN, *TO_VISIT, ("satisfied", {"satisfaction": "满意"}))
    (closed,) = await desk.cases()
    assert (closed.state, closed.step, closed.verdict) == (CaseState.CLOSED, "closed", "founded")
    assert closed.closed_at == desk.clock.now()
    assert closed.findings["outcome"] == "客户满意"
    assert "已经办结" in await last_line(desk)
    assert [task for task in await tasks(desk, case) if task.state is TaskState.OPEN] == []
    assert first_break(await history(desk, case)) is None


async def test_the_customer_hears_of_every_move_that_concerns_them(desk, handling, case, li):
    await go(handling, case, li, *TO_PLAN)
    said = [line.text for line in await desk.transcript()]
    assert any("调查核实" in text for text in said)
    assert any("责任部门" in text for text in said)
    assert "换一箱新的" in said[-1]
    assert "您同意这个方案吗" in said[-1]


async def test_an_unfounded_complaint_is_answered_with_the_opinion_and_closed(desk, handling, case, li):
    await go(
        handling, case, li,
        ("investigate", {}), ("reject", {"investigation": "监控里没有"}),
        ("return_opinion", {"opinion": "经核实，包装完好。"}),
    )  # fmt: skip
    (closed,) = await desk.cases()
    assert (closed.state, closed.verdict) == (CaseState.CLOSED, "unfounded")
    assert "经核实，包装完好。" in await last_line(desk)


async def test_a_customer_who_does_not_agree_starts_a_new_round_at_the_department(desk, handling, case, li):
    standing = await go(handling, case, li, *TO_PLAN, ("disagree", {"objection": "太慢"}))
    (now,) = await desk.cases()
    assert (standing.state.title, now.round, now.department) == ("转责任部门", 1, "responsible")
    assert now.due_at == case.due_at
    assert now.step_due_at > desk.clock.now()


async def test_a_customer_who_is_not_satisfied_goes_back_to_the_investigation(desk, handling, case, li):
    standing = await go(handling, case, li, *TO_PLAN, *TO_VISIT, ("dissatisfied", {}))
    assert (standing.state.id, standing.case.round) == ("investigating", 1)
    assert "重新调查" in await last_line(desk)


async def test_a_step_that_is_left_drops_what_was_to_do_in_it(desk, handling, case, li):
    await go(handling, case, li, *TO_PLAN[:4])
    assert [task.state for task in await tasks(desk, case)] == [TaskState.DROPPED]
    (now,) = await desk.cases()
    assert now.step_due_at is None


async def test_every_move_is_an_entry_with_before_and_after(desk, handling, case, li):
    await go(handling, case, li, *TO_PLAN[:3])
    entry = (await history(desk, case))[-1]
    assert (entry.kind, entry.actor, entry.payload["arrow"]) == ("moved", "li", "dispatch")
    assert entry.payload["before"]["step"] == "founded"
    assert entry.payload["after"]["step"] == "dispatched"
    assert entry.payload["after"]["department"] == "responsible"


async def test_who_moves_a_case_first_becomes_its_handler(desk, handling, case, li):
    await go(handling, case, li, ("investigate", {}))
    (now,) = await desk.cases()
    assert now.handler_id == "li"


@pytest.mark.parametrize(
    ("arrow", "values", "error", "says"),
    [
        ("release", {}, ForbiddenMove, "投诉现在是“接到客诉，道歉和关心”，不能“方案告诉客户”"),
        ("fly", {}, ForbiddenMove, "fly"),
        ("settle", {}, MissingValues, "处理结果"),
        ("settle", {"result": "字" * 3000}, InvalidInput, "2000"),
        ("merge", {}, NotAllowed, "合并"),
    ],
)
async def test_a_move_that_is_refused_leaves_the_case_unchanged(
    desk, handling, case, li, arrow, values, error, says
):
    before = await history(desk, case)
    with pytest.raises(error, match=says):
        await handling.move(case.id, arrow, li, await version(handling, case, li), values)
    (now,) = await desk.cases()
    assert now.standing() == case.standing()
    assert len(await history(desk, case)) == len(before)


async def test_of_two_people_the_second_is_told_what_the_first_did(desk, handling, case, li):
    wang = await person(desk, "wang")
    seen = await version(handling, case, wang)
    await handling.move(case.id, "investigate", li, seen)
    with pytest.raises(Conflict, match=r"li在 .* 已经“开始调查”，投诉现在是“了解原因”。"):
        await handling.move(case.id, "settle", wang, seen, {"result": "已换货"})
    (now,) = await desk.cases()
    assert (now.step, now.findings) == ("investigating", {})


async def test_of_two_people_at_the_same_moment_one_is_told_what_the_other_did(desk, handling, case, li):
    wang = await person(desk, "wang")
    seen = await version(handling, case, li)
    results = await asyncio.gather(
        handling.move(case.id, "investigate", li, seen),
        handling.move(case.id, "investigate", wang, seen),
        return_exceptions=True,
    )
    lost = [result for result in results if result is not None]
    assert [type(result) for result in lost] == [Conflict]
    assert "已经“开始调查”" in str(lost[0])
    assert len([event for event in await history(desk, case) if event.kind == "moved"]) == 1


async def test_what_the_customer_says_meanwhile_is_no_conflict(desk, handling, case, li):
    seen = await version(handling, case, li)
    await desk.say("快点啊", reading("urge"))
    await handling.move(case.id, "investigate", li, seen)
    (now,) = await desk.cases()
    assert (now.step, now.urged) == ("investigating", 1)


async def test_somebody_who_has_left_may_do_nothing(desk, handling, case, li):
    li.active = False
    with pytest.raises(NotAllowed):
        await handling.moves(case.id, li)


async def test_a_draft_can_not_be_moved(desk, handling, li):
    await complain(desk)
    (draft,) = await desk.cases()
    with pytest.raises(ForbiddenMove, match="还没有受理"):
        await handling.move(draft.id, "investigate", li, 1)


async def test_customers_who_ask_are_told_how_far_their_case_is(desk, handling, case, li):
    await go(handling, case, li, *TO_PLAN)
    (said,) = await desk.say("到哪一步了", reading("ask_progress"))
    assert "解决方案已告诉您，等您的意见" in said
