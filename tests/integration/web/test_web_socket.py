"""The socket of the customers' page: complete, in order, without doubles, whatever is cut off where."""

import pytest

from tests.doors import post, visit
from tests.pages import page
from tests.rooms import reading

COMPLAINT = "一箱奶茶里有一盒是空的"


@pytest.fixture
async def token(client):
    return await visit(client)


async def stored(door):
    return [message.text for message in await door.messages() if message.author == "customer"]


async def answer(door):
    """Let the bot answer everything that waits."""
    for conversation_id in dict.fromkeys(door.woken):
        while await door.desk.turns.answer_next(conversation_id):
            pass


async def test_the_first_frame_shows_the_conversation_as_asking_does(client, door, token):
    await post(client, "你好")
    await answer(door)
    asked = await (await client.get("/api/messages")).json()
    async with page(client, token) as opened:
        assert await opened.hear() == {"type": "lines", **asked}


async def test_a_new_visitor_is_shown_an_empty_conversation(client, token):
    async with page(client, token) as opened:
        frame = await opened.hear()
    assert (frame["messages"], frame["owner"], frame["answering"]) == ([], "bot", False)


async def test_a_message_is_in_the_ledger_when_stored_is_said(client, door, token):
    async with page(client, token) as opened:
        await opened.say("send", client_id="m1", text="水有怪味")
        told = await opened.next("stored")
        (message,) = await door.messages()
    assert told == {"type": "stored", "client_id": "m1", "seq": 1, "id": message.id}
    assert door.woken == [message.conversation_id]


async def test_the_first_message_and_its_answer_are_pushed_to_the_page_that_sent_it(client, door, token):
    async with page(client, token) as opened:
        await opened.say("send", client_id="m1", text="你好")
        await opened.shows("你好")
        assert opened.view["answering"]
        await answer(door)
        await opened.until(lambda frame: frame["type"] == "lines" and not frame["answering"])
    assert [line["author"] for line in opened.lines] == ["customer", "bot"]


async def test_another_tab_that_was_open_before_the_first_message_hears_of_it_too(client, token):
    async with page(client, token) as one, page(client, token) as other:
        await other.hear()
        await one.hear()
        await one.say("send", client_id="m1", text="你好")
        await one.shows("你好")
        await other.shows("你好")
    assert one.seqs == other.seqs == [1]


async def test_a_message_sent_again_from_two_tabs_is_stored_and_shown_once(client, door, token):
    async with page(client, token) as one, page(client, token) as other:
        for tab in (one, other, one):
            await tab.say("send", client_id="m1", text="水有怪味")
        told = [await tab.next("stored") for tab in (one, other, one)]
        await one.say("send", client_id="m2", text="完了")
        await one.shows("水有怪味", "完了")
        await other.shows("水有怪味", "完了")
    assert len({answer["id"] for answer in told}) == 1
    assert await stored(door) == ["水有怪味", "完了"]


@pytest.mark.parametrize("cut_after", ["hello", "lines", "sent", "stored", "shown", "answered"])
async def test_a_socket_cut_off_anywhere_is_gone_on_with_where_it_was(client, door, token, cut_after):
    seqs = []
    async with page(client, token, seqs=seqs) as opened:
        if cut_after != "hello":
            await opened.hear()
        if cut_after in ("sent", "stored", "shown", "answered"):
            await opened.say("send", client_id="m1", text="你好")
        if cut_after in ("stored", "shown", "answered"):
            await opened.next("stored")
        if cut_after in ("shown", "answered"):
            await opened.shows("你好")
        if cut_after == "answered":
            await answer(door)
            await opened.until(lambda frame: frame["type"] == "lines" and not frame["answering"])
        opened.socket._response.connection.transport.abort()
    async with page(client, token, after=max(seqs, default=None), seqs=seqs) as again:
        await again.say("send", client_id="m1", text="你好")
        await again.next("stored")
        await answer(door)
        await again.say("send", client_id="m2", text="在吗")
        await again.until(lambda _: len(seqs) >= 3)
    assert seqs == list(range(1, len(seqs) + 1))
    assert await stored(door) == ["你好", "在吗"]


async def test_more_lines_than_fit_at_once_come_complete_and_in_order(client, door, token):
    for number in range(30):
        await door.parts.intake.receive(
            "web", door.parts.visitors.who(token).id, "长" * 20_000, client_id=f"m{number}"
        )
    async with page(client, token, after=0) as opened:
        first = await opened.hear()
        await opened.until(lambda frame: not frame["more"])
    assert first["more"]
    assert len(first["messages"]) == 10
    assert opened.seqs == list(range(1, 31))


async def test_messages_sent_in_one_go_keep_their_order(client, door, token):
    async with page(client, token) as opened:
        for number in range(15):
            await opened.say("send", client_id=f"m{number}", text=f"第{number}句")
        await opened.shows(*(f"第{number}句" for number in range(15)))
    assert await stored(door) == [f"第{number}句" for number in range(15)]


async def test_what_did_not_change_is_not_pushed_again(client, door, token):
    await post(client, "你好")
    await answer(door)
    async with page(client, token) as opened:
        await opened.hear()
        door.hub.changed(door.woken[0])
        await opened.say("ping")
        assert await opened.hear() == {"type": "pong"}


async def test_the_announcement_names_its_case_and_the_view_shows_it(client, door, token):
    door.desk.room.table[COMPLAINT] = reading("carton.empty", product="奶茶")
    door.desk.room.table["就这些"] = reading("chitchat")
    await post(client, COMPLAINT)
    await answer(door)
    before = await (await client.get("/api/messages")).json()
    await post(client, "就这些", "m2", choice="submit")
    await answer(door)
    view = await (await client.get("/api/messages")).json()
    (card,) = view["cases"]
    assert before["cases"] == []
    assert {line["case"] for line in view["messages"] if line["author"] == "desk"} == {card["number"]}
    assert card["open"]
    assert card["state"]
    assert card["due"] == "2026-03-25"


async def test_a_card_is_in_the_customers_script(client, door, token):
    text = "一箱奶茶裡有一盒是空的"
    door.desk.room.table[text] = reading("carton.empty", script="hant", product="奶茶")
    door.desk.room.table["就這些"] = reading("chitchat", script="hant")
    await post(client, text)
    await answer(door)
    await post(client, "就這些", "m2", choice="submit")
    await answer(door)
    (card,) = (await (await client.get("/api/messages")).json())["cases"]
    words = card["title"] + card["state"]
    assert words == door.desk.words.in_script(words, "hant")
    assert words != door.desk.words.in_script(words, "hans")
