"""An outbreak's alert in the inbox: its cases are at hand, and a supervisor says whether they are one."""

import re

import pytest

from bot.domain.people import Role
from bot.domain.task import TaskKind, TaskState
from bot.services.outbreaks import alert_decided
from tests.accepted import accepted, again, outbreaks
from tests.doors import make_door, own_origin, sign_in


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer, effects={TaskKind.ALERT: alert_decided})


@pytest.fixture
async def cases(door):
    """Four customers with one batch, and an alert about them."""
    facts = {"product": "八宝粥", "batch_no": "20260310"}
    found = [
        await accepted(door.desk, visitor, "porridge.sour", phone=f"1390000000{visitor}", **facts)
        for visitor in "1234"
    ]
    assert await outbreaks(door.desk).look()
    return found


@pytest.fixture
async def client(aiohttp_client, door):
    """A supervisor, signed in."""
    await door.person("su", "小苏", Role.SUPERVISOR)
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


async def decide(client, outcome, note=""):
    """Decide the alert as the page does; the answer, and the alert's id."""
    page = await (await client.get("/desk/inbox")).text()
    path, version = re.search(
        r'action="(/desk/inbox/outbreak[^"]*)">\s*<input[^>]*value="(\w+)"', page
    ).groups()
    form = {"outcome": outcome, "note": note, "version": version}
    answer = await client.post(path, data=form, headers=own_origin(client), allow_redirects=False)
    return answer, path.rpartition("/")[2]


async def state_of(door, task_id):
    async with door.desk.units() as uow:
        return (await uow.tasks.get(task_id)).state


async def test_the_alert_leads_to_its_cases(client, cases):
    page = await (await client.get("/desk/inbox")).text()
    assert all(f'href="/desk/cases/{case.id}">{case.number}' in page for case in cases)


async def test_a_refused_alert_leaves_the_cases_apart(client, door, cases):
    answer, task_id = await decide(client, "refused", "不同的工厂")
    assert answer.status == 303
    assert await state_of(door, task_id) is TaskState.REFUSED
    assert [(await again(door.desk, case)).parent_id for case in cases] == [None] * 4


async def test_an_alert_is_not_refused_without_a_reason(client, door, cases):
    answer, task_id = await decide(client, "refused")
    assert answer.status == 400
    assert await state_of(door, task_id) is TaskState.OPEN


async def test_a_confirmed_alert_joins_the_cases_under_one(client, door, cases):
    answer, _ = await decide(client, "done")
    assert answer.status == 303
    parents = {(await again(door.desk, case)).parent_id for case in cases}
    assert len(parents - {None}) == 1
    page = await (await client.get(f"/desk/cases/{(parents - {None}).pop()}")).text()
    assert page.count("同类事件 <a") == 3
