"""The engine that lets a case run through its process, on a process of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from bot.domain.case import Case, changes
from bot.domain.errors import ForbiddenMove, InvalidInput, MissingValues, NotAllowed
from bot.domain.handbook.process import Process, Value, resolve
from bot.domain.people import Role, User
from bot.domain.process import CUSTOMER, DESK, Filled, Mover, checked, course

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
SHOP = {
    "id": "shop",
    "title": "小店",
    "source": "desk",
    "start": "heard",
    "values": [{"id": "plan", "title": "方案"}],
    "states": [
        {"id": "heard", "title": "听到", "stage": "accept", "source": "desk"},
        {"id": "solving", "title": "想办法", "stage": "propose", "source": "desk", "owner": "department"},
        {"id": "closed", "title": "结案", "stage": "end", "source": "desk", "ends": "closed"},
        {"id": "gone", "title": "撤诉", "stage": "end", "source": "desk", "ends": "withdrawn"},
    ],
    "arrows": [
        {"id": "solve", "title": "想办法", "from": "heard", "to": "solving", "by": "agent", "source": "desk"},
        {"id": "done", "title": "办好", "from": "solving", "to": "closed", "by": ["department", "boss"],
         "needs": ["plan", "reason"], "source": "desk"},
        {"id": "again", "title": "不行", "from": "solving", "to": "heard", "by": "customer",
         "source": "desk"},
        {"id": "note", "title": "记一笔", "from": "*", "to": "=", "by": "senior", "source": "desk"},
        {"id": "leave", "title": "撤诉", "from": "*", "to": "gone", "by": ["customer", "desk"],
         "source": "desk", "means": "withdraw"},
    ],
}  # fmt: skip


def process(**changed):
    return TypeAdapter(Process).validate_python({**SHOP, **changed})


def a_case(step="heard", **more):
    return Case(
        id="c", customer_id="u", conversation_id="v", channel="web", issue="service.quality",
        category="服务质量", severity="轻微", heat="一般", text="没人理我", opened_at=NOW, heard_at=NOW,
        step=step, **more,
    )  # fmt: skip


def somebody(role=Role.AGENT, department=None, positions=(), **more):
    user = User("li", "li", "小李", role, "hash", NOW, department=department, **more)
    return Mover("li", user, frozenset(positions))


def ids(arrows):
    return [arrow.id for arrow in arrows]


def test_an_agent_may_do_what_the_arrows_from_here_allow():
    assert ids(course(process()).possible(a_case(), somebody())) == ["solve"]


def test_a_supervisor_may_do_what_an_agent_and_a_senior_may():
    assert ids(course(process()).possible(a_case(), somebody(Role.SUPERVISOR))) == ["solve", "note"]


def test_trying_out_an_arrow_leaves_the_case_where_it_is():
    case = a_case()
    arrow, state = course(process()).try_out(case, "solve", Filled(), somebody())
    assert (arrow.id, state.id, case.step) == ("solve", "solving", "heard")


def test_an_arrow_that_only_notes_something_leads_nowhere():
    _, state = course(process()).try_out(a_case(), "note", Filled(), somebody(Role.SENIOR))
    assert state.id == "heard"


def test_a_forbidden_move_says_where_the_case_stands_and_what_can_be_done():
    with pytest.raises(
        ForbiddenMove, match=r"投诉现在是“听到”，不能“办好”。现在可以：想办法、记一笔、撤诉。"
    ):
        course(process()).try_out(a_case(), "done", Filled(), somebody())


def test_an_arrow_that_no_pack_knows_is_refused_by_name():
    with pytest.raises(ForbiddenMove, match="fly"):
        course(process()).try_out(a_case(), "fly", Filled(), somebody())


def test_a_case_that_has_ended_can_go_nowhere():
    with pytest.raises(ForbiddenMove, match="已经走完流程"):
        course(process()).try_out(a_case("closed"), "note", Filled(), somebody(Role.ADMIN))


def test_a_step_that_the_pack_has_lost_is_named():
    with pytest.raises(ForbiddenMove, match="thinking"):
        course(process()).possible(a_case("thinking"), somebody())


@pytest.mark.parametrize(
    ("mover", "may"),
    [
        (somebody(), False),
        (somebody(positions=["boss"]), True),
        (somebody(Role.DEPARTMENT, "kitchen"), True),
        (somebody(Role.DEPARTMENT, "garden"), False),
        (somebody(Role.DEPARTMENT, "kitchen", active=False), False),
        (somebody(positions=["boss"], active=False), False),
        (CUSTOMER, False),
        (DESK, False),
    ],
)
def test_a_departments_step_is_moved_by_that_department_and_by_positions(mover, may):
    case, filled = a_case("solving", department="kitchen"), Filled({"plan": "换"}, "好")
    if may:
        assert course(process()).try_out(case, "done", filled, mover)[1].id == "closed"
    else:
        with pytest.raises(NotAllowed, match="办好"):
            course(process()).try_out(case, "done", filled, mover)


def test_nobody_answers_for_a_department_before_there_is_one():
    with pytest.raises(NotAllowed):
        course(process()).try_out(a_case("solving"), "done", Filled(), somebody(Role.DEPARTMENT))


def test_the_customer_and_the_desk_move_cases_too():
    assert course(process()).try_out(a_case("solving"), "again", Filled(), CUSTOMER)[1].id == "heard"
    assert course(process()).try_out(a_case(), "leave", Filled(), DESK)[1].id == "gone"


@pytest.mark.parametrize("filled", [Filled(), Filled({"plan": " "}), Filled({"other": "换"})])
def test_what_is_missing_is_named_by_its_title(filled):
    with pytest.raises(MissingValues, match="方案、原因"):
        course(process()).try_out(a_case("solving"), "done", filled, somebody(positions=["boss"]))


def test_what_was_approved_needs_no_permission_again():
    case, filled = a_case("solving"), Filled({"plan": "换"}, "好")
    assert course(process()).try_out(case, "done", filled, None)[1].id == "closed"


def test_the_machine_keeps_no_case_after_a_refusal():
    path = course(process())
    for _ in range(3):
        with pytest.raises(ForbiddenMove):
            path.try_out(a_case(), "done", Filled(), somebody())
    assert path._machine.models == []


def test_a_process_takes_over_what_it_does_not_say_itself():
    own = process(
        id="own", inherits="shop", start="heard", values=[],
        states=[{"id": "heard", "title": "收到", "stage": "accept", "source": "desk"}],
        arrows=[],
    )  # fmt: skip
    whole = resolve(own, {"shop": process(), "own": own})
    assert [state.title for state in whole.states] == ["收到", "想办法", "结案", "撤诉"]
    assert ids(whole.arrows) == ids(process().arrows)
    assert whole.value("plan").title == "方案"


def test_what_is_left_out_takes_the_arrows_to_and_from_it_along():
    own = process(id="own", inherits="shop", without=["solving", "note"], states=[], arrows=[])
    whole = resolve(own, {"shop": process(), "own": own})
    assert [state.id for state in whole.states] == ["heard", "closed", "gone"]
    assert ids(whole.arrows) == ["leave"]


def test_processes_that_inherit_from_one_another_in_a_circle_end():
    one = process(id="one", inherits="two")
    two = process(id="two", inherits="one")
    assert resolve(one, {"one": one, "two": two}).id == "one"


@pytest.mark.parametrize(
    ("kind", "options", "text", "message"),
    [
        ("text", (), "字" * 2001, "2000"),
        ("choice", ("满意", "不满意"), "还行", "满意、不满意"),
        ("department", (), "moon", "moon"),
        ("amount", (), "很多", "数字"),
        ("amount", (), "-5", "数字"),
        ("amount", (), "NaN", "数字"),
        ("moment", (), "明天", "2026-03-18 14:00"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_would_be_right(kind, options, text, message):
    with pytest.raises(InvalidInput, match=message):
        checked(Value(id="it", title="某项", kind=kind, options=options), text, {"kitchen": None})


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        ("text", (), " 换货 "),
        ("choice", ("满意",), "满意"),
        ("department", (), "kitchen"),
        ("amount", (), "199.50"),
        ("moment", (), "2026-03-18 14:00"),
    ],
)
def test_a_value_of_the_right_kind_is_taken_without_its_spaces(kind, options, text):
    value = Value(id="it", title="某项", kind=kind, options=options)
    assert checked(value, text, {"kitchen": None}) == text.strip()


def test_waiting_is_counted_and_a_clock_that_was_set_back_counts_nothing():
    case = a_case()
    case.pause("customer", NOW)
    case.resume(NOW + timedelta(hours=2))
    case.pause("customer", NOW)
    case.resume(NOW - timedelta(days=1))
    assert (case.paused_seconds, case.paused_since, case.paused_for) == (7200, None, None)


def test_an_entry_holds_only_what_differs_before_and_after():
    case = a_case()
    before = case.standing()
    case.step, case.findings = "solving", {"plan": "换"}
    assert changes(before, case.standing()) == {
        "before": {"step": "heard", "findings.plan": None},
        "after": {"step": "solving", "findings.plan": "换"},
    }
