"""An open page of the desk shows that somebody is there; signing out, that they are not."""

import logging

import pytest
from aiohttp import ClientConnectionResetError, WSMsgType, web

from bot.domain.groups import State
from tests.console import PATIENCE
from tests.doors import own_origin, sign_in


@pytest.fixture
async def agent(door, client):
    """小王, signed in."""
    user = await door.person()
    await sign_in(client)
    return user


@pytest.fixture(params=["/desk/ws", "/desk/api/ws"])
def socket(request):
    """The sockets of the desk's pages."""
    return request.param


async def state(door, agent):
    return (await door.parts.presence.states()).get(agent.id, State.OFFLINE)


async def test_who_has_a_page_open_is_there(client, door, agent, socket):
    assert await state(door, agent) is State.OFFLINE
    async with client.ws_connect(socket, headers=own_origin(client)) as page:
        await page.close()  # once that is answered, what came before was heard
    assert await state(door, agent) is State.ONLINE


async def test_who_signs_out_is_offline_at_once(client, door, agent, socket):
    async with client.ws_connect(socket, headers=own_origin(client)):
        pass
    await client.post("/desk/logout", headers=own_origin(client))
    assert await state(door, agent) is State.OFFLINE


async def test_a_console_that_is_gone_before_it_is_told_anything_is_no_error(
    client, agent, caplog, monkeypatch
):
    async def gone(*_):
        raise ClientConnectionResetError("Cannot write to closing transport")

    monkeypatch.setattr(web.WebSocketResponse, "send_str", gone)
    async with client.ws_connect("/desk/api/ws", headers=own_origin(client)) as console:
        await console.send_json({"type": "hello", "version": 0, "boot": "", "everything": False})
        assert (await console.receive(timeout=PATIENCE)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
