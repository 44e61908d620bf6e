"""What customers' sockets refuse and whom they cut off: forged tokens, bad frames, floods, slow pages."""

import asyncio
import json

import pytest

from bot.web import customer_socket
from bot.web.customer_socket import BAD_FRAMES, MADE_ROOM, MOST_BAD_FRAMES, NO_VISITOR
from bot.web.keys import FRAME_LIMIT, MESSAGE_LIMIT
from bot.web.limits import Buckets
from bot.web.open_sockets import SOCKETS_OF_A_VISITOR
from tests.doors import visit
from tests.pages import page

MARKUP = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture
async def token(client):
    return await visit(client)


async def stored(door):
    return [message.text for message in await door.messages() if message.author == "customer"]


@pytest.mark.parametrize("token", ["", None, 7, "a.b.c", "长" * 5000])
async def test_a_forged_token_is_told_to_get_a_new_one(client, token):
    async with page(client, token) as opened:
        assert await opened.closed() == NO_VISITOR


@pytest.mark.parametrize(
    "hello",
    [
        "not JSON",
        "[]",
        '{"type": "ping"}',
        '{"type": "hello", "after": -1}',
        '{"type": "hello", "after": true}',
        '{"type": "hello", "after": "1"}',
        "[" * 30_000,
    ],
)
async def test_who_does_not_say_hello_first_is_closed(client, hello):
    async with client.ws_connect("/ws") as socket:
        await socket.send_str(hello)
        await asyncio.wait_for(socket.receive(), 5)
        assert socket.close_code == BAD_FRAMES


async def test_who_says_nothing_at_all_is_closed(client, monkeypatch):
    monkeypatch.setattr(customer_socket, "HELLO_SECONDS", 0.01)
    async with client.ws_connect("/ws") as socket:
        await asyncio.wait_for(socket.receive(), 5)
        assert socket.close_code == BAD_FRAMES


BAD = {
    "not JSON": "你好",
    "no object": "[1]",
    "endlessly nested": "[" * 30_000,
    "no type": "{}",
    "a type that is a list": '{"type": ["send"]}',
    "an unknown type": '{"type": "order"}',
    "a second hello": '{"type": "hello"}',
    "no text": '{"type": "send", "client_id": "m1"}',
    "no client id": '{"type": "send", "text": "你好"}',
    "read without a line": '{"type": "read"}',
    "read of line 0": '{"type": "read", "seq": 0}',
    "read of a word": '{"type": "read", "seq": "1"}',
}


@pytest.mark.parametrize("frame", BAD.values(), ids=BAD)
async def test_a_bad_frame_is_refused_and_the_socket_goes_on(client, door, token, frame):
    async with page(client, token) as opened:
        await opened.socket.send_str(frame)
        assert (await opened.next("refused"))["status"] == 400
        await opened.say("ping")
        await opened.next("pong")
    assert await door.messages() == []


async def test_repeated_bad_frames_end_the_socket(client, token):
    async with page(client, token) as opened:
        for _ in range(MOST_BAD_FRAMES + 1):
            await opened.socket.send_str("?")
        assert await opened.closed() == BAD_FRAMES


async def test_a_binary_frame_is_refused(client, token):
    async with page(client, token) as opened:
        await opened.socket.send_bytes(b'{"type": "ping"}')
        assert (await opened.next("refused"))["status"] == 400


async def test_a_frame_that_is_too_large_ends_the_socket(client, token):
    async with page(client, token) as opened:
        await opened.socket.send_str("x" * (customer_socket.LARGEST_FRAME + 1))
        assert await opened.closed() == 1009


async def test_a_refused_message_is_named_with_the_handbooks_sentence(client, door, token):
    async with page(client, token) as opened:
        await opened.say("send", client_id="m1", text="长" * 20_001)
        told = await opened.next("refused")
    assert (told["client_id"], told["status"]) == ("m1", 413)
    assert "太长了" in told["message"]
    assert await door.messages() == []


@pytest.fixture
async def hasty_client(aiohttp_client, door):
    """A client all of whose messages come in the same moment; few are taken then."""
    app = door.app()
    app[MESSAGE_LIMIT] = Buckets(burst=3, per_second=1, now=lambda: 0.0)
    app[FRAME_LIMIT] = Buckets(burst=6, per_second=1, now=lambda: 0.0)
    return await aiohttp_client(app)


async def test_a_flood_of_messages_is_slowed_down_and_none_is_lost_that_was_stored(hasty_client, door):
    async with page(hasty_client, await visit(hasty_client)) as opened:
        for number in range(5):
            await opened.say("send", client_id=f"m{number}", text="在吗")
        told = [await opened.next("refused") for _ in range(2)]
    assert [(one["client_id"], one["status"], one["retry_after"]) for one in told] == [
        ("m3", 429, 1),
        ("m4", 429, 1),
    ]
    assert len(await stored(door)) == 3


async def test_a_flood_of_frames_ends_the_socket(hasty_client):
    async with page(hasty_client, await visit(hasty_client)) as opened:
        for _ in range(6 + MOST_BAD_FRAMES + 1):
            await opened.say("ping")
        assert await opened.closed() == BAD_FRAMES


async def test_a_crash_is_told_with_a_number_and_the_socket_goes_on(aiohttp_client, door, caplog):
    class Broken:
        async def receive(self, channel, external_id, text, **more):
            raise RuntimeError(f"can't store {text}")

    client = await aiohttp_client(door.app(intake=Broken()))
    async with page(client, await visit(client)) as opened:
        await opened.say("send", client_id="m1", text="我的电话是13812345678")
        told = await opened.next("refused")
        await opened.say("ping")
        await opened.next("pong")
    assert (told["status"], told["client_id"]) == (500, "m1")
    assert told["message"].partition("编号 ")[2].rstrip("）") in caplog.text
    assert "13812345678" not in caplog.text


async def test_the_oldest_of_too_many_tabs_makes_room(client, token):
    tabs = [await client.ws_connect("/ws") for _ in range(SOCKETS_OF_A_VISITOR + 1)]
    for tab in tabs:
        await tab.send_str(json.dumps({"type": "hello", "token": token}))
        await asyncio.wait_for(tab.receive(), 5)
    assert (await asyncio.wait_for(tabs[0].receive(), 5)).data == MADE_ROOM
    for tab in tabs[1:]:
        await tab.send_str('{"type": "ping"}')
        assert json.loads((await asyncio.wait_for(tab.receive(), 5)).data) == {"type": "pong"}
        await tab.close()


async def test_markup_travels_as_the_words_it_is(client, door, token):
    async with page(client, token) as opened:
        await opened.say("send", client_id="m1", text=MARKUP, choice="m1")
        await opened.shows(MARKUP)
        await opened.say("send", client_id=MARKUP, text="你好")
        assert "client_id" not in await opened.next("refused")
        await opened.say(MARKUP)
        assert MARKUP not in (await opened.next("refused"))["message"]


async def test_it_is_dropped_and_the_others_hear_all(client, door, token, monkeypatch):
    send = customer_socket.send
    slow, dropped = [], asyncio.Event()

    async def stuck(socket, frame):
        if frame["type"] == "lines":
            slow.append(socket) if not slow else None
        if socket in slow and frame.get("messages"):
            raise TimeoutError
        await send(socket, frame)

    drop = customer_socket.drop
    monkeypatch.setattr(customer_socket, "send", stuck)
    monkeypatch.setattr(customer_socket, "drop", lambda request: (drop(request), dropped.set()))
    async with page(client, token) as stuck_page:
        await stuck_page.hear()
        async with page(client, token) as other:
            await other.hear()
            await other.say("send", client_id="m1", text="你好")
            await other.shows("你好")
            await asyncio.wait_for(dropped.wait(), 5)
            await other.say("ping")
            await other.next("pong")
    assert "你好" not in [line["text"] for line in stuck_page.lines]
    assert "你好" in [line["text"] for line in other.lines]
