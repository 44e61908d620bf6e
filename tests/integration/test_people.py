"""Departments, positions, roles and the end of a login, on each database."""

import asyncio

import pytest

from bot.domain.conversation import Owner
from bot.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind
from bot.services.accounts_changes import ONE_ADMIN_STAYS
from tests.doors import PASSWORD, make_door
from tests.records import NOW, a_conversation, a_customer, store

BY = "the test"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
def staff(door):
    return door.parts.staff


async def change(staff, user, **changes):
    as_it_is = {
        "name": user.name, "role": user.role, "department": user.department, "positions": (),
    }  # fmt: skip
    await staff.change(user.id, **{**as_it_is, **changes}, by=BY)


async def test_a_login_begins_with_a_department_and_positions(door, staff):
    user = await door.person(department="production", positions={"general_manager", "finance"})
    person = await staff.get(user.id)
    assert person.user.department == "production"
    assert person.positions == {"general_manager", "finance"}


@pytest.mark.parametrize("wrong", [{"department": "kitchen"}, {"positions": {"king"}}])
async def test_an_office_that_no_pack_names_is_refused_and_nothing_stored(door, staff, wrong):
    with pytest.raises(InvalidInput):
        await door.person(**wrong)
    assert await staff.all() == []


async def test_role_department_and_positions_are_changed_together(door, staff):
    user = await door.person(positions={"finance", "general_manager"})
    await change(
        staff,
        user,
        name="王经理",
        role=Role.SUPERVISOR,
        department="sales",
        positions=["finance", "spokesman"],
    )
    person = await staff.find(" WANG ")
    assert (person.user.name, person.user.role, person.user.department) == (
        "王经理",
        Role.SUPERVISOR,
        "sales",
    )
    assert person.positions == {"finance", "spokesman"}
    assert [one.positions for one in await staff.all()] == [{"finance", "spokesman"}]


async def test_a_refused_change_changes_nothing(door, staff):
    user = await door.person(positions={"finance"})
    with pytest.raises(InvalidInput, match="所属部门"):
        await change(staff, user, name="别名", role=Role.DEPARTMENT)
    person = await staff.get(user.id)
    assert (person.user.name, person.user.role, person.positions) == ("小王", Role.AGENT, {"finance"})


async def test_somebody_unknown_is_not_found(staff):
    with pytest.raises(NotFound):
        await staff.find("nobody")
    with pytest.raises(NotFound):
        await staff.reset_password("nobody", PASSWORD, by=BY)


async def test_a_deactivated_login_is_out_at_once_and_for_good(door, staff):
    user = await door.person()
    token = await door.parts.accounts.sign_in("wang", PASSWORD)
    await staff.deactivate(user.id, by=BY)
    for attempt in (door.parts.accounts.who(token), door.parts.accounts.sign_in("wang", PASSWORD)):
        with pytest.raises(NotSignedIn):
            await attempt
    await staff.reactivate(user.id, by=BY)
    with pytest.raises(NotSignedIn):
        await door.parts.accounts.who(token)
    assert await door.parts.accounts.sign_in("wang", PASSWORD)


async def test_a_new_password_ends_the_old_one_its_sign_ins_and_the_lock(door, staff):
    user = await door.person()
    accounts = door.parts.accounts
    token = await accounts.sign_in("wang", PASSWORD)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            await accounts.sign_in("wang", "a wrong guess")
    await staff.reset_password(user.id, "another password", by=BY)
    with pytest.raises(NotSignedIn):
        await accounts.who(token)
    with pytest.raises(NotSignedIn):
        await accounts.sign_in("wang", PASSWORD)
    assert await accounts.sign_in("wang", "another password")


async def test_a_short_new_password_is_refused(door, staff):
    user = await door.person()
    with pytest.raises(InvalidInput, match="至少 10 个字符"):
        await staff.reset_password(user.id, "123456789", by=BY)
    assert await door.parts.accounts.sign_in("wang", PASSWORD)


async def test_the_last_active_admin_is_neither_demoted_nor_deactivated(door, staff):
    admin = await door.person("root", "管理员", Role.ADMIN)
    former = await door.person("former", "前管理员", Role.ADMIN)
    await staff.deactivate(former.id, by=BY)
    for attempt in (change(staff, admin, role=Role.SUPERVISOR), staff.deactivate(admin.id, by=BY)):
        with pytest.raises(Conflict, match=ONE_ADMIN_STAYS):
            await attempt
    await change(staff, admin, name="老王")
    person = await staff.get(admin.id)
    assert (person.user.name, person.user.role, person.user.active) == ("老王", Role.ADMIN, True)


async def test_of_two_admins_who_demote_one_another_at_once_one_stays(door, staff):
    one = await door.person("one", "甲", Role.ADMIN)
    two = await door.person("two", "乙", Role.ADMIN)
    answers = await asyncio.gather(
        change(staff, one, role=Role.AGENT), staff.deactivate(two.id, by=BY), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "NoneType"]
    left = [person.user for person in await staff.all()]
    assert len([user for user in left if user.role is Role.ADMIN and user.active]) == 1


async def test_without_any_admin_others_can_still_be_changed(door, staff):
    user = await door.person(role=Role.SUPERVISOR)
    await staff.deactivate(user.id, by=BY)
    assert not (await staff.get(user.id)).user.active


@pytest.mark.parametrize(
    ("role", "department", "then"),
    [
        (Role.SENIOR, None, (Assignee.ROLE, "senior")),
        (Role.DEPARTMENT, "production", (Assignee.DEPARTMENT, "production")),
    ],
)
async def test_the_tasks_of_who_was_deactivated_go_to_their_colleagues(door, staff, role, department, then):
    user = await door.person(role=role, department=department)
    task = Task("t1", TaskKind.CALL, "给顾客回电", Assignee.USER, user.id, NOW, "desk")
    await store(door.desk.units, ("tasks", task))
    await staff.deactivate(user.id, by=BY)
    async with door.desk.units() as uow:
        stored = await uow.tasks.get("t1")
    assert (stored.assignee_kind, stored.assignee) == then


@pytest.mark.parametrize("how", ["deactivated", "moved to a department"])
async def test_the_conversations_of_who_can_talk_no_more_go_back_to_the_queue(door, staff, how):
    user = await door.person()
    await store(door.desk.units, ("customers", a_customer()), ("conversations", a_conversation()))
    await door.desk.agents.claim("talk", user.id, user.name)
    if how == "deactivated":
        await staff.deactivate(user.id, by=BY)
    else:
        await change(staff, user, role=Role.DEPARTMENT, department="production")
    async with door.desk.units() as uow:
        conversation = await uow.conversations.get("talk")
    assert (conversation.owner, conversation.agent_id) == (Owner.QUEUE, None)
    assert conversation.waiting_since == door.desk.clock.now()
