"""Signing in with a second factor, one's browsers, and one-time links, as browsers see them."""

import re

import pyotp
import pytest

from bot.domain.people import Role
from bot.web.auth import DESK_COOKIE
from tests.doors import PASSWORD, send_form, sign_in


@pytest.fixture
async def wang(door):
    return await door.person()


@pytest.fixture
async def root(door, aiohttp_client):
    """The admin's browser, signed in."""
    await door.person("root", "管理员", Role.ADMIN)
    client = await aiohttp_client(door.app())
    await sign_in(client, "root")
    return client


async def turn_on(client, door):
    """Turn the second factor on as the page does: the secret and the recovery codes."""
    page = await (await client.get("/desk/security")).text()
    assert "<svg" in page
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page)[1]
    code = pyotp.TOTP(secret).at(door.desk.clock.now())
    answer = await send_form(client, "/desk/security/totp", secret=secret, code=code, password=PASSWORD)
    door.desk.clock.turn(minutes=1)
    return secret, re.findall(r"<code>([a-z0-9-]{14})</code>", await answer.text())


async def test_the_second_step_comes_after_the_password(client, door, wang):
    await sign_in(client)
    secret, codes = await turn_on(client, door)
    assert len(codes) == 10
    assert (await sign_in(client)).headers["Location"] == "/desk/login/code"
    assert (await client.get("/desk", allow_redirects=False)).headers["Location"] == "/desk/login"
    refused = await send_form(client, "/desk/login/code", code="000000")
    assert (refused.status, "动态口令不对" in await refused.text()) == (401, True)
    code = pyotp.TOTP(secret).at(door.desk.clock.now())
    assert (await send_form(client, "/desk/login/code", code=code)).headers["Location"] == "/desk"
    assert (await client.get("/desk")).status == 200


async def test_without_a_first_step_there_is_no_second(client, wang):
    assert (await client.get("/desk/login/code", allow_redirects=False)).headers["Location"] == "/desk/login"
    refused = await send_form(client, "/desk/login/code", code="123456")
    assert refused.headers["Location"] == "/desk/login"


async def test_a_refused_code_keeps_the_secret_that_was_photographed(client, wang):
    await sign_in(client)
    page = await (await client.get("/desk/security")).text()
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page)[1]
    answer = await send_form(client, "/desk/security/totp", secret=secret, code="1", password=PASSWORD)
    assert answer.status == 400
    assert f'value="{secret}"' in await answer.text()


async def test_one_sees_ones_browsers_and_signs_another_one_out(aiohttp_client, client, door, wang):
    other = await aiohttp_client(door.app(), headers={"User-Agent": "Firefox of the café"})
    await sign_in(other)
    await sign_in(client)
    page = await (await client.get("/desk/security")).text()
    assert "Firefox of the café" in page
    assert "127.0.0.1" in page
    (action,) = re.findall(r'action="(/desk/security/browsers/[0-9a-f]+)"', page)
    assert other.session.cookie_jar.filter_cookies(other.make_url("/desk"))[DESK_COOKIE].value not in page
    assert (await send_form(client, action)).status == 303
    assert (await other.get("/desk", allow_redirects=False)).headers["Location"] == "/desk/login"
    assert (await client.get("/desk")).status == 200


async def test_one_signs_out_everywhere_else_at_once_and_nobody_elses_browser(
    client, root, door, wang, aiohttp_client
):
    other = await aiohttp_client(door.app())
    await sign_in(other)
    await sign_in(client)
    page = await (await other.get("/desk/security")).text()
    action = re.findall(r'action="(/desk/security/browsers/[0-9a-f]+)"', page)[0]
    assert (await send_form(root, action)).status == 404
    assert (await send_form(client, "/desk/security/browsers")).status == 303
    assert (await other.get("/desk", allow_redirects=False)).headers["Location"] == "/desk/login"
    assert (await root.get("/desk")).status == 200


async def test_an_invitation_is_shown_once_and_leads_to_a_login(client, root):
    answer = await send_form(root, "/desk/people/invitations", login="zhao", role="agent")
    link = re.search(r'value="http://[^/]+(/desk/link/[^"]+)"', await answer.text())[1]
    page = await (await root.get("/desk/people")).text()
    assert "zhao" in page
    assert link not in page
    assert "zhao" in await (await client.get(link)).text()
    refused = await send_form(client, link, name="小赵", password=PASSWORD, again="another one here")
    assert (refused.status, 'value="小赵"' in await refused.text()) == (400, True)
    made = await send_form(client, link, name="小赵", password=PASSWORD, again=PASSWORD)
    assert made.headers["Location"] == "/desk/login"
    assert (await sign_in(client, "zhao")).headers["Location"] == "/desk"
    assert (await client.get(link)).status == 404


async def test_an_invitation_is_taken_back_from_the_page(client, root):
    answer = await send_form(root, "/desk/people/invitations", login="zhao", role="agent")
    link = re.search(r'value="http://[^/]+(/desk/link/[^"]+)"', await answer.text())[1]
    page = await (await root.get("/desk/people")).text()
    action = re.search(r'action="(/desk/people/invitations/[0-9a-f]+/revoke)"', page)[1]
    assert (await send_form(root, action)).status == 303
    assert (await client.get(link)).status == 404


async def test_an_admin_makes_a_link_to_a_new_password(client, root, wang):
    answer = await send_form(root, f"/desk/people/{wang.id}/reset-link")
    link = re.search(r'value="http://[^/]+(/desk/link/[^"]+)"', await answer.text())[1]
    await send_form(client, link, password="another password", again="another password")
    assert (await sign_in(client, password="another password")).status == 303


async def test_an_admin_gives_a_staff_number_and_other_names(root, door, wang):
    form = {
        "name": "小王",
        "role": "agent",
        "staff_no": " 1024 ",
        "aliases": "王丽、阿丽, 王丽",
        "email": "W@x.cn",
    }
    assert (await send_form(root, f"/desk/people/{wang.id}", **form)).status == 303
    user = (await door.parts.staff.get(wang.id)).user
    assert (user.staff_no, user.aliases, user.email) == ("1024", ["王丽", "阿丽"], "w@x.cn")
