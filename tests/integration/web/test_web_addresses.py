"""How many customers may come from one address, and which address that is behind a proxy."""

import pytest

from bot.web.keys import ADDRESS_LIMIT, VISITOR_LIMIT
from bot.web.limits import Buckets, Limits, SlowDown
from bot.web.open_sockets import OpenSockets
from tests.doors import post, visit
from tests.pages import page


def hasty(door, key, burst, **limits):
    """The door with a limit that only a test's clock fills again."""
    app = door.app(limits=Limits(**limits))
    app[key] = Buckets(burst=burst, per_second=0.01, now=lambda: 0.0)
    return app


async def test_new_visitors_from_one_address_are_limited(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, VISITOR_LIMIT, 3))
    answers = [await client.post("/api/visitor", json={}) for _ in range(4)]
    assert [answer.status for answer in answers] == [201, 201, 201, 429]
    assert answers[3].headers["Retry-After"] == "100"
    assert "请 100 秒后再试" in (await answers[3].json())["message"]


async def test_messages_from_one_address_are_limited_whoever_sends_them(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, ADDRESS_LIMIT, 3))
    statuses = []
    for number in range(4):
        await visit(client)
        statuses.append((await post(client, "在吗", f"m{number}")).status)
    assert statuses == [201, 201, 201, 429]


def forwarded(*addresses):
    return {"X-Forwarded-For": ", ".join(addresses)}


async def test_behind_a_trusted_proxy_each_customers_address_counts_by_itself(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, VISITOR_LIMIT, 1, proxies=1))
    statuses = [
        (await client.post("/api/visitor", json={}, headers=forwarded(address))).status
        for address in ("203.0.113.1", "203.0.113.2", "203.0.113.1")
    ]
    assert statuses == [201, 201, 429]


async def test_what_a_customer_writes_before_the_proxys_word_is_not_believed(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, VISITOR_LIMIT, 1, proxies=1))
    statuses = [
        (await client.post("/api/visitor", json={}, headers=forwarded(lie, "203.0.113.1"))).status
        for lie in ("198.51.100.1", "198.51.100.2")
    ]
    assert statuses == [201, 429]


async def test_without_trusted_proxies_a_forwarded_address_is_not_believed(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, VISITOR_LIMIT, 1))
    statuses = [
        (await client.post("/api/visitor", json={}, headers=forwarded(address))).status
        for address in ("203.0.113.1", "203.0.113.2")
    ]
    assert statuses == [201, 429]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        (forwarded("203.0.113.1"), 201),
        ({"X-Forwarded-Proto": "https"}, 201),
        (forwarded("nobody", "203.0.113.1"), 400),
    ],
)
async def test_a_request_that_passed_fewer_proxies_is_taken_and_nonsense_is_refused(
    aiohttp_client, door, headers, status
):
    client = await aiohttp_client(door.app(limits=Limits(proxies=2)))
    assert (await client.post("/api/visitor", json={}, headers=headers)).status == status


async def test_a_socket_behind_a_proxy_works(aiohttp_client, door):
    client = await aiohttp_client(door.app(limits=Limits(proxies=1)))
    token = await visit(client)
    client.session.headers.update(forwarded("203.0.113.1"))
    async with page(client, token) as opened:
        assert (await opened.hear())["type"] == "lines"


async def test_the_neighbours_of_an_ipv6_network_count_as_one(aiohttp_client, door):
    client = await aiohttp_client(hasty(door, VISITOR_LIMIT, 1, proxies=1))
    statuses = [
        (await client.post("/api/visitor", json={}, headers=forwarded(address))).status
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1", "::ffff:203.0.113.1")
    ]
    assert statuses == [201, 429, 201, 201]


async def test_sockets_from_one_address_are_limited_and_free_again_when_closed(aiohttp_client, door):
    client = await aiohttp_client(door.app(limits=Limits(sockets_per_address=1)))
    token = await visit(client)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    async with page(client, token) as opened:
        await opened.hear()
        assert (await client.get("/ws", headers=upgrade)).status == 429
    async with page(client, token) as again:
        await again.hear()


def test_places_are_counted_for_each_address():
    sockets = OpenSockets(per_address=1, tell_others=list)
    with sockets.place("a"), sockets.place("b"), pytest.raises(SlowDown), sockets.place("a"):
        pass
    with sockets.place("a"):
        pass
    assert not sockets._at
