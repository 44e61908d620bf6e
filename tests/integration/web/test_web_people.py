"""The pages of the people who work at the desk: added, changed, let out and in again."""

import re

import pytest

from bot.domain.people import Role
from bot.web.auth import DESK_COOKIE
from tests.doors import PASSWORD, own_origin, send_form, sign_in


@pytest.fixture
async def admin(door, client):
    """The admin, signed in."""
    user = await door.person("root", "管理员", Role.ADMIN)
    await sign_in(client, "root")
    return user


async def test_an_admin_adds_a_department_handler(client, door, admin):
    form = {"login": "Zhao", "name": "小赵", "role": "department", "department": "production"}
    answer = await send_form(client, "/desk/people", password=PASSWORD, **form)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/people")
    page = await (await client.get("/desk/people")).text()
    assert all(words in page for words in ("小赵（zhao）", "部门处理人", "生产部"))


async def test_a_refused_addition_keeps_what_was_typed_but_the_password(client, door, admin):
    form = {"login": "zhao", "name": "小赵", "role": "department", "position": "finance"}
    answer = await send_form(client, "/desk/people", password=PASSWORD, **form)
    page = await answer.text()
    assert answer.status == 400
    assert "请选择一个部门" in page
    assert 'value="zhao"' in page
    assert re.search(r'value="finance" checked', page)
    assert PASSWORD not in page


async def test_the_page_names_the_positions_that_nobody_holds(client, door, admin):
    page = await (await client.get("/desk/people")).text()
    assert "总经理" in page[page.index("还没有人担任") : page.index("</p>", page.index("还没有人担任"))]
    await door.person(positions={"general_manager"})
    page = await (await client.get("/desk/people")).text()
    assert "总经理" not in page[page.index("还没有人担任") : page.index("</p>", page.index("还没有人担任"))]


async def test_an_admin_changes_role_department_and_positions(client, door, admin):
    user = await door.person(positions={"finance"})
    path = f"/desk/people/{user.id}"
    page = await (await client.get(path)).text()
    assert re.search(r'value="finance" checked', page)
    form = {"name": "王经理", "role": "supervisor", "department": "sales"}
    headers = own_origin(client)
    data = [*form.items(), ("position", "quality_manager"), ("position", "general_manager")]
    assert (await client.post(path, data=data, headers=headers, allow_redirects=False)).status == 303
    person = await door.parts.staff.get(user.id)
    assert (person.user.name, person.user.role, person.user.department) == (
        "王经理",
        Role.SUPERVISOR,
        "sales",
    )
    assert person.positions == {"quality_manager", "general_manager"}


async def test_the_last_admin_is_told_why_they_stay(client, door, admin):
    path = f"/desk/people/{admin.id}"
    for answer in (
        await send_form(client, path, name="管理员", role="agent"),
        await send_form(client, f"{path}/deactivate"),
    ):
        assert answer.status == 409
        assert "最后一位可用的管理员" in await answer.text()


async def test_an_unknown_role_is_refused(client, door, admin):
    answer = await send_form(client, f"/desk/people/{admin.id}", name="管理员", role="king")
    assert answer.status == 400
    assert "请选择一个角色" in await answer.text()


async def test_a_deactivated_person_is_out_and_can_be_let_in_again(aiohttp_client, client, door, admin):
    user = await door.person()
    theirs = await aiohttp_client(door.app())
    await sign_in(theirs)
    assert (await send_form(client, f"/desk/people/{user.id}/deactivate")).status == 303
    assert (await theirs.get("/desk", allow_redirects=False)).headers["Location"] == "/desk/login"
    assert "已停用" in await (await client.get("/desk/people")).text()
    assert (await send_form(client, f"/desk/people/{user.id}/reactivate")).status == 303
    assert DESK_COOKIE in (await sign_in(theirs)).cookies


async def test_a_forgotten_password_is_reset(aiohttp_client, client, door, admin):
    user = await door.person()
    path = f"/desk/people/{user.id}/password"
    refused = await send_form(client, path, password="short")
    assert (refused.status, "至少 10 个字符" in await refused.text()) == (400, True)
    assert (await send_form(client, path, password="another password")).status == 303
    theirs = await aiohttp_client(door.app())
    assert (await sign_in(theirs)).status == 401
    assert (await sign_in(theirs, password="another password")).status == 303
