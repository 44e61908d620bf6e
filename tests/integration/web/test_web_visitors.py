"""Who a customer is: tokens of the desk, and the word of a host site."""

from datetime import timedelta

import jwt
import pytest

from bot.web.visitors import KEPT_FOR, RENEWAL, RENEWED_AFTER, Visitors
from tests.doors import IDENTITY_SECRET, post, sign_in, visit
from tests.pages import page

OTHER_SECRET = "another secret that is long enough to sign with"


def identity(door, secret=IDENTITY_SECRET, algorithm="HS256", **claims):
    """What a host site signs about its user."""
    end = door.desk.clock.now() + timedelta(minutes=5)
    return jwt.encode({"sub": "u-17", "exp": end, **claims}, secret, algorithm)


async def texts(client):
    return [line["text"] for line in (await (await client.get("/api/messages")).json())["messages"]]


async def ask(client, method="GET", path="/api/messages", **more):
    answer = await client.request(method, path, **more)
    return answer.status, (await answer.json())["error"]


async def test_a_visitor_is_given_a_token_for_180_days(client, door):
    answer = await client.post("/api/visitor", json={})
    given = await answer.json()
    assert answer.status == 201
    assert given["expires"] == (door.desk.clock.now() + KEPT_FOR).isoformat()
    assert not answer.cookies
    assert not (await client.get("/")).cookies


async def test_without_a_token_nothing_is_read_or_written(client, door):
    message = {"text": "你好", "client_id": "m1"}
    assert await ask(client) == (401, "unknown_visitor")
    assert await ask(client, "POST", json=message) == (401, "unknown_visitor")
    assert await ask(client, "POST", "/api/read", json={"seq": 1}) == (401, "unknown_visitor")
    assert await door.messages() == []


async def test_the_visitors_token_is_never_stored(client, door, database_url):
    await post(client, "水有怪味")
    token = client.session.headers["Authorization"].removeprefix("Bearer ")
    file = database_url.removeprefix("sqlite:///")
    written = b""
    for name in (file, f"{file}-wal"):
        with open(name, "rb") as part:  # noqa: ASYNC230, PTH123 -- a small file of this test
            written += part.read()
    assert token.encode() not in written
    assert door.parts.visitors.who(token).id.encode() in written


def forged(door, token):
    """Tokens that are not ours, though they look like it."""
    claims = jwt.decode(token, options={"verify_signature": False})
    head, body, mark = token.split(".")
    other = jwt.encode({**claims, "sub": "x"}, OTHER_SECRET).split(".")[1]
    return {
        "another key": jwt.encode(claims, OTHER_SECRET, "HS256"),
        "no signature": f"{head}.{body}.",
        "no algorithm": jwt.encode(claims, None, "none"),
        "another visitor's body": f"{head}.{other}.{mark}",
        "of the host site": identity(door),
        "nothing": "",
    }


@pytest.mark.parametrize(
    "kind",
    ["another key", "no signature", "no algorithm", "another visitor's body", "of the host site", "nothing"],
)
async def test_a_forged_token_is_refused(client, door, kind):
    token = await visit(client)
    headers = {"Authorization": f"Bearer {forged(door, token)[kind]}"}
    assert await ask(client, headers=headers) == (401, "unknown_visitor")


async def test_the_right_token_in_another_scheme_is_refused(client):
    token = await visit(client)
    assert await ask(client, headers={"Authorization": f"Basic {token}"}) == (401, "unknown_visitor")


async def test_a_token_signed_by_us_that_lacks_a_claim_or_has_odd_times_is_refused(door):
    visitors, now = door.parts.visitors, door.desk.clock.now()
    for claims in (
        {"iat": now, "exp": now + KEPT_FOR},
        {"sub": "a", "iat": now},
        {"sub": "a", "iat": now, "exp": 10**30},
        {"sub": "a", "iat": "now", "exp": now + KEPT_FOR},
    ):
        token = jwt.encode(claims, visitors._key, "HS256")
        with pytest.raises(Exception, match="失效"):
            visitors.who(token)


async def test_an_expired_token_is_refused_over_both_ways(client, door):
    token = await visit(client)
    door.desk.clock.turn(days=180)
    assert await ask(client) == (401, "unknown_visitor")
    async with page(client, token) as opened:
        assert await opened.closed() == 4401


async def test_a_token_that_is_getting_old_is_renewed_over_both_ways(client, door):
    token = await visit(client)
    await post(client, "你好")
    assert RENEWAL not in (await client.get("/api/messages")).headers
    door.desk.clock.turn(days=RENEWED_AFTER.days, seconds=1)
    by_asking = (await client.get("/api/messages")).headers[RENEWAL]
    async with page(client, token) as opened:
        by_socket = await opened.hear()
    assert by_socket["type"] == "token"
    door.desk.clock.turn(days=160)
    for fresh in (by_asking, by_socket["token"]):
        client.session.headers["Authorization"] = f"Bearer {fresh}"
        assert await texts(client) == ["你好"]


async def test_an_old_token_can_be_changed_into_a_new_one_of_the_same_visitor(client, door):
    token = await visit(client)
    await post(client, "你好")
    door.desk.clock.turn(days=100)
    assert await visit(client) != token
    assert await texts(client) == ["你好"]


async def test_tokens_of_a_desk_with_another_key_are_unknown(door):
    foreign = Visitors(b"w" * 32, door.desk.clock.now).somebody_new()
    with pytest.raises(Exception, match="失效"):
        door.parts.visitors.who(foreign.text)


async def test_a_customer_of_the_host_site_sees_the_same_conversation_on_every_device(aiohttp_client, door):
    phone, laptop = await aiohttp_client(door.app()), await aiohttp_client(door.app())
    await visit(phone, identity=identity(door))
    await post(phone, "奶茶是空的")
    await visit(laptop, identity=identity(door))
    assert await texts(laptop) == ["奶茶是空的"]


async def test_another_customer_of_the_host_site_sees_their_own(aiohttp_client, door):
    one, other = await aiohttp_client(door.app()), await aiohttp_client(door.app())
    await visit(one, identity=identity(door))
    await post(one, "奶茶是空的")
    await visit(other, identity=identity(door, sub="u-18"))
    assert await texts(other) == []


async def test_what_the_site_says_of_its_customer_is_shown_to_agents_with_a_masked_phone(
    aiohttp_client, client, door
):
    await visit(client, identity=identity(door, name="<b>张三</b>", phone="13812345678"))
    await post(client, "奶茶是空的")
    staff = await aiohttp_client(door.app())
    await door.person()
    await sign_in(staff)
    shown = await (await staff.get(f"/desk/conversations/{door.woken[0]}")).text()
    assert "&lt;b&gt;张三&lt;/b&gt;" in shown
    assert "5678" in shown
    assert "13812345678" not in shown


@pytest.mark.parametrize(
    "claims",
    [
        {"secret": OTHER_SECRET},
        {"secret": None, "algorithm": "none"},
        {"exp": 0},
        {"exp": None},
        {"exp": 10**30},
        {"sub": ""},
        {"sub": "長" * 201},
    ],
    ids=str,
)
async def test_an_identity_that_the_site_did_not_sign_or_too_long_ago_is_refused(client, door, claims):
    word = identity(door, **claims)
    assert await ask(client, "POST", "/api/visitor", json={"identity": word}) == (400, "invalid_input")


@pytest.mark.parametrize("word", [7, {}, "", "a.b.c", "长" * 5000])
async def test_what_is_no_identity_is_refused(client, word):
    assert await ask(client, "POST", "/api/visitor", json={"identity": word}) == (400, "invalid_input")


async def test_without_a_shared_secret_no_identity_is_believed(aiohttp_client, door):
    client = await aiohttp_client(door.app(visitors=Visitors(b"v" * 32, door.desk.clock.now)))
    word = identity(door)
    assert await ask(client, "POST", "/api/visitor", json={"identity": word}) == (400, "invalid_input")


async def test_nobody_new_can_choose_the_id_of_a_host_sites_customer(client, door):
    for _ in range(20):
        assert ":" not in door.parts.visitors.who(await visit(client)).id
