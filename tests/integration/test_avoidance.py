"""回避: who is named in a complaint keeps out of it, and a higher role is told."""

from functools import partial

import pytest

from bot.adapters.script import convert
from bot.domain import audit
from bot.domain.conversation import Owner
from bot.domain.errors import InvalidInput, NotAllowed, NotFound
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.services import avoidance, case_list
from tests.doors import make_door
from tests.rooms import reading

RUDE = "你们的王丽态度太差了"


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def wang(door):
    return await door.person("wang", "王丽")


@pytest.fixture
async def boss(door):
    return await door.person("boss", "主管甲", Role.SUPERVISOR)


async def complain(door, text=RUDE, visitor="visitor"):
    await door.desk.say(text, reading("service.quality"), visitor=visitor)
    return (await door.desk.cases(visitor))[0]


async def out_of(door, user):
    async with door.desk.units() as uow:
        return await avoidance.hidden(uow, user.id)


async def alerts(door, user):
    return [entry for entry in await door.parts.inbox.of(user) if "回避" in entry.task.title]


async def look_through(door):
    await avoidance.look_through(door.desk.units, partial(convert, script="hans"), door.desk.clock)


async def test_who_is_named_keeps_out_from_the_first_sentence_on(door, wang, boss):
    case = await complain(door)
    hidden = await out_of(door, wang)
    assert (hidden.cases, hidden.conversations) == ({case.id}, {case.conversation_id})
    assert (await out_of(door, boss)).cases == frozenset()


async def test_who_is_named_in_a_later_answer_keeps_out_too(door, wang, boss):
    case = await complain(door, "你们的人态度太差了")
    assert (await out_of(door, wang)).cases == frozenset()
    async with door.desk.units() as uow:
        (await uow.cases.get(case.id)).fill("person", "好像叫王丽")
        await uow.commit()
    assert (await out_of(door, wang)).cases == {case.id}


async def test_a_supervisor_is_told_once(door, wang, boss):
    case = await complain(door)
    async with door.desk.units() as uow:
        (await uow.cases.get(case.id)).fill("details", "就是王丽")
        await uow.commit()
    (entry,) = await alerts(door, boss)
    assert (entry.case_id, entry.task.assignee) == (case.id, "supervisor")


async def test_an_admin_is_told_when_the_only_supervisor_is_named_and_the_supervisor_hears_nothing(
    door, boss
):
    root = await door.person("root", "管理员", Role.ADMIN)
    await complain(door, "主管甲骂人")
    (entry,) = await alerts(door, root)
    assert entry.task.assignee == "admin"
    assert await alerts(door, boss) == []
    assert await door.parts.inbox.count(boss) == 0


async def test_tasks_of_the_case_are_neither_shown_counted_nor_decided(door, wang, boss):
    case = await complain(door)
    async with door.desk.units() as uow:
        uow.tasks.add(
            Task("t1", TaskKind.CALL, "去电", Assignee.ROLE, "agent", door.desk.clock.now(), "desk", case.id)
        )
        await uow.commit()
    assert await door.parts.inbox.of(wang) == []
    assert await door.parts.inbox.count(wang) == 0
    with pytest.raises(NotFound):
        await door.parts.inbox.decide("t1", wang, "done", "", "")
    assert len(await door.parts.inbox.of(boss)) == 2


async def test_what_they_had_in_hand_goes_to_others(door, wang, boss):
    case = await complain(door, "你们的人态度太差了")
    await door.parts.agent_desk.claim(case.conversation_id, wang.id, wang.name)
    async with door.desk.units() as uow:
        found = await uow.cases.get(case.id)
        found.handler_id = wang.id
        uow.tasks.add(
            Task("t1", TaskKind.CALL, "去电", Assignee.USER, wang.id, door.desk.clock.now(), "desk", case.id)
        )
        await uow.commit()
    async with door.desk.units() as uow:
        (await uow.cases.get(case.id)).fill("person", "王丽")
        await uow.commit()
    async with door.desk.units() as uow:
        assert (await uow.cases.get(case.id)).handler_id is None
        assert (await uow.tasks.get("t1")).assignee == "supervisor"
        assert (await uow.conversations.get(case.conversation_id)).owner is Owner.QUEUE


async def test_they_cant_claim_it_and_nobody_gives_it_to_them(door, wang, boss):
    case = await complain(door)
    with pytest.raises(NotFound):
        await door.parts.agent_desk.claim(case.conversation_id, wang.id, wang.name)
    async with door.desk.units() as uow:
        assert await avoidance.kept_out(uow, case.conversation_id) == {wang.id}


async def test_cases_are_looked_through_for_who_is_new_or_has_a_new_name(door, boss):
    case = await complain(door)
    wang = await door.person("wang", "小王")
    assert (await out_of(door, wang)).cases == frozenset()
    await door.parts.staff.change(
        wang.id, name="王丽", role=Role.AGENT, department=None, positions=(), by="boss"
    )
    await look_through(door)
    assert (await out_of(door, wang)).cases == {case.id}
    async with door.desk.units() as uow:
        assert await uow.avoidances.unfinished() == []


async def test_a_supervisor_keeps_somebody_out_by_hand_and_lets_them_in_again(door, wang, boss):
    case = await complain(door, "水是臭的")
    await door.parts.avoiders.set(case.id, "wang", boss, "顾客的亲戚", avoids=True)
    assert (await out_of(door, wang)).cases == {case.id}
    await door.parts.avoiders.set(case.id, "wang", boss, "同名", avoids=False)
    assert (await out_of(door, wang)).cases == frozenset()


async def test_who_was_cleared_is_not_kept_out_again_by_the_same_name(door, wang, boss):
    case = await complain(door)
    await door.parts.avoiders.set(case.id, "wang", boss, "同名的另一个人", avoids=False)
    async with door.desk.units() as uow:
        (await uow.cases.get(case.id)).fill("details", "就是王丽")
        await uow.commit()
    assert (await out_of(door, wang)).cases == frozenset()


async def test_only_supervisors_decide_and_nobody_lets_themselves_in(door, wang, boss):
    case = await complain(door)
    with pytest.raises(NotAllowed):
        await door.parts.avoiders.set(case.id, "wang", wang, "不是我", avoids=False)
    with pytest.raises(NotAllowed):
        await door.parts.avoiders.set(case.id, "boss", boss, "不是我", avoids=False)
    with pytest.raises(InvalidInput):
        await door.parts.avoiders.set(case.id, "wang", boss, " ", avoids=False)


async def test_it_is_all_in_the_audit_log_but_not_for_who_keeps_out(door, boss):
    other = await door.person("other", "主管乙", Role.SUPERVISOR)
    case = await complain(door, "主管甲骂人")

    def objects(page):
        return [one.object for one in page.entries]

    assert f"case:{case.id}" in objects(await door.parts.audit_log.page(audit.Wanted(), "", other))
    assert f"case:{case.id}" not in objects(await door.parts.audit_log.page(audit.Wanted(), "", boss))


async def test_lists_of_cases_leave_it_out_and_its_number_is_unknown(door, wang, boss):
    case = await complain(door)
    await door.desk.silence(minutes=30)
    number = (await door.desk.cases())[0].number
    assert [row.id for row in (await door.parts.case_list.page(case_list.Wanted(), boss)).rows] == [case.id]
    assert (await door.parts.case_list.page(case_list.Wanted(), wang)).rows == ()
    assert await door.parts.case_list.by_number(number, boss) == case.id
    with pytest.raises(NotFound):
        await door.parts.case_list.by_number(number, wang)
