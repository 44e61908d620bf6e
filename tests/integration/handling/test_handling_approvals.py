"""Moves that need approval: D07's positions in order, four eyes, and refusals with their reason."""

import pytest

from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, MissingValues, NotAllowed
from bot.domain.people import Role
from bot.domain.task import Assignee, Decision, TaskKind, TaskState
from bot.services.approvals import approval_decided
from tests.people import person
from tests.rooms import reading

CAUSE = {"cause": "模具磨损", "stock": "库存 20 件不良", "plan": "换货 20 件"}


@pytest.fixture
async def staff(desk):
    """One person for each position, and two who may both be the quality manager."""
    return {
        "li": await person(desk, "li"),
        "quality": await person(desk, "quality", positions=["quality_manager"]),
        "vice": await person(desk, "vice", positions=["vice_president"]),
        "general": await person(desk, "general", positions=["general_manager"]),
        "finance": await person(desk, "finance", positions=["finance"]),
    }


@pytest.fixture
async def case(desk, handling, staff):
    """A case of the manufacturer's pack whose cause is being analysed."""
    await desk.say("这批零件尺寸不对", reading("product.quality", product="零件"))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    await move(handling, case, staff["li"], "hand_to_quality", {"matter": "尺寸超差"})
    return case


async def move(handling, case, user, arrow, values=None, reason=""):
    version = (await handling.moves(case.id, user)).version
    await handling.move(case.id, arrow, user, version, values or {}, reason)


async def waiting(desk, case):
    async with desk.units() as uow:
        return [
            task
            for task in await uow.tasks.of_case(case.id)
            if task.kind is TaskKind.APPROVAL and task.state is TaskState.OPEN
        ]


async def decide(desk, case, by, *, approved=True, note=""):
    (task,) = await waiting(desk, case)
    async with desk.units() as uow:
        task = await uow.tasks.get(task.id)
        await approval_decided(uow, desk.words, Decision(task, approved, by, desk.clock.now(), note))
        await uow.commit()


async def stored(desk, case):
    async with desk.units() as uow:
        return await uow.cases.get(case.id)


async def kinds(desk, case):
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def test_quality_has_half_a_working_day_to_get_the_sheet(desk):
    await desk.say("这批零件尺寸不对", reading("product.quality", product="零件"))
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    assert (case.pack, case.process, case.step) == ("manufacturer", "manufacturer", "accepted")
    assert (case.step_due_at - case.accepted_at).total_seconds() == 4.5 * 3600


async def test_a_proposal_goes_to_the_first_position_and_the_case_stays(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    (task,) = await waiting(desk, case)
    assert (task.assignee_kind, task.assignee) == (Assignee.POSITION, "quality_manager")
    assert (await stored(desk, case)).step == "qc_analysis"


async def test_the_case_moves_when_the_last_has_approved(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    await decide(desk, case, staff["quality"])
    assert (await stored(desk, case)).step == "qc_analysis"
    await decide(desk, case, staff["vice"], note="同意换货")
    moved = await stored(desk, case)
    assert (moved.step, moved.verdict, moved.findings["plan"]) == ("confirming", "founded", "换货 20 件")
    assert "换货 20 件" in (await desk.transcript())[-1].text
    async with desk.units() as uow:
        entry = await uow.cases.last_event(case.id)
        tasks = await uow.tasks.of_case(case.id)
    assert (entry.actor, entry.payload["approved_by"]) == ("li", ["quality", "vice"])
    assert {task.assignee for task in tasks if task.state is TaskState.OPEN} == {"quality", "production"}


async def test_a_refusal_comes_back_with_its_reason(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    await decide(desk, case, staff["quality"], approved=False, note="请先查在制品")
    assert (await stored(desk, case)).step == "qc_analysis"
    assert await waiting(desk, case) == []
    async with desk.units() as uow:
        (back,) = await uow.tasks.inbox(staff["li"], frozenset())
    assert "“公司造成”没有批准：请先查在制品" in back.title
    assert (await kinds(desk, case))[-1] == "approval_refused"
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    assert len(await waiting(desk, case)) == 1


async def test_a_refusal_needs_a_reason(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    with pytest.raises(MissingValues, match="原因"):
        await decide(desk, case, staff["quality"], approved=False)
    assert len(await waiting(desk, case)) == 1


async def test_only_who_holds_the_position_approves(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    with pytest.raises(NotAllowed, match="品管部经理"):
        await decide(desk, case, staff["vice"])


async def test_who_proposed_does_not_approve_while_somebody_else_can(desk, handling, case, staff):
    both = await person(desk, "both", positions=["quality_manager"])
    await move(handling, case, both, "customer_caused", {"cause": "安装不当"})
    with pytest.raises(NotAllowed, match="自己提交"):
        await decide(desk, case, both)
    await decide(desk, case, staff["quality"])
    assert (await stored(desk, case)).step == "sales_talks"


async def test_who_proposed_approves_when_nobody_else_holds_the_position(desk, handling, case, staff):
    await move(handling, case, staff["quality"], "customer_caused", {"cause": "安装不当"})
    await decide(desk, case, staff["quality"])
    assert (await stored(desk, case)).verdict == "unfounded"


async def test_the_same_proposal_is_not_made_twice(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    with pytest.raises(Conflict, match="已经在等品管部经理审批"):
        await move(handling, case, staff["li"], "company_caused", CAUSE)


async def test_a_position_that_nobody_holds_is_named_before_anything_is_proposed(desk, handling, case, staff):
    async with desk.units() as uow:
        await uow.people.take("vice", "vice_president")
        await uow.commit()
    with pytest.raises(InvalidInput, match="分管副总"):
        await move(handling, case, staff["li"], "company_caused", CAUSE)
    assert await waiting(desk, case) == []


async def test_a_proposal_falls_when_the_case_moves_otherwise(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    await move(handling, case, staff["li"], "withdraw", reason="顾客来电撤诉")
    assert await waiting(desk, case) == []
    with pytest.raises(ForbiddenMove):
        await move(handling, case, staff["li"], "company_caused", CAUSE)


async def test_what_a_proposal_lacks_is_named_before_it_is_made(desk, handling, case, staff):
    with pytest.raises(MissingValues, match="库存品、在制品及库存零件的品质状况、解决方案"):
        await move(handling, case, staff["li"], "company_caused", {"cause": "模具磨损"})


async def confirmed(desk, handling, case, staff):
    await move(handling, case, staff["li"], "company_caused", CAUSE)
    await decide(desk, case, staff["quality"])
    await decide(desk, case, staff["vice"])


async def test_a_compensation_is_approved_by_the_general_manager_and_paid_by_finance(
    desk, handling, case, staff
):
    await confirmed(desk, handling, case, staff)
    with pytest.raises(InvalidInput, match="数字"):
        await move(handling, case, staff["li"], "compensate", {"amount": "一大笔"})
    await move(handling, case, staff["li"], "compensate", {"amount": "2000"})
    await decide(desk, case, staff["general"])
    assert (await stored(desk, case)).step == "compensating"
    async with desk.units() as uow:
        (task,) = [
            task
            for task in await uow.tasks.inbox(staff["finance"], frozenset({"finance"}))
            if task.kind is TaskKind.STEP and task.assignee == "finance"
        ]
    assert "赔款" in task.title
    with pytest.raises(NotAllowed):
        await move(handling, case, staff["li"], "compensated")
    await move(handling, case, staff["finance"], "compensated")
    assert (await stored(desk, case)).step == "capa"


async def test_a_manufacturers_case_runs_to_the_verified_effect(desk, handling, case, staff):
    await confirmed(desk, handling, case, staff)
    li = staff["li"]
    await move(handling, case, li, "return_goods", {"return_way": "物流到付"})
    await move(handling, case, li, "goods_back")
    await move(handling, case, li, "rework", {"inspection": "20 件可返修"})
    await move(handling, case, li, "reworked", {"rework": "已返修 20 件"})
    await move(handling, case, li, "propose_measures", {"measures": "更换模具"})
    await decide(desk, case, staff["quality"])
    await decide(desk, case, staff["vice"])
    await move(handling, case, li, "measures_confirmed", {"department": "production"})
    await move(handling, case, li, "improved", {"result": "新模具已投产"})
    await move(handling, case, li, "ineffective", {"effect": "仍有一件超差"})
    assert (await stored(desk, case)).round == 1
    await move(handling, case, li, "propose_measures", {"measures": "加检具"})
    await decide(desk, case, staff["quality"])
    await decide(desk, case, staff["vice"])
    await move(handling, case, li, "measures_confirmed", {"department": "production"})
    await move(handling, case, li, "improved", {"result": "检具已用"})
    await move(handling, case, li, "verified", {"effect": "三批合格"})
    assert (await stored(desk, case)).state == "closed"


async def test_a_service_trip_is_approved_and_leaves_the_case_where_it_is(desk, handling, case, staff):
    sales = await person(desk, "sales", Role.AGENT)
    await move(handling, case, sales, "service_trip", {"trip": "3 月 20 日，小王，现场换件"})
    await decide(desk, case, staff["vice"])
    stayed = await stored(desk, case)
    assert (stayed.step, stayed.findings["trip"]) == ("qc_analysis", "3 月 20 日，小王，现场换件")
