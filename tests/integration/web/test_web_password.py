"""The page on which everybody changes their own password."""

import pytest

from bot.domain.people import Role
from bot.web.auth import DESK_COOKIE
from bot.web.keys import SIGN_IN_LIMIT
from bot.web.limits import Buckets
from tests.doors import PASSWORD, send_form, sign_in

NEW = "another horse battery"
PAGE = "/desk/password"


async def change(client, present=PASSWORD, new=NEW, again=NEW):
    return await send_form(client, PAGE, present=present, new=new, again=again)


@pytest.mark.parametrize("role", Role)
async def test_everybody_changes_their_own_password(client, door, role):
    department = {"department": "production"} if role is Role.DEPARTMENT else {}
    await door.person(role=role, **department)
    await sign_in(client)
    assert f'href="{PAGE}"' in await (await client.get("/desk/inbox")).text()
    answer = await change(client)
    assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?changed=1")
    assert "密码已经改好" in await (await client.get(answer.headers["Location"])).text()
    assert (await sign_in(client, password=PASSWORD)).status == 401
    assert (await sign_in(client, password=NEW)).status == 303


async def test_only_the_browser_in_which_it_was_changed_stays_signed_in(client, door, aiohttp_client):
    await door.person()
    other = await aiohttp_client(door.app())
    await sign_in(other)
    before = (await sign_in(client)).cookies[DESK_COOKIE].value
    given = (await change(client)).cookies[DESK_COOKIE]
    assert given.value != before
    assert (given["httponly"], given["samesite"], given["path"]) == (True, "Strict", "/desk")
    assert (await client.get("/desk", allow_redirects=False)).status == 200
    assert (await other.get("/desk", allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"present": "a wrong guess"}, "现在的密码不对"),
        ({"again": "another horse batter"}, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "至少 10 个字符"),
    ],
)
async def test_a_refusal_says_why_and_repeats_nothing_typed(client, door, typed, words):
    await door.person()
    await sign_in(client)
    answer = await change(client, **typed)
    page = await answer.text()
    assert (answer.status, words in page) == (400, True)
    assert not any(secret in page for secret in (PASSWORD, NEW, *typed.values()))


async def test_quick_guesses_from_one_address_are_slowed_down(aiohttp_client, door):
    await door.person()
    app = door.app()
    app[SIGN_IN_LIMIT] = Buckets(burst=2, per_second=0.001)
    client = await aiohttp_client(app)
    await sign_in(client)
    assert [(await change(client, present="a guess")).status for _ in range(2)] == [400, 429]
