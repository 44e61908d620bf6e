"""A case as a department's people see it: handed to them, answered by them, and no other."""

import re

import pytest

from bot.domain.people import Role
from tests.complaints import complain
from tests.doors import own_origin, sign_in

TO_DEPARTMENT = [
    ("investigate", {}),
    ("found", {"investigation": "批号属实"}),
    ("dispatch", {"department": "production"}),
]


@pytest.fixture
async def agent(door):
    return await door.person("li", "小李")


@pytest.fixture
async def case(door, agent):
    """A case that was handed to the production department."""
    await complain(door.desk)
    await door.desk.silence(minutes=9)
    (case,) = await door.desk.cases()
    for arrow, values in TO_DEPARTMENT:
        standing = await door.parts.handling.moves(case.id, agent)
        await door.parts.handling.move(case.id, arrow, agent, standing.version, values, "")
    return case


@pytest.fixture
async def client(aiohttp_client, door, case):
    """小王 of the production department, signed in."""
    await door.person(role=Role.DEPARTMENT, department="production")
    client = await aiohttp_client(door.app())
    await sign_in(client)
    return client


async def send(client, case, arrow, **form):
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    version = re.search(r'name="version" value="(\d+)"', page)
    data = {"version": version.group(1) if version else "0", **form}
    return await client.post(
        f"/desk/cases/{case.id}/{arrow}", data=data, headers=own_origin(client), allow_redirects=False
    )


async def test_a_department_sees_what_it_was_handed_and_until_when(client, door, case):
    page = await (await client.get("/desk/cases")).text()
    assert "生产部的投诉" in page
    assert case.number in page
    page = await (await client.get("/desk/inbox")).text()
    assert f'href="/desk/cases/{case.id}"' in page
    assert "去办理" in page


async def test_a_case_shows_a_department_no_personal_data(client, door, agent, case, aiohttp_client):
    async with door.desk.units() as uow:
        stored = await uow.cases.get(case.id)
        stored.fields = {**stored.fields, "phone": "13812345678", "name": "刘女士", "product": "奶茶"}
        await uow.commit()
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    assert "奶茶" in page
    assert "批号属实" in page
    assert "5678" not in page
    assert "刘女士" not in page
    theirs = await aiohttp_client(door.app())
    await sign_in(theirs, "li")
    page = await (await theirs.get(f"/desk/cases/{case.id}")).text()
    assert "刘女士" in page
    assert "13812345678" not in page


async def test_a_department_answers_and_the_case_moves_on(client, door, agent, case):
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    assert "部门答复" in page
    answer = await send(client, case, "reply", **{"value.plan": "换一箱新的"})
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/inbox")
    standing = await door.parts.handling.moves(case.id, agent)
    assert (standing.case.step, standing.case.findings["plan"]) == ("proposed", "换一箱新的")
    assert "去办理" not in await (await client.get("/desk/inbox")).text()


async def test_a_refused_move_says_why_and_keeps_what_was_typed(client, case):
    answer = await send(client, case, "reply", reason="我想了很久")
    page = await answer.text()
    assert answer.status == 400
    assert "解决方案" in page[page.index('role="alert"') :]
    answer = await send(client, case, "dispatch", **{"value.plan": "换一箱新的"})
    assert answer.status in {403, 409}
    assert "换一箱新的" in await answer.text()


async def test_what_changed_meanwhile_is_not_overwritten(client, door, agent, case):
    path = f"/desk/cases/{case.id}/reply"
    standing = await door.parts.handling.moves(case.id, agent)
    await door.parts.handling.move(case.id, "reply", agent, standing.version, {"plan": "退款"}, "")
    form = {"version": str(standing.version), "value.plan": "换一箱新的"}
    answer = await client.post(path, data=form, headers=own_origin(client))
    assert answer.status == 409
    assert (await door.parts.handling.moves(case.id, agent)).case.findings["plan"] == "退款"


async def test_another_departments_case_is_not_found(aiohttp_client, door, case):
    await door.person("zhao", "小赵", Role.DEPARTMENT, department="sales")
    client = await aiohttp_client(door.app())
    await sign_in(client, "zhao")
    assert (await client.get(f"/desk/cases/{case.id}")).status == 404
    assert (await send(client, case, "reply", **{"value.plan": "不关我事"})).status == 404
    assert case.number not in await (await client.get("/desk/cases")).text()


async def test_an_agent_finds_every_way_on_but_merging_in_a_form(aiohttp_client, door, agent, case):
    await door.person("su", "资深", Role.SENIOR)
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    assert f'action="/desk/cases/{case.id}/reply"' in page
    assert f'action="/desk/cases/{case.id}/merge"' not in page


async def test_a_page_without_a_version_is_asked_to_reload(client, case):
    answer = await client.post(
        f"/desk/cases/{case.id}/reply", data={"value.plan": "换"}, headers=own_origin(client)
    )
    assert (answer.status, "刷新" in await answer.text()) == (400, True)
