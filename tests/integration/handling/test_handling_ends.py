"""The ends of a case: closed, withdrawn, merged; taken up again; and resting."""

import pytest

from bot.domain.case import CaseState
from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, MissingValues, NotAllowed, NotFound
from bot.domain.people import Role
from bot.domain.task import TaskState
from tests.moves import go, version
from tests.people import person
from tests.rooms import reading

TO_FOLLOW_UP = [
    ("settle", {"result": "已换货"}, ""),
    ("visit", {}, ""),
]


@pytest.fixture
async def chief(desk):
    return await person(desk, "chief", Role.SUPERVISOR)


async def stored(desk, case):
    async with desk.units() as uow:
        return await uow.cases.get(case.id)


async def another(desk, visitor="other"):
    await desk.say("一箱奶茶里有一盒是空的", reading("carton.empty", product="奶茶"), visitor=visitor)
    await desk.silence(minutes=9)
    return (await desk.cases(visitor))[-1]


async def test_of_several_ways_to_close_one_has_to_be_chosen(desk, handling, case, chief):
    await go(handling, case, chief, *TO_FOLLOW_UP)
    with pytest.raises(InvalidInput, match="客户满意、附说明结案、未联系上"):
        await handling.close(case.id, chief, await version(handling, case, chief))


async def test_a_case_is_closed_by_the_one_way_there_is(desk, handling, case, chief):
    await go(
        handling, case, chief,
        ("investigate", {}, ""), ("reject", {"investigation": "没有这回事"}, ""),
    )  # fmt: skip
    await handling.close(case.id, chief, await version(handling, case, chief), {"opinion": "包装完好。"})
    assert (await stored(desk, case)).state is CaseState.CLOSED


async def test_a_case_that_is_not_ready_can_not_be_closed(desk, handling, case, chief):
    with pytest.raises(ForbiddenMove, match="接到客诉"):
        await handling.close(case.id, chief, await version(handling, case, chief))


async def test_only_a_supervisor_closes_with_a_note(desk, handling, case, chief):
    li = await person(desk, "li")
    await go(handling, case, li, *TO_FOLLOW_UP)
    note = {"satisfaction": "一般"}
    with pytest.raises(NotAllowed, match="附说明结案"):
        await go(handling, case, li, ("close_with_note", note, "第二次回访仍为一般"))
    await go(handling, case, chief, ("close_with_note", note, "第二次回访仍为一般"))
    assert (await stored(desk, case)).findings["outcome"] == "主管附说明结案"


async def test_a_closed_case_is_taken_up_again_with_a_new_promise(desk, handling, case, chief):
    await go(handling, case, chief, *TO_FOLLOW_UP, ("satisfied", {"satisfaction": "满意"}, ""))
    desk.clock.turn(days=30)
    await handling.reopen(case.id, chief, await version(handling, case, chief), "又坏了")
    again = await stored(desk, case)
    assert (again.state, again.step, again.round) == (CaseState.ACCEPTED, "investigating", 1)
    assert (again.closed_at, again.number, again.verdict) == (None, case.number, None)
    assert again.due_at > desk.clock.now()
    assert "重新打开" in (await desk.transcript())[-1].text


async def test_what_is_open_can_not_be_taken_up_again(desk, handling, case, chief):
    with pytest.raises(ForbiddenMove, match="不能“重开”"):
        await handling.reopen(case.id, chief, await version(handling, case, chief), "又坏了")


@pytest.mark.parametrize("end", ["reopen", "withdraw"])
async def test_an_end_needs_a_reason(handling, case, chief, end):
    with pytest.raises(MissingValues, match="原因"):
        await getattr(handling, end)(case.id, chief, await version(handling, case, chief), " ")


async def test_a_case_is_withdrawn_at_the_desk_for_a_customer(desk, handling, case, chief):
    await handling.withdraw(case.id, chief, await version(handling, case, chief), "顾客来电撤诉")
    gone = await stored(desk, case)
    assert (gone.state, gone.step) == (CaseState.WITHDRAWN, "withdrawn")
    async with desk.units() as uow:
        entry = await uow.cases.last_event(case.id)
    assert (entry.kind, entry.payload["reason"]) == ("withdrawn", "顾客来电撤诉")


async def test_a_customer_who_withdraws_ends_the_process_and_its_tasks(desk, handling, case, chief):
    await go(
        handling, case, chief,
        ("investigate", {}, ""), ("found", {"investigation": "属实"}, ""),
        ("dispatch", {"department": "responsible"}, ""),
    )  # fmt: skip
    await desk.say("我不投诉了", reading("withdraw"))
    await desk.say("是的", reading("affirm"))
    gone = await stored(desk, case)
    assert (gone.state, gone.step, gone.step_due_at) == (CaseState.WITHDRAWN, "withdrawn", None)
    async with desk.units() as uow:
        assert [task.state for task in await uow.tasks.of_case(case.id)] == [TaskState.DROPPED]


async def test_a_closed_case_can_not_be_withdrawn_in_the_chat(desk, handling, case, chief):
    await go(handling, case, chief, *TO_FOLLOW_UP, ("satisfied", {"satisfaction": "满意"}, ""))
    (said,) = await desk.say("我不投诉了", reading("withdraw"))
    assert "没有查到您可以撤销的投诉" in said


async def test_a_merged_case_goes_on_in_the_other_and_its_number_resolves(desk, handling, case, chief):
    other = await another(desk)
    await handling.merge(case.id, other.number, chief, await version(handling, case, chief), "同一批")
    gone = await stored(desk, case)
    assert (gone.state, gone.merged_into, gone.number) == (CaseState.MERGED, other.id, case.number)
    assert other.number in (await desk.transcript())[-1].text
    await go(handling, other, chief, ("investigate", {}, ""))
    (said,) = await desk.say(f"查一下{case.number}", reading("ask_progress"))
    assert case.number in said
    assert "正在了解原因" in said
    async with desk.units() as uow:
        assert (await uow.cases.last_event(case.id)).kind == "merged"
        joined = [event for event in await uow.cases.history(other.id) if event.kind == "joined"]
    assert joined[0].payload["merged"] == case.number


async def test_a_case_is_never_merged_into_itself(desk, handling, case, chief):
    with pytest.raises(InvalidInput, match="不能并入它自己"):
        await handling.merge(case.id, case.number, chief, await version(handling, case, chief))
    assert (await stored(desk, case)).state is CaseState.ACCEPTED


async def test_a_case_is_not_merged_into_one_that_is_merged_itself(desk, handling, case, chief):
    first, second = await another(desk, "first"), await another(desk, "second")
    await handling.merge(first.id, second.number, chief, await version(handling, first, chief))
    with pytest.raises(ForbiddenMove, match=f"已经并入 {second.number}"):
        await handling.merge(case.id, first.number, chief, await version(handling, case, chief))


async def test_a_case_is_not_merged_into_a_withdrawn_one(desk, handling, case, chief):
    other = await another(desk)
    await handling.withdraw(other.id, chief, await version(handling, other, chief), "来电")
    with pytest.raises(ForbiddenMove, match="不在处理中"):
        await handling.merge(case.id, other.number, chief, await version(handling, case, chief))


async def test_a_case_is_not_merged_into_a_number_that_does_not_exist(handling, case, chief):
    with pytest.raises(NotFound, match="K0000-00000"):
        await handling.merge(case.id, "K0000-00000", chief, await version(handling, case, chief))


async def test_merging_needs_experience(desk, handling, case):
    li, other = await person(desk, "li"), await another(desk)
    with pytest.raises(NotAllowed, match="合并"):
        await handling.merge(case.id, other.number, li, await version(handling, case, li))


async def test_the_time_we_wait_for_the_customer_is_counted_apart(desk, handling, case, chief):
    await handling.pause(case.id, chief, await version(handling, case, chief), "customer", "破损处的照片")
    assert "破损处的照片" in (await desk.transcript())[-1].text
    desk.clock.turn(days=2)
    await handling.resume(case.id, chief, await version(handling, case, chief))
    rested = await stored(desk, case)
    assert (rested.paused_seconds, rested.paused_since) == (2 * 86400, None)
    assert rested.due_at == case.due_at


async def test_waiting_for_a_third_party_is_not_told_to_the_customer(desk, handling, case, chief):
    before = len(await desk.transcript())
    await handling.pause(case.id, chief, await version(handling, case, chief), "third_party", "检测报告")
    assert len(await desk.transcript()) == before


async def test_moving_on_ends_the_waiting(desk, handling, case, chief):
    await handling.pause(case.id, chief, await version(handling, case, chief), "third_party", "检测报告")
    desk.clock.turn(hours=1)
    await go(handling, case, chief, ("investigate", {}, ""))
    moved = await stored(desk, case)
    assert (moved.paused_for, moved.paused_seconds) == (None, 3600)


async def test_a_case_that_rests_can_not_be_put_to_rest_again(handling, case, chief):
    await handling.pause(case.id, chief, await version(handling, case, chief), "third_party", "检测报告")
    with pytest.raises(Conflict, match="已经在等待"):
        await handling.pause(case.id, chief, await version(handling, case, chief), "customer", "照片")


async def test_a_case_that_does_not_rest_has_nothing_to_resume(handling, case, chief):
    with pytest.raises(Conflict, match="没有在等待"):
        await handling.resume(case.id, chief, await version(handling, case, chief))
