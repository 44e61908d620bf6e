"""Who has seen what and who is typing is told to the other side."""

import asyncio
import json

import pytest

from tests.doors import own_origin, post, sign_in, visit
from tests.pages import page


@pytest.fixture
async def token(client):
    return await visit(client)


@pytest.fixture
async def agent(door, aiohttp_client):
    """小王 at the desk, who has claimed the conversation."""
    staff = await aiohttp_client(door.app())
    user = await door.person()
    await sign_in(staff)
    return staff, user


@pytest.fixture
async def talk(client, door, token, agent):
    await post(client, "你好")
    await door.desk.agents.claim(door.woken[0], agent[1].id, agent[1].name)
    await door.desk.write(door.woken[0], agent[1].id, "我是小王")
    return door.woken[0]


def look(staff, talk):
    return staff.ws_connect(f"/desk/ws?conversation={talk}", headers=own_origin(staff))


async def test_the_customer_is_told_that_an_agent_has_read(client, door, token, agent, talk):
    async with page(client, token) as opened, look(agent[0], talk) as desk:
        assert (await opened.hear())["read"] is None
        await desk.send_str('{"type": "read", "seq": 1}')
        assert (await opened.next("lines"))["read"] == 1
        assert opened.view["messages"] == []


async def test_a_mark_never_goes_back_nor_beyond_the_last_line(client, door, token, agent, talk):
    async with page(client, token) as opened, look(agent[0], talk) as desk:
        for seq in (2, 1, 99, -1):
            await desk.send_str(json.dumps({"type": "read", "seq": seq}))
        await opened.until(lambda frame: frame["type"] == "lines" and frame["read"] == 2)
        await desk.send_str('{"type": "typing"}')
        await opened.next("typing")
    assert (await (await client.get("/api/messages")).json())["read"] == 2


async def test_the_agent_sees_which_of_their_lines_were_read(client, token, agent, talk):
    async def shown():
        return await (await agent[0].get(f"/desk/conversations/{talk}")).text()

    assert "已读" not in await shown()
    async with page(client, token) as opened:
        await opened.until(lambda frame: frame["type"] == "lines" and not frame["more"])
        await opened.say("read", seq=opened.seqs[-1])
        await opened.say("ping")
        await opened.next("pong")
    assert "已读" in await shown()


async def test_reading_is_noted_without_a_socket_too(client, token, agent, talk):
    assert (await client.post("/api/read", json={"seq": 3})).status == 200
    assert "已读" in await (await agent[0].get(f"/desk/conversations/{talk}")).text()


async def test_each_side_sees_the_other_typing(client, token, agent, talk):
    async with page(client, token) as opened, look(agent[0], talk) as desk:
        await opened.hear()
        await desk.send_str('{"type": "typing"}')
        assert await opened.next("typing") == {"type": "typing", "who": "agent"}
        await opened.say("typing")
        heard = [await asyncio.wait_for(desk.receive_json(), 5) for _ in range(2)]
    assert {"type": "typing", "who": "customer"} in heard


async def test_an_agent_who_only_looks_on_is_not_shown_typing(
    client, door, token, agent, talk, aiohttp_client
):
    other = await aiohttp_client(door.app())
    await door.person("li", "小李")
    await sign_in(other, "li")
    async with page(client, token) as opened, look(other, talk) as desk:
        await opened.hear()
        await desk.send_str('{"type": "typing"}')
        await desk.send_str('{"type": "read", "seq": 1}')
        assert (await opened.hear())["type"] == "lines"
