"""The inbox as a page: what there is to do, and deciding it."""

import re

from bot.domain.task import Assignee, Task, TaskKind, TaskState
from tests.desks import WORKDAY_MORNING as NOW
from tests.doors import send_form, sign_in
from tests.records import store


async def put(door, to, kind=TaskKind.CALL, **more):
    task = Task("t1", kind, "给顾客回电", *to, NOW, "desk", **more)
    await store(door.desk.units, ("tasks", task))
    return task


async def test_the_bar_counts_what_there_is_to_do(client, door):
    user = await door.person()
    await sign_in(client)
    assert "未办" not in await (await client.get("/desk")).text()
    await put(door, (Assignee.USER, user.id))
    page = await (await client.get("/desk")).text()
    assert re.search(r"未办 </span>1</span>", page)


async def test_a_task_is_marked_as_done_on_the_page(client, door):
    user = await door.person()
    await sign_in(client)
    task = await put(door, (Assignee.USER, user.id))
    page = await (await client.get("/desk/inbox")).text()
    assert "给顾客回电" in page
    assert task.version in page
    answer = await send_form(client, "/desk/inbox/t1", outcome="done", note="打通了", version=task.version)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/inbox")
    async with door.desk.units() as uow:
        kept = await uow.tasks.get("t1")
    assert (kept.state, kept.note, kept.decided_by) == (TaskState.DONE, "打通了", user.id)
    assert "没有要办的事" in await (await client.get("/desk/inbox")).text()


async def test_an_approval_asks_for_yes_or_no_and_a_reason(client, door):
    await door.person(positions={"general_manager"})
    await sign_in(client)
    task = await put(door, (Assignee.POSITION, "general_manager"), TaskKind.APPROVAL)
    page = await (await client.get("/desk/inbox")).text()
    assert all(words in page for words in ("同意", "不同意", "交给总经理"))
    answer = await send_form(client, "/desk/inbox/t1", outcome="refused", note="", version=task.version)
    assert answer.status == 400
    assert "请写明理由" in await answer.text()


async def test_an_unknown_answer_is_refused(client, door):
    await door.person()
    await sign_in(client)
    assert (await send_form(client, "/desk/inbox/t1", outcome="maybe")).status == 400


async def test_an_overdue_task_is_marked_in_words(client, door):
    user = await door.person()
    await sign_in(client)
    await put(door, (Assignee.USER, user.id), due_at=NOW)
    door.desk.clock.turn(seconds=1)
    assert "已逾期，应于 03-18 10:00 前" in await (await client.get("/desk/inbox")).text()


async def test_a_tasks_markup_is_shown_as_words(client, door):
    user = await door.person()
    await sign_in(client)
    payload = {"values": {"<b>": "<script>alert(1)</script>"}}
    task = Task("t1", TaskKind.APPROVAL, "<i>x</i>", Assignee.USER, user.id, NOW, "desk", payload=payload)
    await store(door.desk.units, ("tasks", task))
    page = await (await client.get("/desk/inbox")).text()
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert "<script>alert" not in page
