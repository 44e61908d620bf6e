"""What a person has to do, and who may decide it, on each database."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.domain.history import first_break
from bot.domain.people import Role
from bot.domain.task import Assignee, TaskKind, TaskState
from bot.services.inbox import Outcome
from tests.desks import WORKDAY_MORNING as NOW
from tests.desks import handbook
from tests.tasks import MANAGER, decide, history, put, stored


async def test_the_inbox_holds_what_is_for_the_person_and_nothing_else(door, inbox):
    user = await door.person(department="production", positions={"finance"})
    theirs = {
        "a": (Assignee.USER, user.id),
        "b": (Assignee.ROLE, "agent"),
        "c": (Assignee.DEPARTMENT, "production"),
        "d": (Assignee.POSITION, "finance"),
    }
    others = {
        "e": (Assignee.USER, "somebody"),
        "f": (Assignee.ROLE, "supervisor"),
        "g": (Assignee.DEPARTMENT, "sales"),
        "h": MANAGER,
    }
    for name, to in (theirs | others).items():
        await put(door, id=name, to=to)
    await put(door, id="i", state=TaskState.DONE)
    assert {entry.task.id for entry in await inbox.of(user)} == set(theirs)
    assert await inbox.count(user) == len(theirs)


async def test_overdue_comes_first_then_what_is_due_then_the_rest(door, inbox):
    user = await door.person()
    await put(door, id="whenever")
    await put(door, id="tomorrow", due_at=NOW + timedelta(days=1))
    await put(door, id="yesterday", due_at=NOW - timedelta(days=1))
    entries = await inbox.of(user)
    assert [(entry.task.id, entry.overdue) for entry in entries] == [
        ("yesterday", True),
        ("tomorrow", False),
        ("whenever", False),
    ]


@pytest.mark.parametrize(("seconds", "overdue"), [(-1, False), (0, False), (1, True)])
async def test_a_task_is_overdue_only_after_its_time(door, inbox, seconds, overdue):
    user = await door.person()
    await put(door, due_at=NOW)
    door.desk.clock.turn(seconds=seconds)
    assert (await inbox.of(user))[0].overdue is overdue


async def test_the_case_stands_beside_its_task(door, inbox, case):
    user = await door.person()
    await put(door, case_id=case, created_by=user.id)
    (entry,) = await inbox.of(user)
    assert (entry.number, entry.title, entry.conversation_id) == (
        "K1234-56780",
        handbook().issue("water.odor").title,
        "talk",
    )
    assert entry.by == "小王"


async def test_what_is_proposed_is_shown_with_its_titles(door, inbox, case):
    user = await door.person(positions={"general_manager"})
    async with door.desk.units() as uow:
        (await uow.cases.get(case)).process = "general"
        await uow.commit()
    payload = {"values": {"plan": "更换新品", "department": "production"}, "reason": "顾客着急"}
    await put(door, TaskKind.APPROVAL, MANAGER, case_id=case, payload=payload)
    (entry,) = await inbox.of(user)
    assert entry.facts == (("解决方案", "更换新品"), ("责任部门", "生产部"), ("理由", "顾客着急"))


async def test_done_is_noted_on_the_task_and_in_the_cases_history(door, inbox, case):
    user = await door.person()
    task = await put(door, case_id=case)
    await decide(inbox, task, user, note=" 已回电 ")
    kept = await stored(door)
    assert (kept.state, kept.decided_by, kept.decided_at, kept.note) == (
        TaskState.DONE,
        user.id,
        NOW,
        "已回电",
    )
    (entry,) = await history(door, case)
    assert (entry.kind, entry.actor) == ("task_decided", user.id)
    assert entry.payload == {"task": "给顾客回电", "of": "call", "outcome": "done", "note": "已回电"}
    assert first_break([entry]) is None
    assert await inbox.of(user) == []


async def test_only_who_it_was_given_to_may_decide(door, inbox):
    task = await put(door, to=MANAGER)
    user = await door.person(role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        await decide(inbox, task, user)
    assert (await stored(door)).state is TaskState.OPEN


async def test_an_unknown_task_is_not_found(door, inbox):
    with pytest.raises(NotFound):
        await inbox.decide("t0", await door.person(), Outcome.DONE, "", "")


@pytest.mark.parametrize(
    ("kind", "outcome", "note", "words"),
    [
        (TaskKind.APPROVAL, Outcome.DONE, "", "给出的选项"),
        (TaskKind.REVIEW, Outcome.APPROVED, "", "给出的选项"),
        (TaskKind.CALL, Outcome.APPROVED, "", "给出的选项"),
        (TaskKind.CALL, Outcome.REFUSED, "不想打", "给出的选项"),
        (TaskKind.APPROVAL, Outcome.REFUSED, "  ", "理由"),
        (TaskKind.CALL, Outcome.DONE, "长" * 1001, "最多 1000 个字符"),
    ],
)
async def test_an_answer_that_does_not_fit_is_refused_in_plain_words(door, inbox, kind, outcome, note, words):
    user = await door.person()
    task = await put(door, kind)
    with pytest.raises(InvalidInput, match=words):
        await decide(inbox, task, user, outcome, note)
    assert (await stored(door)).state is TaskState.OPEN


async def test_what_a_machine_found_is_confirmed_or_denied_without_a_reason(door, inbox):
    user = await door.person()
    one, two = await put(door, TaskKind.REVIEW), await put(door, TaskKind.REVIEW, id="t2")
    assert (await inbox.of(user))[0].answers == (Outcome.DONE, Outcome.REFUSED)
    await decide(inbox, one, user)
    await decide(inbox, two, user, Outcome.REFUSED)
    assert [(await stored(door, name)).state for name in ("t1", "t2")] == [TaskState.DONE, TaskState.REFUSED]


async def test_an_alert_of_an_outbreak_is_denied_with_a_reason_only(door, inbox):
    user = await door.person()
    task = await put(door, TaskKind.ALERT, payload={"outbreak": "batch", "cases": []})
    with pytest.raises(InvalidInput, match="理由"):
        await decide(inbox, task, user, Outcome.REFUSED)
    await decide(inbox, task, user, Outcome.REFUSED, "不是同一批")


async def test_a_step_of_a_case_is_done_by_moving_the_case(door, inbox):
    user = await door.person()
    task = await put(door, TaskKind.STEP, payload={"step": "dispatched"})
    assert (await inbox.of(user))[0].by_moving
    with pytest.raises(InvalidInput, match="投诉里办理"):
        await decide(inbox, task, user)


async def test_what_changed_since_it_was_shown_is_not_decided(door, inbox):
    user = await door.person(positions={"general_manager"})
    seen = await put(door, TaskKind.APPROVAL, MANAGER, payload={"values": {"amount": "300"}})
    async with door.desk.units() as uow:
        (await uow.tasks.get("t1")).payload = {"values": {"amount": "3000"}}
        await uow.commit()
    with pytest.raises(Conflict, match="改动"):
        await decide(inbox, seen, user, Outcome.APPROVED)
    assert (await stored(door)).state is TaskState.OPEN


async def test_a_warning_meanwhile_does_not_stop_the_decision(door, inbox):
    user = await door.person()
    seen = await put(door, due_at=NOW)
    async with door.desk.units() as uow:
        (await uow.tasks.get("t1")).warned_at = NOW
        await uow.commit()
    await decide(inbox, seen, user)
    assert (await stored(door)).state is TaskState.DONE


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(door, inbox, decisions, case):
    one = await door.person("one", "甲", positions={"general_manager"})
    two = await door.person("two", "乙", positions={"general_manager"})
    task = await put(door, TaskKind.APPROVAL, MANAGER, case_id=case)
    answers = await asyncio.gather(
        decide(inbox, task, one, Outcome.APPROVED),
        decide(inbox, task, two, Outcome.REFUSED, "不合适"),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "NoneType"]
    winner, state = (one, TaskState.DONE) if answers[0] is None else (two, TaskState.REFUSED)
    kept = await stored(door)
    assert (kept.decided_by, kept.state) == (winner.id, state)


async def test_who_comes_later_is_told_that_it_was_decided(door, inbox):
    one, two = await door.person(), await door.person("li", "小李")
    task = await put(door)
    await decide(inbox, task, one)
    with pytest.raises(Conflict, match="已经处理过"):
        await decide(inbox, task, two)
    assert (await stored(door)).decided_by == one.id
