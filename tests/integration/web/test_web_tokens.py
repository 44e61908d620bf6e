"""The admin's page of API tokens."""

import re

import pytest

from bot.domain.people import Role
from tests.doors import send_form, sign_in

PATH = "/desk/tokens"
FORM = {"name": "CRM", "role": "agent", "days": "30", "scope": "cases:read"}


@pytest.fixture
async def admin(door, client):
    user = await door.person("root", "管理员", Role.ADMIN)
    await sign_in(client, "root")
    return user


async def made(client, **changes):
    page = await (await send_form(client, PATH, **{**FORM, **changes})).text()
    return re.search(r'value="(kesu_[^"]+)"', page)[1]


async def test_a_token_is_shown_once_and_opens_the_api(client, admin):
    shown = await made(client)
    headers = {"Authorization": f"Bearer {shown}"}
    assert (await client.get("/api/v1/cases", headers=headers)).status == 200
    later = await (await client.get(PATH)).text()
    assert shown not in later
    assert all(words in later for words in ("CRM", "读投诉", "上次使用"))


async def test_a_revoked_token_is_marked_and_opens_nothing(client, door, admin):
    shown = await made(client)
    ((token, _),) = await door.parts.interfaces.tokens.all()
    answer = await send_form(client, f"{PATH}/{token.id}/revoke")
    assert answer.headers["Location"] == PATH
    assert "已撤销" in await (await client.get(PATH)).text()
    headers = {"Authorization": f"Bearer {shown}"}
    assert (await client.get("/api/v1/cases", headers=headers)).status == 401


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": "400"}, "有效期"),
        ({"days": "x"}, "有效期"),
        ({"role": "admin"}, "角色"),
        ({"role": ""}, "角色"),
    ],
)
async def test_a_refusal_says_why(client, door, admin, changes, words):
    answer = await send_form(client, PATH, **{**FORM, **changes})
    assert answer.status == 400
    assert words in await answer.text()
    assert await door.parts.interfaces.tokens.all() == []


async def test_nobody_signs_in_as_a_service_user(client, door, admin):
    await made(client)
    ((_, user),) = await door.parts.interfaces.tokens.all()
    for password in ("!", "", "correct horse battery"):
        assert (await sign_in(client, user.login, password)).status == 401


async def test_only_admins_make_tokens(client, door):
    await door.person("su", "主管", Role.SUPERVISOR)
    await sign_in(client, "su")
    assert (await client.get(PATH)).status == 403
    assert (await send_form(client, PATH, **FORM)).status == 403
    assert (await send_form(client, f"{PATH}/1/revoke")).status == 403


async def test_another_sites_form_makes_no_token(client, admin):
    answer = await client.post(PATH, data=FORM, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
