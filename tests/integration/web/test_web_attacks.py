"""What strangers try at the doors: forged hosts, fields nobody offered, frames nobody would send."""

import asyncio
import json
import logging

import pytest
from aiohttp import WSMsgType
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.domain.conversation import Author, Delivery, Owner
from bot.domain.people import Role
from tests.doors import PASSWORD, own_origin, send_form, sign_in, visit
from tests.pages import page

OURS = "https://desk.example"
PATIENCE = 5
QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KINDS = st.sampled_from(["send", "read", "typing", "ping", "hello", "look", "lines", "", "__init__"])
FIELDS = st.dictionaries(
    st.sampled_from(["client_id", "text", "seq", "after", "choice", "attachments", "id", "version", "token"]),
    JSON,
)
OBJECTS = st.builds(lambda kind, more: {**more, "type": kind}, KINDS | JSON, FIELDS)
FRAMES = (
    OBJECTS.map(json.dumps)
    | JSON.map(json.dumps)
    | st.text(st.characters(codec="utf-8"), max_size=60)
    | st.binary(max_size=60)
    | st.just("[" * 900)
    | st.just('{"type":"send","text":"\\ud800","client_id":"x"}')
)


@pytest.fixture
async def admin(door, aiohttp_client):
    await door.person("chief", "老陈", Role.ADMIN)
    return await aiohttp_client(door.app(origin=OURS))


async def test_a_forged_host_leads_no_link_elsewhere(door, admin):
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": OURS}
    signed_in = await admin.post(
        "/desk/login", data={"login": "chief", "password": PASSWORD}, headers=forged, allow_redirects=False
    )
    assert signed_in.status == 303
    assert "evil" not in signed_in.headers["Location"]
    invited = await admin.post(
        "/desk/people/invitations", data={"login": "neu", "name": "小新", "role": "agent"}, headers=forged
    )
    shown = await invited.text()
    assert f"{OURS}/desk/link/" in shown
    assert "evil.example" not in shown


@pytest.mark.parametrize("path", ["/", "/desk/login", "/embed.js", "/healthz", "/nowhere"])
async def test_no_answer_repeats_a_forged_host(aiohttp_client, door, path):
    client = await aiohttp_client(door.app(origin=OURS))
    answer = await client.get(path, headers={"Host": "evil.example"}, allow_redirects=False)
    assert answer.status < 500
    assert "evil.example" not in await answer.text() + str(answer.headers)


async def test_a_foreign_host_signs_nobody_in(door, admin):
    headers = {"Host": "evil.example", "Origin": "https://evil.example"}
    form = {"login": "chief", "password": PASSWORD}
    assert (await admin.post("/desk/login", data=form, headers=headers)).status == 403


async def test_a_customer_sets_nothing_of_a_message_but_what_is_offered(client, door):
    await visit(client)
    more = {
        "author": "agent", "delivery": "said", "agent_id": "wang", "seq": 99, "case_id": "x",
        "conversation_id": "y",
        "reading": {"label": "greet"}, "clause": "S-1", "owner": "closed", "channel": "wechat", "id": "mine",
    }  # fmt: skip
    body = {"text": "水有怪味", "client_id": "m1", **more}
    await client.post("/api/messages", json=body, headers=own_origin(client))
    (message,) = await door.messages()
    assert (message.author, message.delivery, message.seq) == (Author.CUSTOMER, Delivery.WAITING, 1)
    assert (message.agent_id, message.case_id, message.reading, message.clause) == (None, None, None, None)
    async with door.desk.units() as unit:
        talk = await unit.conversations.get(message.conversation_id)
    assert (talk.owner, talk.channel) == (Owner.BOT, "web")
    assert "mine" not in {message.id, talk.id}


async def test_nobody_gets_another_role_by_a_field_of_a_form(client, door):
    user = await door.person()
    await sign_in(client)
    more = {"role": "admin", "active": "true", "positions": "gm", "totp": "", "user_id": "x", "id": "x"}
    form = {"old": PASSWORD, "new": f"{PASSWORD} 2", "again": f"{PASSWORD} 2", **more}
    await send_form(client, "/desk/password", **form)
    await send_form(client, f"/desk/people/{user.id}", name="小王", **more)
    async with door.desk.units() as unit:
        assert (await unit.people.get(user.id)).role is Role.AGENT


@QUICK
@given(frames=st.lists(FRAMES, min_size=1, max_size=8))
async def test_whatever_a_page_sends_the_socket_answers_or_closes(client, door, caplog, frames):
    token = await visit(client)
    with caplog.at_level(logging.ERROR):
        async with page(client, token) as opened:
            code = await outcome(opened.socket, frames)
    assert code in {None, 1000, 1003, 1007, 1009, 4400, 4401, 4429}, code
    assert not caplog.records
    assert (await client.get("/api/messages")).status == 200


@QUICK
@given(frames=st.lists(FRAMES, min_size=1, max_size=8))
async def test_whatever_a_console_sends_the_socket_answers_or_closes(client, door, caplog, frames):
    if not await door.parts.accounts.has_users():
        await door.person()
        await sign_in(client)
    with caplog.at_level(logging.ERROR):
        async with client.ws_connect("/desk/api/ws", headers=own_origin(client)) as socket:
            code = await outcome(socket, frames)
    assert code in {None, 1000, 1003, 1007, 1009, 4400, 4401, 4429}, code
    assert not caplog.records
    assert (await client.get("/desk", allow_redirects=False)).status == 200


async def outcome(socket, frames):
    """Send the frames, then a ping; the code with which the socket was closed, None when it answers still."""
    for frame in frames:
        if not socket.closed:
            await (socket.send_bytes if isinstance(frame, bytes) else socket.send_str)(frame)
    if not socket.closed:
        await socket.send_str('{"type": "ping"}')
    while True:
        heard = await asyncio.wait_for(socket.receive(), PATIENCE)
        if heard.type is not WSMsgType.TEXT:
            return socket.close_code
        said = json.loads(heard.data)
        if said["type"] == "pong" or said.get("status") == 429:  # floods are slowed down
            return None
