"""Who may what, whose a task is, and which positions and departments there are to have."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.people import Deed, Role, User
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.services.accounts_checks import Offices
from tests.desks import handbook
from tests.records import NOW

IMPROVE = {Deed.TRAIN, Deed.EDIT_HANDBOOK, Deed.SEE_REPORTS}
MAY = {
    Role.AGENT: {Deed.TALK},
    Role.SENIOR: {Deed.TALK, Deed.EASE},
    Role.SUPERVISOR: {Deed.TALK, Deed.EASE, Deed.OVERSEE, *IMPROVE},
    Role.ADMIN: {
        Deed.TALK,
        Deed.EASE,
        Deed.OVERSEE,
        *IMPROVE,
        Deed.SET_UP,
        Deed.HANDLE_PERSONAL_DATA,
    },
    Role.DEPARTMENT: {Deed.ANSWER_FOR_DEPARTMENT},
}
OFFICES = Offices({"general_manager": "总经理"}, {"production": "生产部"})


def someone(role=Role.AGENT, **more):
    return User("wang", "wang", "小王", role, "hash", NOW, **more)


def a_task(kind=Assignee.USER, assignee="wang", **more):
    return Task("t1", TaskKind.CALL, "给顾客回电", kind, assignee, NOW, "desk", **more)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("deed", Deed)
def test_each_role_may_exactly_its_deeds(role, deed):
    assert someone(role).may(deed) is (deed in MAY[role])


@pytest.mark.parametrize("role", Role)
def test_who_was_deactivated_may_nothing(role):
    assert not any(someone(role, active=False).may(deed) for deed in Deed)


@pytest.mark.parametrize(
    ("role", "stands_in_for"),
    [
        (Role.AGENT, {"agent"}),
        (Role.SENIOR, {"agent", "senior"}),
        (Role.SUPERVISOR, {"agent", "senior", "supervisor"}),
        (Role.ADMIN, {"agent", "senior", "supervisor", "admin"}),
        (Role.DEPARTMENT, {"department"}),
    ],
)
def test_a_role_stands_in_for_those_it_includes_and_a_department_handler_for_nobody(role, stands_in_for):
    assert someone(role).roles == stands_in_for


@pytest.mark.parametrize(
    ("kind", "assignee", "theirs"),
    [
        (Assignee.USER, "wang", True),
        (Assignee.USER, "li", False),
        (Assignee.ROLE, "agent", True),
        (Assignee.ROLE, "supervisor", False),
        (Assignee.DEPARTMENT, "production", True),
        (Assignee.DEPARTMENT, "sales", False),
        (Assignee.POSITION, "general_manager", True),
        (Assignee.POSITION, "finance", False),
    ],
)
def test_a_task_is_for_the_person_role_department_or_position_it_was_given_to(kind, assignee, theirs):
    user = someone(department="production")
    assert a_task(kind, assignee).is_for(user, {"general_manager"}) is theirs
    user.active = False
    assert not a_task(kind, assignee).is_for(user, {"general_manager"})


def test_a_task_for_any_department_is_not_for_somebody_without_one():
    assert not a_task(Assignee.DEPARTMENT, "production").is_for(someone(), ())


def test_a_task_is_decided_once():
    task = a_task()
    task.decide(TaskState.DONE, "wang", NOW)
    with pytest.raises(Conflict, match="给顾客回电"):
        task.decide(TaskState.REFUSED, "li", NOW)
    assert (task.state, task.decided_by) == (TaskState.DONE, "wang")


@pytest.mark.parametrize(
    "change",
    [{"title": "给顾客发短信"}, {"payload": {"values": {"amount": "300"}}}, {"due_at": NOW + timedelta(1)}],
)
def test_the_version_changes_with_what_a_person_decides_on(change):
    assert replace(a_task(), **change).version != a_task().version


def test_a_warning_does_not_change_the_version():
    assert replace(a_task(), warned_at=NOW, broken_at=NOW).version == a_task().version


def test_an_office_that_no_pack_names_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match=r"没有部门 kitchen.*production（生产部）"):
        OFFICES.check(Role.AGENT, "kitchen", ())
    with pytest.raises(InvalidInput, match=r"没有岗位 king.*general_manager（总经理）"):
        OFFICES.check(Role.AGENT, None, {"general_manager", "king"})
    with pytest.raises(InvalidInput, match="没有写任何一个"):
        Offices().check(Role.AGENT, "production", ())


def test_a_department_handler_needs_a_department_and_nobody_else_does():
    with pytest.raises(InvalidInput, match="所属部门"):
        OFFICES.check(Role.DEPARTMENT, None, ())
    OFFICES.check(Role.DEPARTMENT, "production", ())
    OFFICES.check(Role.ADMIN, None, ())


@pytest.mark.parametrize(
    ("position", "title"),
    [
        ("quality_manager", "品管部经理"),
        ("vice_president", "分管副总"),
        ("general_manager", "总经理"),
        ("finance", "财务"),
        ("branch_head", "网点负责人"),
        ("lobby_manager", "大堂经理"),
        ("spokesman", "统一发言人"),
    ],
)
def test_the_packs_name_who_approves_and_speaks(position, title):
    assert Offices.of(handbook()).positions[position] == title


@pytest.mark.parametrize(
    ("department", "title"),
    [
        ("customer_service", "客户服务部"),
        ("responsible", "责任部门"),
        ("production", "生产部"),
        ("quality", "品管部"),
        ("sales", "销售部"),
        ("quality_management", "品质管理部"),
        ("legal", "法务部门"),
        ("general_office", "总经办"),
    ],
)
def test_the_packs_name_who_is_handed_cases(department, title):
    assert Offices.of(handbook()).departments[department] == title


def test_the_offices_know_whose_approval_some_move_needs():
    offices = Offices.of(handbook())
    assert {"quality_manager", "vice_president", "general_manager"} <= offices.approving
    assert offices.approving <= offices.positions.keys()


def test_every_position_and_department_tells_where_it_is_written():
    processes = handbook().processes
    for office in (*processes.positions.values(), *processes.departments.values()):
        assert office.source == "desk" or office.source.startswith("D"), office.id
    assert not processes.positions.keys() & processes.departments.keys()
