"""One batch, order, building, route or shop across customers: one alert, and a parent case."""

import asyncio

import pytest

from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, NotAllowed
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState
from tests.accepted import accepted, again, employ, history, outbreaks

BATCH = {"batch_no": "L2026-0311"}


async def alerts(desk):
    user = await employ(desk, f"boss{desk.said}", Role.SUPERVISOR)
    async with desk.units() as uow:
        found = await uow.tasks.inbox(user, frozenset())
    return [task for task in found if task.kind is TaskKind.ALERT and "outbreak" in task.payload]


async def outbreak(desk, names="一二三"):
    """Customers who complain of different things of one batch; their cases."""
    labels = ("carton.empty", "carton.spoiled", "carton.no_straw", "carton.no_date")
    found = []
    for name, label in zip(names, labels, strict=False):
        found.append(await accepted(desk, name, label, **BATCH))
        desk.clock.turn(minutes=1)
    await outbreaks(desk).look()
    return found


async def test_two_customers_with_one_batch_raise_no_alert(desk):
    await outbreak(desk, "一二")
    assert await alerts(desk) == []


async def test_three_customers_with_one_batch_raise_one_alert_for_a_supervisor(desk):
    cases = await outbreak(desk)
    await outbreaks(desk).look()
    (task,) = await alerts(desk)
    assert (task.assignee_kind, task.assignee) == (Assignee.ROLE, "supervisor")
    assert task.payload["cases"] == [case.id for case in cases]
    assert task.payload["parent"] == cases[0].id
    assert "l20260311" in task.title
    assert "3位顾客" in task.title


async def test_a_fourth_case_joins_the_open_alert(desk):
    cases = await outbreak(desk)
    cases.append(await accepted(desk, "四", "food.quality", **BATCH))
    assert await outbreaks(desk).look() == 1
    assert await outbreaks(desk).look() == 0
    (task,) = await alerts(desk)
    assert task.payload["cases"] == [case.id for case in cases]
    assert "4位顾客" in task.title


async def test_the_window_of_an_outbreak_is_thirty_days(desk):
    await accepted(desk, "一", **BATCH)
    desk.clock.turn(days=30, seconds=1)
    await accepted(desk, "二", "carton.spoiled", **BATCH)
    await accepted(desk, "三", "carton.no_straw", **BATCH)
    await outbreaks(desk).look()
    assert await alerts(desk) == []


@pytest.mark.parametrize("facts", [{"place": "阳光小区3栋"}, {"order_no": "SF001"}, {"batch_no": "B1"}])
async def test_two_who_fell_ill_of_one_thing_are_enough(desk, facts):
    await accepted(desk, "一", "illness", **facts)
    await outbreaks(desk).look()
    assert await alerts(desk) == []
    await accepted(desk, "二", "illness", **facts)
    await outbreaks(desk).look()
    assert len(await alerts(desk)) == 1


async def test_a_common_product_or_a_vague_place_is_no_outbreak(desk):
    for name in "一二三":
        await accepted(desk, name, product="奶茶", place="楼下超市")
    await outbreaks(desk).look()
    assert await alerts(desk) == []


async def test_two_looks_at_once_raise_one_alert(desk):
    for name in "一二三":
        await accepted(desk, name, **BATCH)
    await asyncio.gather(outbreaks(desk).look(), outbreaks(desk).look())
    assert len(await alerts(desk)) == 1


async def test_accepting_joins_the_cases_under_the_parent_with_entries_in_each_history(desk):
    cases = await outbreak(desk)
    (task,) = await alerts(desk)
    boss = await employ(desk, "boss", Role.SUPERVISOR)
    parent = await outbreaks(desk).accept(task.id, boss)
    assert parent.id == cases[0].id
    async with desk.units() as uow:
        children = [case.id for case in await uow.judgements.children(parent.id)]
        assert (await uow.tasks.get(task.id)).state is TaskState.DONE
    assert children == [case.id for case in cases[1:]]
    (entry,) = await history(desk, cases[1], "parent_changed")
    assert (entry.payload["before"]["parent"], entry.payload["after"]["parent"]) == (None, parent.number)
    assert (await history(desk, parent, "children_joined"))[0].payload["cases"] == [
        case.number for case in cases[1:]
    ]


async def test_another_parent_can_be_chosen_but_only_of_the_cases_named(desk):
    cases = await outbreak(desk)
    (task,) = await alerts(desk)
    boss = await employ(desk, "boss", Role.SUPERVISOR)
    stranger = await accepted(desk, "五", "water.odor")
    with pytest.raises(InvalidInput):
        await outbreaks(desk).accept(task.id, boss, stranger.id)
    assert (await outbreaks(desk).accept(task.id, boss, cases[2].id)).id == cases[2].id


async def test_an_alert_is_decided_once_and_by_supervisors_only(desk):
    await outbreak(desk)
    (task,) = await alerts(desk)
    agent, boss = await employ(desk, "li"), await employ(desk, "boss", Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        await outbreaks(desk).accept(task.id, agent)
    with pytest.raises(InvalidInput):
        await outbreaks(desk).refuse(task.id, boss, " ")
    await outbreaks(desk).refuse(task.id, boss, "三种不同的问题")
    with pytest.raises(Conflict):
        await outbreaks(desk).accept(task.id, boss)


async def test_after_a_decision_only_new_complaints_count_for_another_alert(desk):
    await outbreak(desk)
    (task,) = await alerts(desk)
    boss = await employ(desk, "boss", Role.SUPERVISOR)
    await outbreaks(desk).refuse(task.id, boss, "不是一起")
    for name, due in (("四", 0), ("五", 0), ("六", 1)):
        await accepted(desk, name, **BATCH)
        assert await outbreaks(desk).look() == due
    (second,) = await alerts(desk)
    assert len(second.payload["cases"]) == 3


async def test_a_case_can_leave_its_parent(desk):
    cases = await outbreak(desk)
    (task,) = await alerts(desk)
    boss = await employ(desk, "boss", Role.SUPERVISOR)
    await outbreaks(desk).accept(task.id, boss)
    await outbreaks(desk).leave(cases[1].id, boss, "批号看错了")
    assert (await again(desk, cases[1])).parent_id is None
    with pytest.raises(ForbiddenMove, match=cases[1].number):
        await outbreaks(desk).leave(cases[1].id, boss, "再一次")
