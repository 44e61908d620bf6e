"""The audit log's page, whole telephone numbers, and who keeps out of what, as browsers see them."""

import re

import pytest

from bot.domain.people import Role
from tests.doors import own_origin, send_form, sign_in
from tests.rooms import reading

PHONE = "13800138000"


@pytest.fixture
async def boss(door, client):
    """A supervisor, signed in."""
    user = await door.person("boss", "主管甲", Role.SUPERVISOR)
    await sign_in(client, "boss")
    return user


@pytest.fixture
async def case(door):
    """An accepted complaint about 王丽, with a telephone number."""
    desk = door.desk
    await desk.say("你们的王丽态度太差了", reading("service.quality"))
    (draft,) = await desk.cases()
    async with desk.units() as uow:
        (await uow.cases.get(draft.id)).fill("phone", PHONE)
        await uow.commit()
    await desk.silence(minutes=30)
    return (await desk.cases())[0]


async def reveal(client, path):
    headers = own_origin(client) | {"Accept": "application/json"}
    answer = await client.post(path, headers=headers)
    return answer.status, (await answer.json()).get("phones")


async def test_a_number_is_masked_until_it_is_asked_for_and_asking_is_logged(client, door, boss, case):
    assert PHONE not in await (await client.get(f"/desk/cases/{case.id}")).text()
    for path in (f"/desk/cases/{case.id}/do/reveal", f"/desk/conversations/{case.conversation_id}/reveal"):
        assert await reveal(client, path) == (200, [PHONE])
    page = await (await client.get("/desk/audit?what=phone_revealed")).text()
    assert f"case:{case.number}" in page
    assert f"conversation:{case.conversation_id}" in page
    assert PHONE not in page


async def test_where_scripts_dont_run_the_number_has_a_page(client, boss, case):
    answer = await send_form(client, f"/desk/cases/{case.id}/do/reveal")
    assert PHONE in await answer.text()


async def test_the_log_is_filtered_on_its_page(client, door, boss, case):
    await reveal(client, f"/desk/cases/{case.id}/do/reveal")
    table = "<tbody>"
    assert table in await (await client.get(f"/desk/audit?who=boss&object={case.number}&what=looks")).text()
    for query in ("who=nobody", "what=exported", "object=K0000", "until=2020-01-01"):
        assert table not in await (await client.get(f"/desk/audit?{query}")).text()
    assert (await client.get("/desk/audit?since=yesterday")).status == 400


async def test_a_paper_that_is_taken_is_logged(client, boss, case):
    await client.get(f"/desk/cases/{case.id}/papers/F-D01-1/file?blanks=1")
    assert "下载文书" in await (await client.get("/desk/audit?what=paper_taken")).text()


async def test_who_is_named_finds_nothing_at_any_door(aiohttp_client, door, boss, case):
    await door.person("wangli", "王丽", Role.ADMIN)
    await door.parts.look_through()
    client = await aiohttp_client(door.app())
    await sign_in(client, "wangli")
    talk = case.conversation_id
    for path in (
        f"/desk/cases/{case.id}",
        f"/desk/cases/{case.id}/papers/F-D01-1",
        f"/desk/conversations/{talk}",
        f"/desk/api/conversations/{talk}",
        f"/desk/api/cases/{case.id}",
        f"/desk/ws?conversation={talk}",
        f"/desk/cases?number={case.number}",
    ):
        assert (await client.get(path, headers=own_origin(client))).status == 404, path
    for path in (f"/desk/cases/{case.id}/do/reveal", f"/desk/conversations/{talk}/reveal"):
        assert (await reveal(client, path))[0] == 404
    for path in ("/desk", "/desk/cases", "/desk/inbox", "/desk/audit", "/desk/api/list?view=all"):
        page = await (await client.get(path)).text()
        assert case.number not in page, path
        assert talk not in page, path


async def test_what_there_isnt_and_what_one_keeps_out_of_look_the_same(aiohttp_client, door, case):
    await door.person("wangli", "王丽")
    await door.parts.look_through()
    client = await aiohttp_client(door.app())
    await sign_in(client, "wangli")
    there = await (await client.get(f"/desk/api/conversations/{case.conversation_id}")).text()
    nowhere = await (await client.get("/desk/api/conversations/0a0a")).text()
    assert there == nowhere


async def test_a_supervisor_clears_who_is_wrongly_kept_out(aiohttp_client, client, door, boss, case):
    await door.person("wangli", "王丽")
    await door.parts.look_through()
    page = await (await client.get(f"/desk/cases/{case.id}")).text()
    assert re.search(r"王丽（wangli）：投诉中提到", page)
    form = {"login": "wangli", "reason": "同名的另一个人", "avoids": "no"}
    assert (await send_form(client, f"/desk/cases/{case.id}/do/avoid", **form)).status == 303
    theirs = await aiohttp_client(door.app())
    await sign_in(theirs, "wangli")
    assert (await theirs.get(f"/desk/cases/{case.id}")).status == 200
