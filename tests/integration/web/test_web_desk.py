"""The people's side of the door: signing in, taking over, and what they see."""

import re

import pytest

from bot.domain.conversation import Owner
from bot.services.accounts import REFUSED, token_hash
from bot.web.auth import DESK_COOKIE
from tests.doors import PASSWORD, own_origin, post, send_form, sign_in
from tests.rooms import reading, risk

EMPTY_PACK = "一箱奶茶里有一盒是空的"


@pytest.fixture
async def agent(door, client):
    """小王, signed in."""
    user = await door.person()
    await sign_in(client)
    return user


@pytest.fixture
async def talk(aiohttp_client, door):
    """The id of a conversation in which a customer complained."""
    customer = await aiohttp_client(door.app())
    door.desk.room.table[EMPTY_PACK] = reading("carton.empty", 0.87, product="奶茶", phone="138 1234 5678")
    await post(customer, EMPTY_PACK)
    conversation_id = door.woken[-1]
    await door.desk.turns.answer_next(conversation_id)
    return conversation_id


async def act(client, talk, what, **form):
    """Press a button of the conversation's page as the script does."""
    headers = {**own_origin(client), "Accept": "application/json"}
    return await client.post(f"/desk/conversations/{talk}/{what}", data=form, headers=headers)


async def test_without_a_sign_in_the_desk_leads_to_the_login_page(client):
    answer = await client.get("/desk", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/login")


@pytest.mark.parametrize("what", ["claim", "write", "release"])
async def test_without_a_sign_in_nothing_can_be_done(client, door, talk, what):
    answer = await act(client, talk, what, text="您好")
    assert (answer.status, (await answer.json())["error"]) == (401, "not_signed_in")


async def test_without_any_login_the_page_says_how_to_make_the_first(client, door):
    assert "kesu user add" in await (await client.get("/desk/login")).text()
    await door.person()
    assert "kesu user add" not in await (await client.get("/desk/login")).text()


@pytest.mark.parametrize("secure", [False, True])
async def test_the_sign_ins_cookie_stays_on_the_desks_pages(aiohttp_client, door, secure):
    client = await aiohttp_client(door.app(secure_cookies=secure))
    await door.person()
    answer = await sign_in(client)
    given = answer.cookies[DESK_COOKIE]
    assert (answer.status, answer.headers["Location"]) == (303, "/desk")
    assert (given["httponly"], given["samesite"], given["path"]) == (True, "Strict", "/desk")
    assert bool(given["secure"]) is secure


async def test_a_wrong_password_and_an_unknown_login_are_refused_in_the_same_words(client, door):
    await door.person()
    wrong, unknown = (
        await sign_in(client, "wang", "wrong password"),
        await sign_in(client, "nobody", PASSWORD),
    )
    for answer in (wrong, unknown):
        assert answer.status == 401
        assert REFUSED in await answer.text()
        assert DESK_COOKIE not in answer.cookies


async def test_what_was_typed_as_a_login_is_shown_escaped(client, door):
    await door.person()
    page = await (await sign_in(client, '"><script>alert(1)</script>')).text()
    assert "<script>alert" not in page


async def test_signing_out_ends_it_on_the_server_too(client, agent):
    token = next(one.value for one in client.session.cookie_jar if one.key == DESK_COOKIE)
    await client.post("/desk/logout", headers=own_origin(client))
    answer = await client.get("/desk", headers={"Cookie": f"{DESK_COOKIE}={token}"}, allow_redirects=False)
    assert answer.status == 303


async def test_a_sign_in_ends_after_twelve_hours(client, door, agent):
    door.desk.clock.turn(hours=11, minutes=59)
    assert (await client.get("/desk", allow_redirects=False)).status == 200
    door.desk.clock.turn(minutes=2)
    assert (await client.get("/desk", allow_redirects=False)).status == 303


@pytest.mark.parametrize("path", ["login", "logout", "conversations/c1/claim", "conversations/c1/write"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_form_from_a_foreign_page_is_refused(client, agent, path, origin):
    headers = {"Accept": "application/json"} | ({"Origin": origin} if origin else {})
    answer = await client.post(f"/desk/{path}", data={"login": "wang", "password": PASSWORD}, headers=headers)
    assert (answer.status, (await answer.json())["error"]) == (403, "not_allowed")


async def test_the_desks_socket_is_for_those_who_signed_in_on_our_own_pages(client, door):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Accept": "application/json"}
    assert (await client.get("/desk/ws", headers={**upgrade, **own_origin(client)})).status == 401
    await door.person()
    await sign_in(client)
    assert (await client.get("/desk/ws", headers={**upgrade, "Origin": "https://evil.example"})).status == 403


async def test_the_list_shows_who_waits_and_the_last_line(client, door, agent, talk):
    async with door.desk.units() as uow:
        (await uow.conversations.get(talk)).to_queue(door.desk.clock.now())
        await uow.commit()
    page = await (await client.get("/desk")).text()
    waiting = page[page.index("等待人工") : page.index("我的会话")]
    assert f"/desk/conversations/{talk}" in waiting
    assert "03-18 10:00 起等待" in waiting
    assert "机器人：" in waiting


async def test_the_conversation_shows_what_was_understood_and_the_case_with_a_masked_phone(
    client, agent, talk
):
    page = await (await client.get(f"/desk/conversations/{talk}")).text()
    assert EMPTY_PACK in page
    assert "机器人理解为：" in page
    assert "87%" in page
    assert "*** **** 5678" in page
    assert "138 1234" not in page


async def test_the_words_of_a_threat_are_shown_at_the_head_and_at_their_line(client, door, agent, talk):
    text = "再不处理我就找记者<b>"
    said = [risk("media", "记者<b>"), risk("legal", "起诉", denied=True)]
    door.desk.room.table[text] = reading("urge", risks=said)
    await post_of(door, talk, text)
    page = await (await client.get(f"/desk/conversations/{talk}")).text()
    assert page.count("媒体曝光：记者&lt;b&gt;") == 2
    assert "起诉" not in page


async def post_of(door, talk, text):
    """Have the customer of this conversation say something, and answered."""
    async with door.desk.units() as uow:
        customer = await uow.customers.get((await uow.conversations.get(talk)).customer_id)
    await door.desk.intake.receive(customer.channel, customer.external_id, text, client_id="threat")
    while await door.desk.turns.answer_next(talk):
        pass


async def test_a_claimed_conversation_is_answered_and_given_back(client, door, agent, talk):
    assert (await act(client, talk, "claim")).status == 200
    assert (await act(client, talk, "write", text="您好，我是小王。")).status == 200
    view = await door.parts.transcripts.conversation(talk)
    assert (view.row.owner, view.row.agent) == (Owner.AGENT, "小王")
    assert (view.lines[-1].line.text, view.lines[-1].line.agent) == ("您好，我是小王。", "小王")
    assert (await act(client, talk, "release")).status == 200
    assert (await door.parts.transcripts.conversation(talk)).row.owner == Owner.BOT


async def test_plain_forms_work_without_a_script(client, agent, talk):
    answer = await client.post(
        f"/desk/conversations/{talk}/claim", headers=own_origin(client), allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, f"/desk/conversations/{talk}")
    assert "交还机器人" in await (await client.get(f"/desk/conversations/{talk}")).text()


async def test_the_plain_page_asks_before_it_sends_what_the_console_would_ask_about(
    client, door, agent, talk
):
    await act(client, talk, "claim")
    rude = "这种事不可能发生"
    answer = await send_form(client, f"/desk/conversations/{talk}/write", text=rude)
    page = await answer.text()
    assert (answer.status, "没有核实就否认" in page, f">{rude}</textarea>" in page) == (409, True, True)
    assert rude not in [line.text for line in await door.messages()]
    meant = re.findall(r'name="confirmed" value="([^"]+)"', page)
    again = await send_form(client, f"/desk/conversations/{talk}/write", text=rude, confirmed=meant[0])
    assert (again.status, len(meant)) == (303, 1)
    assert rude in [line.text for line in await door.messages()]


async def test_the_plain_page_s_script_gets_the_warnings(client, agent, talk):
    await act(client, talk, "claim")
    answer = await act(client, talk, "write", text="这种事不可能发生")
    told = await answer.json()
    assert (answer.status, told["error"]) == (409, "unconfirmed")
    assert [(one["kind"], one["confirm"]) for one in told["warnings"]] == [("taboo", True)]
    meant = told["warnings"][0]["id"]
    assert (await act(client, talk, "write", text="这种事不可能发生", confirmed=meant)).status == 200


async def test_whoever_claims_second_is_told_so(aiohttp_client, client, door, agent, talk):
    second = await aiohttp_client(door.app())
    await door.person("li", "小李")
    await sign_in(second, "li")
    await act(client, talk, "claim")
    answer = await act(second, talk, "claim")
    assert (answer.status, (await answer.json())["error"]) == (409, "conflict")
    assert (await act(second, talk, "write", text="我也来")).status == 409
    assert (await act(second, talk, "release")).status == 409


async def test_an_unknown_conversation_is_not_found(client, agent):
    assert (await client.get("/desk/conversations/c0")).status == 404


async def test_a_customers_markup_is_shown_as_words(aiohttp_client, client, door, agent):
    customer = await aiohttp_client(door.app())
    await post(customer, "<script>alert(1)</script>")
    for path in ("/desk", f"/desk/conversations/{door.woken[-1]}"):
        page = await (await client.get(path)).text()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page


async def test_only_the_hash_of_the_token_is_stored(client, door, agent):
    token = next(one.value for one in client.session.cookie_jar if one.key == DESK_COOKIE)
    async with door.desk.units() as uow:
        assert await uow.people.sign_in(token) is None
        assert (await uow.people.sign_in(token_hash(token))).user_id == agent.id
