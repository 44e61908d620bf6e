"""The table of docs/permissions.md, held against the routes there are, and tried cell by cell."""

import re
from inspect import getsource

import pytest

from bot.web import console_socket
from bot.web.keys import SIGN_IN_LIMIT
from bot.web.limits import Buckets
from bot.web.live import AGENT_TYPES, Listener
from tests.doors import own_origin, sign_in
from tests.permissions import ROLES, ask, is_somebodys, routes, set_up, table, tried


def test_every_route_has_its_row_and_every_row_its_route(door):
    there = routes(door.app())
    rows = {name for name, row in table().items() if row.method != "socket"}
    assert there - rows == set()
    assert rows - there == set()


@pytest.mark.parametrize("role", ROLES)
async def test_each_cell_is_what_happens(aiohttp_client, door, role):
    """With one's own and with others' conversation and case, for every route of the desk."""
    scene, app, wrong = await set_up(door, role), door.app(), []
    app[SIGN_IN_LIMIT] = Buckets(burst=1000, per_second=1000)
    client = await aiohttp_client(app)
    await sign_in(client)
    for row in tried():
        found = []
        for mine in (True, False) if is_somebodys(row) else (True,):
            await scene.give(door, row.path, mine=mine)
            found.append(await ask(client, row, scene))
        found = [found[0], found[-1]]
        if tuple(found) != row.cells[ROLES.index(role)]:
            wrong.append((row.name, tuple(found), row.cells[ROLES.index(role)]))
    assert wrong == []


async def test_without_a_sign_in_every_cell_is_shut(client):
    for row in tried():
        path = row.path.replace("{id}", "0a").replace("{form}", "F-1").replace("{arrow}", "reply")
        path = path.replace("{delivery}", "0a")
        headers = {"Accept": "application/json", "Origin": str(client.make_url("")).rstrip("/")}
        answer = await client.request(row.method, path, headers=headers, allow_redirects=False)
        assert (answer.status, row.name) == (401, row.name)


async def test_every_button_is_refused_to_foreign_pages(aiohttp_client, door):
    scene = await set_up(door, ROLES[3])
    client = await aiohttp_client(door.app())
    await sign_in(client)
    for row in tried():
        if row.method != "POST":
            continue
        path = row.path.replace("/conversations/{id}", f"/conversations/{scene.talk}")
        path = path.replace("/cases/{id}", f"/cases/{scene.case.id}").replace("{id}", "0a")
        path = path.replace("{form}", "F-1").replace("{arrow}", "reply").replace("{delivery}", "0a")
        headers = {"Accept": "application/json", "Origin": "https://elsewhere.example"}
        answer = await client.post(path, headers=headers, allow_redirects=False)
        assert (answer.status, row.name) == (403, row.name)


def cell_of(message, role, *, mine):
    """What docs/permissions.md says of a frame on the console's socket."""
    return table()[f"socket /desk/api/ws {message}"].cells[ROLES.index(role)][0 if mine else 1]


@pytest.mark.parametrize("mine", [True, False])
@pytest.mark.parametrize("role", ROLES[:4])
async def test_each_frame_does_what_its_cell_says(aiohttp_client, door, role, mine):
    """The customer hears of typing, and what was read is noted: if that is allowed."""
    scene = await set_up(door, role)
    await scene.give(door, "", mine=mine)
    client = await aiohttp_client(door.app())
    await sign_in(client)
    listener = Listener()
    door.hub.follow(listener, scene.talk)
    async with client.ws_connect("/desk/api/ws", headers=own_origin(client)) as socket:
        heard = set()
        for frame in ("hello", "look", "typing", "read", "ping"):
            await socket.send_json({"type": frame, "conversation": scene.talk, "seq": 1})
        while "pong" not in heard:
            heard.add((await socket.receive_json(timeout=5))["type"])
    async with door.desk.units() as uow:
        read = (await uow.conversations.get(scene.talk)).agent_read_seq
    done = {
        "hello": "rows" in heard, "look": read == 1, "read": read == 1, "ping": "pong" in heard,
        "typing": AGENT_TYPES in listener._heard,
    }  # fmt: skip
    assert {name: "✓" if worked else "–" for name, worked in done.items()} == {
        name: cell_of(name, role, mine=mine) for name in done
    }


def test_every_frame_of_the_console_has_its_row():
    frames = set(re.findall(r'^            "(\w+)": self\._', getsource(console_socket), re.MULTILINE))
    assert {f"socket /desk/api/ws {frame}" for frame in frames} == {
        name for name, row in table().items() if row.method == "socket"
    }
