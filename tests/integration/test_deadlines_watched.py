"""Promised days and tasks, on a virtual clock: warned once, broken once, extended only with a supervisor."""

from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Conflict, InvalidInput, MissingValues, NotAllowed
from bot.domain.people import Role
from bot.domain.task import Assignee, Task, TaskKind, TaskState
from bot.domain.workdays import SHANGHAI
from bot.services import extensions
from bot.services.deadlines import ABOUT, Watch
from bot.services.following import EFFECTS
from bot.services.inbox import Inbox, Outcome
from tests.complaints import complain
from tests.people import person


@pytest.fixture
def watch(desk):
    return Watch(desk.units, desk.units, desk.words, desk.clock)


@pytest.fixture
async def case(desk):
    await complain(desk)
    await desk.silence(minutes=9)
    (case,) = await desk.cases()
    return case


@pytest.fixture
def inbox(desk):
    return Inbox(desk.units, desk.words, desk.clock, str, EFFECTS)


async def fresh(desk):
    (case,) = await desk.cases()
    return case


async def tasks(desk, kind=TaskKind.ALERT):
    case = await fresh(desk)
    async with desk.units() as uow:
        return [task for task in await uow.tasks.of_case(case.id) if task.kind is kind]


async def history(desk):
    case = await fresh(desk)
    async with desk.units() as uow:
        return [event.kind for event in await uow.cases.history(case.id)]


async def add_task(desk, case, **more):
    now = desk.clock.now()
    values = {"id": "promise", "kind": TaskKind.PROMISE, "title": "给顾客回电", "created_at": now, **more}
    task = Task(assignee_kind=Assignee.ROLE, assignee="agent", created_by="li", case_id=case.id, **values)
    async with desk.units() as uow:
        uow.tasks.add(task)
        await uow.commit()


async def task_of(desk, id="promise"):
    async with desk.units() as uow:
        return await uow.tasks.get(id)


def turn_to(desk, moment):
    desk.clock.turn(seconds=(moment - desk.clock.now()).total_seconds())


def shanghai(month, day, hour=9, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


async def test_a_case_is_warned_of_once_before_its_promised_day(desk, watch, case):
    assert await watch.look() == 0
    turn_to(desk, case.due_at - timedelta(hours=5))
    await watch.look()
    await watch.look()
    assert (await fresh(desk)).warned_at == desk.clock.now()
    (alert,) = await tasks(desk)
    assert (case.number in alert.title, alert.assignee) == (True, "agent")
    assert (await history(desk)).count("due_warned") == 1


async def test_a_broken_promised_day_is_marked_once_and_reaches_the_supervisors(desk, watch, case):
    turn_to(desk, case.due_at)
    await watch.look()
    desk.clock.turn(hours=1)
    await watch.look()
    broken = await fresh(desk)
    assert broken.broken_at == case.due_at
    (alert,) = await tasks(desk)
    assert (alert.assignee_kind, alert.assignee) == (Assignee.ROLE, "supervisor")
    assert (await history(desk)).count("due_broken") == 1


async def test_a_clock_that_jumps_back_changes_nothing_twice(desk, watch, case):
    turn_to(desk, case.due_at + timedelta(minutes=1))
    await watch.look()
    before = (await history(desk), await fresh(desk))
    desk.clock.turn(days=-4)
    await watch.look()
    desk.clock.turn(days=4)
    await watch.look()
    after = (await history(desk), await fresh(desk))
    assert (after[0], after[1].broken_at) == (before[0], before[1].broken_at)
    assert len(await tasks(desk)) == 1


async def test_a_case_that_waits_for_the_customer_is_not_broken_meanwhile(desk, watch, case):
    async with desk.units() as uow:
        resting = await uow.cases.get(case.id)
        resting.pause("customer", desk.clock.now())
        await uow.commit()
    turn_to(desk, case.due_at + timedelta(hours=1))
    await watch.look()
    assert (await fresh(desk)).broken_at is None


async def test_a_task_is_warned_of_once_and_broken_once(desk, watch, case):
    start = desk.clock.now()
    await add_task(desk, case, due_at=start + timedelta(hours=5))
    desk.clock.turn(hours=3)
    await watch.look()
    assert (await task_of(desk)).warned_at is None
    desk.clock.turn(hours=1)
    await watch.look()
    warned = (await task_of(desk)).warned_at
    assert warned == desk.clock.now()
    desk.clock.turn(hours=1)
    await watch.look()
    await watch.look()
    task = await task_of(desk)
    assert (task.state, task.warned_at, task.broken_at) == (TaskState.OPEN, warned, desk.clock.now())
    (alert,) = await tasks(desk)
    assert (alert.assignee, alert.payload[ABOUT]) == ("supervisor", "promise")
    assert [kind for kind in await history(desk) if kind.startswith(("task_", "promise_"))] == [
        "task_warned",
        "promise_broken",
    ]


async def test_a_task_that_was_done_is_left_alone(desk, watch, case):
    await add_task(desk, case, due_at=desk.clock.now() + timedelta(hours=2))
    async with desk.units() as uow:
        (await uow.tasks.get("promise")).decide(TaskState.DONE, "li", desk.clock.now())
        await uow.commit()
    desk.clock.turn(hours=3)
    await watch.look()
    assert (await task_of(desk)).broken_at is None


async def test_over_the_spring_festival_nobody_is_warned_on_a_holiday(desk, watch):
    turn_to(desk, shanghai(2, 12, 10))
    await complain(desk)
    await desk.silence(minutes=9)
    case = await fresh(desk)
    days = [case.due_at.astimezone(SHANGHAI).strftime("%m-%d")]
    while (await fresh(desk)).warned_at is None:
        desk.clock.turn(hours=1)
        await watch.look()
    warned = (await fresh(desk)).warned_at.astimezone(SHANGHAI)
    # five working days: 13, 14 (a worked Saturday), 24, 25 and 26 February; a fifth of them is left
    assert (days, warned.strftime("%m-%d")) == (["02-26"], "02-25")


async def ask(desk, case, by, until, reason="要等检验报告"):
    return await extensions.ask(desk.units, desk.clock, case.id, until, reason, by)


async def test_a_promised_day_is_extended_when_a_supervisor_agrees_and_the_customer_is_told(
    desk, watch, case, inbox
):
    li, wang = await person(desk, "li"), await person(desk, "wang", Role.SUPERVISOR)
    until = shanghai(4, 3, 18)
    turn_to(desk, case.due_at - timedelta(hours=2))
    await watch.look()
    task = await ask(desk, case, li, until)
    assert (await fresh(desk)).due_at == case.due_at
    await inbox.decide(task.id, wang, Outcome.APPROVED, "", task.version)
    extended = await fresh(desk)
    assert (extended.due_at, extended.extended, extended.warned_at) == (until, True, None)
    async with desk.units() as uow:
        entries = await uow.cases.history(case.id)
    (entry,) = (one for one in entries if one.kind == "extended")
    assert datetime.fromisoformat(entry.payload["before"]["due_at"]) == case.due_at
    assert datetime.fromisoformat(entry.payload["after"]["due_at"]) == until
    assert "4月3日18:00" in (await desk.transcript())[-1].text


async def test_a_refused_extension_leaves_the_case_as_it_was(desk, case, inbox):
    li, wang = await person(desk, "li"), await person(desk, "wang", Role.SUPERVISOR)
    task = await ask(desk, case, li, shanghai(4, 3, 18))
    await inbox.decide(task.id, wang, Outcome.REFUSED, "按期办结", task.version)
    assert ((await fresh(desk)).due_at, (await fresh(desk)).extended) == (case.due_at, False)
    assert "extension_refused" in await history(desk)


async def test_an_extension_needs_a_reason_a_later_day_and_a_case_in_process(desk, case):
    li = await person(desk, "li")
    with pytest.raises(MissingValues):
        await ask(desk, case, li, shanghai(4, 3), reason=" ")
    with pytest.raises(InvalidInput):
        await ask(desk, case, li, case.due_at)
    await ask(desk, case, li, shanghai(4, 3))
    with pytest.raises(Conflict, match="已经在等"):
        await ask(desk, case, li, shanghai(4, 10))


async def test_a_department_handler_may_not_ask_for_an_extension(desk, case):
    handler = await person(desk, "zhao", Role.DEPARTMENT, department="responsible")
    with pytest.raises(NotAllowed):
        await ask(desk, case, handler, shanghai(4, 3))


async def test_an_agent_may_not_agree_to_an_extension(desk, case, inbox):
    li = await person(desk, "li")
    task = await ask(desk, case, li, shanghai(4, 3))
    with pytest.raises(NotAllowed):
        await inbox.decide(task.id, li, Outcome.APPROVED, "", task.version)


async def test_the_new_day_is_warned_of_and_broken_like_the_old_one(desk, watch, case, inbox):
    li, wang = await person(desk, "li"), await person(desk, "wang", Role.SUPERVISOR)
    turn_to(desk, case.due_at)
    await watch.look()
    task = await ask(desk, case, li, shanghai(4, 3, 18))
    await inbox.decide(task.id, wang, Outcome.APPROVED, "", task.version)
    turn_to(desk, shanghai(4, 3, 18))
    await watch.look()
    assert (await history(desk)).count("due_broken") == 2
