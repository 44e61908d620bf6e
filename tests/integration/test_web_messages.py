"""The customers' door: stored, then acknowledged; nobody reads another's words; bad input is explained."""

import json
import logging

import pytest

from bot.domain.company import Company
from bot.domain.conversation import Delivery, Owner
from bot.web.keys import MESSAGE_LIMIT
from bot.web.limits import Buckets
from tests.doors import make_door, post, visit
from tests.rooms import reading


@pytest.fixture
def backend():
    """The door is the same before every database."""
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def client(aiohttp_client, door):
    return await aiohttp_client(door.app())


async def lines(client, query=""):
    answer = await client.get(f"/api/messages{query}")
    return (await answer.json())["messages"]


async def test_the_page_says_first_that_one_talks_to_a_machine(client):
    page = await (await client.get("/")).text()
    machine = page.index("您正在与智能客服（机器人）对话，可随时转人工。")
    assert machine < page.index('id="log"')
    assert "电话号码和证件号码在数据库中加密保存" in page


async def test_the_companys_own_privacy_text_is_shown_and_escaped(aiohttp_client, door):
    client = await aiohttp_client(door.app(company=Company(name="甲<乙", privacy="保存<b>两年</b>。")))
    page = await (await client.get("/")).text()
    assert "保存&lt;b&gt;两年&lt;/b&gt;。" in page
    assert "甲&lt;乙客户服务" in page


async def test_every_answer_carries_the_strict_policy(client):
    for path in ("/", "/static/chat.js", "/api/messages", "/desk/login", "/nowhere"):
        headers = (await client.get(path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


async def test_a_message_is_in_the_ledger_when_it_is_acknowledged(client, door):
    answer = await post(client, "水有怪味")
    (stored,) = await door.messages()
    assert answer.status == 201
    assert await answer.json() == {"id": stored.id, "seq": 1, "client_id": "m1"}
    assert (stored.text, stored.delivery) == ("水有怪味", Delivery.WAITING)
    assert door.woken == [stored.conversation_id]


@pytest.mark.parametrize("character", ["长", "😡"])
async def test_the_page_and_the_ledger_take_a_message_of_20000_characters_whole(client, door, character):
    text = character * 20_000
    assert 'data-longest="20000"' in await (await client.get("/")).text()
    assert (await post(client, text)).status == 201
    assert [stored.text for stored in await door.messages()] == [text]
    assert [line["text"] for line in await lines(client)] == [text]


async def test_a_message_sent_again_under_its_id_is_stored_once(client, door):
    first, again = await post(client, "水有怪味"), await post(client, "水有怪味")
    assert (await first.json())["id"] == (await again.json())["id"]
    assert len(await door.messages()) == 1


async def test_another_visitor_cannot_read_my_conversation(aiohttp_client, door):
    app = door.app()
    mine, other = await aiohttp_client(app), await aiohttp_client(door.app())
    await post(mine, "我的电话是13812345678")
    await visit(other)
    assert await lines(other) == []
    await post(other, "我是别人")
    assert [line["text"] for line in await lines(other)] == ["我是别人"]
    assert [line["text"] for line in await lines(mine)] == ["我的电话是13812345678"]


async def test_a_reply_shows_who_said_it_and_its_buttons_but_not_what_was_understood(client, door):
    door.desk.room.table["你们太差了"] = reading(None, 0.2)
    stored = await (await post(client, "你们太差了")).json()
    await door.desk.turns.answer_next((await door.messages())[0].conversation_id)
    mine, reply = await lines(client)
    assert (mine["author"], mine["client_id"], mine["seq"]) == ("customer", "m1", stored["seq"])
    assert reply["author"] == "bot"
    assert {"id": "request_human", "text": "转人工"} in reply["choices"]
    assert "reading" not in mine


async def test_only_newer_lines_are_given_on_asking(client):
    for number in range(3):
        await post(client, f"第{number}句", f"m{number}")
    assert [line["text"] for line in await lines(client, "?after=1")] == ["第1句", "第2句"]


async def test_the_page_learns_who_answers(client, door):
    door.desk.room.table["转人工"] = reading("request_human")
    await post(client, "转人工", choice="request_human")
    (waiting,) = await door.messages()
    await door.desk.turns.answer_next(waiting.conversation_id)
    assert (await (await client.get("/api/messages")).json())["owner"] == Owner.QUEUE
    agent = await door.person()
    await door.desk.agents.claim(waiting.conversation_id, agent.id, agent.name)
    view = await (await client.get("/api/messages")).json()
    assert (view["owner"], view["agent"]) == (Owner.AGENT, "小王")


FINE = {"text": "你好", "client_id": "m1"}
BAD = {
    "empty": (json.dumps({**FINE, "text": " \n"}), 400, "没有收到文字内容"),
    "too long": (json.dumps({**FINE, "text": "长" * 20_001}, ensure_ascii=False), 413, "太长了"),
    "too big": (json.dumps({**FINE, "text": "长" * 50_000}), 413, "太长了"),
    "not UTF-8": (b'{"text": "\xc4\xe3\xba\xc3", "client_id": "m1"}', 400, "UTF-8"),
    "not JSON": ("你好", 400, "JSON"),
    "endlessly nested": ("[" * 30_000, 400, "JSON"),
    "no object": ("[1]", 400, "JSON"),
    "text is a number": (json.dumps({**FINE, "text": 1}), 400, "text"),
    "no client id": (json.dumps({"text": "你好"}), 400, "client_id"),
    "client id too long": (json.dumps({**FINE, "client_id": "m" * 65}), 400, "client_id"),
    "choice is a list": (json.dumps({**FINE, "choice": ["yes"]}), 400, "choice"),
    "attachments is a word": (json.dumps({**FINE, "attachments": "a"}), 400, "attachments"),
    "an attachment is a number": (json.dumps({**FINE, "attachments": [1]}), 400, "attachments"),
    "too many attachments": (json.dumps({**FINE, "attachments": ["a"] * 10}), 400, "9"),
}


@pytest.mark.parametrize(("body", "status", "words"), BAD.values(), ids=BAD)
async def test_bad_input_gets_a_polite_sentence_and_nothing_is_stored(client, door, body, status, words):
    await visit(client)
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/messages", data=body, headers=headers)
    told = await answer.json()
    assert answer.status == status
    assert told["error"] == {400: "invalid_input", 413: "too_large"}[status]
    assert words in told["message"]
    assert await door.messages() == []


async def test_other_content_types_are_refused(client, door):
    await visit(client)
    answer = await client.post("/api/messages", data=json.dumps(FINE))
    assert answer.status == 415
    assert (await answer.json())["error"] == "unsupported_media_type"
    assert await door.messages() == []


async def test_markup_is_kept_as_the_customers_words(client):
    await post(client, "<script>alert(1)</script>")
    (line,) = await lines(client)
    assert line["text"] == "<script>alert(1)</script>"


@pytest.fixture
async def hasty_client(aiohttp_client, door):
    """A client whose messages all come in the same moment."""
    app = door.app()
    app[MESSAGE_LIMIT] = Buckets(burst=20, per_second=1, now=lambda: 0.0)
    return await aiohttp_client(app)


async def test_a_flood_is_slowed_down_and_told_how_long(hasty_client):
    client = hasty_client
    answers = [await post(client, "在吗", f"m{number}") for number in range(21)]
    assert [answer.status for answer in answers[:20]] == [201] * 20
    assert answers[20].status == 429
    assert answers[20].headers["Retry-After"] == "1"
    assert (await answers[20].json())["error"] == "too_many_requests"


async def test_a_wrong_place_to_read_from_is_explained(client):
    await visit(client)
    answer = await client.get("/api/messages?after=-1")
    assert (answer.status, (await answer.json())["error"]) == (400, "invalid_input")


async def test_a_crash_is_answered_with_a_number_and_logged_without_the_customers_words(
    aiohttp_client, door, caplog
):
    class Broken:
        async def receive(self, channel, external_id, text, **more):
            raise RuntimeError(f"can't store {text}")

    client = await aiohttp_client(door.app(intake=Broken()))
    with caplog.at_level(logging.DEBUG):
        answer = await post(client, "我的电话是13812345678")
    told = await answer.json()
    number = told["message"].partition("编号 ")[2].rstrip("）")
    assert (answer.status, told["error"]) == (500, "error")
    assert number in caplog.text
    assert "RuntimeError" in caplog.text
    assert "13812345678" not in caplog.text


async def test_the_watchers_learn_whether_messages_are_answered(aiohttp_client, door):
    up, down = await aiohttp_client(door.app()), await aiohttp_client(door.app(ready=lambda: False))
    assert (await up.get("/health/live")).status == 200
    assert (await up.get("/health/ready")).status == 200
    assert (await down.get("/health/live")).status == 200
    assert (await down.get("/health/ready")).status == 503
