"""Recorded samples of what desk and Rasa say to one another, held against both sides.

`samples/` was recorded from a real run; RECORD=1 records it anew (read the difference before you keep it).
"""

import json
import os
from datetime import date
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.serving import listening
from bot.adapters.understanding import RasaClient
from bot.domain.errors import UnderstandingUnavailable
from bot.domain.reading import Reading, TurnContext

SAMPLES = Path(__file__).with_name("samples")
TEXT = "你们的八宝粥里吃出一只苍蝇，我电话13900001234"
KINDS = ("action_call", "action_headers", "turn_answer", "parse_answer", "health")
_REPLY = {
    "text": "请问批号是多少？",
    "clause": "K-ASK",
    "version": 1,
    "choices": [{"id": "refuse", "text": "没有"}],
}


def sample(kind):
    return json.loads((SAMPLES / f"{kind}.json").read_text(encoding="utf-8"))


def shape(value):
    """What a JSON value is made of: keys and types, not contents."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


@pytest.fixture(scope="module")
def said(rasa):
    """What a real Rasa says in one turn, by kind of sample."""
    import asyncio

    return asyncio.run(_say(rasa.settings))


async def _say(settings):
    heard = {}

    async def act(request):
        call = await request.json()
        if "action_call" not in heard:
            kept = ("Authorization", "X-Kesu-Turn", "X-Kesu-Action")
            heard["action_call"] = call
            heard["action_headers"] = {name: request.headers[name] for name in kept}
            heard["action_headers"]["Authorization"] = "Bearer (the pair's secret)"
        return web.json_response({"events": [], "responses": [{"custom": _REPLY}]})

    app = web.Application()
    app.router.add_post("/webhook", act)
    headers = {"Authorization": f"Bearer {settings.pair_secret.get_secret_value()}"}
    base = f"http://127.0.0.1:{settings.rasa_port}/webhooks/desk"
    context = TurnContext(expects=()).to_json()
    turn = {"conversation": "contract", "turn": os.urandom(8).hex(), "text": TEXT, "context": context}
    async with (
        listening(app, "127.0.0.1", settings.actions_port),
        aiohttp.ClientSession(headers=headers) as session,
    ):
        async with session.post(f"{base}/turn", json=turn) as answer:
            heard["turn_answer"] = await answer.json()
        async with session.post(f"{base}/parse", json={"texts": [TEXT]}) as answer:
            heard["parse_answer"] = await answer.json()
        async with session.get(f"{base}/health") as answer:
            heard["health"] = await answer.json()
    if os.environ.get("RECORD"):
        for kind, value in heard.items():
            text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
            (SAMPLES / f"{kind}.json").write_text(text + "\n", encoding="utf-8")
    return heard


@pytest.mark.rasa
@pytest.mark.parametrize("kind", KINDS)
def test_rasa_still_speaks_as_recorded(said, kind):
    assert shape(said[kind]) == shape(sample(kind))


def test_the_recorded_call_carries_what_the_desk_needs():
    call = sample("action_call")
    metadata = call["tracker"]["latest_message"]["metadata"]
    assert call["next_action"] == "action_hear_complaint"
    assert call["sender_id"] == "contract"
    assert Reading.from_json(metadata["reading"]).label == "porridge.foreign_object"
    assert TurnContext.from_json(metadata["context"]) == TurnContext()


async def client_for(path, body):
    async def answer(request):
        return web.json_response(body)

    app = web.Application()
    app.router.add_post(f"/webhooks/desk/{path}", answer)
    server = TestServer(app)
    await server.start_server()
    return server, RasaClient(str(server.make_url("/")), "secret")


async def test_the_desk_reads_the_recorded_answer_of_a_turn():
    server, client = await client_for("turn", sample("turn_answer"))
    answer = await client.turn("contract", "turn", TEXT, TurnContext(), date(2026, 3, 18))
    assert answer.replies[0].clause == "K-ASK"
    assert answer.replies[0].choices[0].id == "refuse"
    assert answer.reading.values("phone") == ["13900001234"]
    await client.close()
    await server.close()


async def test_the_desk_reads_the_recorded_answer_of_a_parse():
    server, client = await client_for("parse", sample("parse_answer"))
    (reading,) = await client.parse([TEXT])
    assert reading.label == "porridge.foreign_object"
    await client.close()
    await server.close()


@pytest.mark.parametrize(
    "respond",
    [
        lambda _: web.Response(status=503, text="{}"),
        lambda _: web.Response(status=200, text="<html>", content_type="text/html"),
        lambda _: web.json_response({"replies": []}),
        lambda _: web.json_response(["?"]),
        lambda _: web.Response(status=200, body=b"\xff\xfe", content_type="application/json"),
    ],
    ids=["busy", "html", "half an answer", "another answer", "no text"],
)
async def test_whatever_else_rasa_answers_counts_as_unavailable(respond):
    async def answer(request):
        return respond(request)

    app = web.Application()
    app.router.add_post("/webhooks/desk/turn", answer)
    server = TestServer(app)
    await server.start_server()
    client = RasaClient(str(server.make_url("/")), "secret")
    with pytest.raises(UnderstandingUnavailable):
        await client.turn("contract", "turn", TEXT, TurnContext(), date(2026, 3, 18))
    await client.close()
    await server.close()


async def test_no_rasa_at_all_counts_as_unavailable():
    from bot.adapters.listening import free_port

    client = RasaClient(f"http://127.0.0.1:{free_port()}", "secret")
    with pytest.raises(UnderstandingUnavailable):
        await client.parse([TEXT])
    await client.close()
