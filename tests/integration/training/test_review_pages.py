"""The pages of the inbox and of proposed labels, as a browser asks for them."""

import json

import pytest

from bot.domain.people import Role
from tests.doors import make_door, send_form, sign_in
from tests.rooms import reading

TEXT = "奶茶没给吸管啊，电话13812345678"


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def client(aiohttp_client, door):
    await door.person("zhou", "周敏", Role.SUPERVISOR)
    found = await aiohttp_client(door.app())
    await sign_in(found, "zhou")
    return found


@pytest.fixture
async def message(door):
    await door.desk.say(TEXT, reading(None, 0.3))
    door.desk.clock.turn(minutes=1)
    await door.parts.review.look()
    return (await door.messages())[0]


def rows(text=TEXT, label="carton.no_straw"):
    return json.dumps(
        [{"text": text, "label": label, "entities": [{"entity": "product", "start": 0, "end": 2}]}]
    )


async def test_the_page_shows_the_message_and_how_many_are_left(client, message):
    text = await (await client.get("/desk/training")).text()
    assert "还剩 1 条" in text
    assert "奶茶没给吸管啊" in text
    assert "13812345678" not in text


async def test_an_empty_inbox_says_so(client):
    assert "没有要看的消息" in await (await client.get("/desk/training")).text()


async def test_a_correction_leads_to_the_next_message(client, door, message):
    answer = await send_form(client, f"/desk/training/messages/{message.id}", deed="correct", rows=rows())
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/training?done=1")
    async with door.desk.units() as uow:
        (found,) = await uow.corrections.approved()
    assert found.parts[0].written == "[奶茶](product)没给吸管啊，电话00000000000"


@pytest.mark.parametrize(
    "form",
    [
        {"deed": "correct", "rows": rows(label="")},
        {"deed": "correct", "rows": "{"},
        {"deed": "correct", "rows": '[{"text": 1}]'},
        {"deed": "correct", "rows": "[]"},
        {"deed": "dance", "rows": rows()},
    ],
)
async def test_what_can_not_be_kept_comes_back_with_a_sentence(client, door, message, form):
    answer = await send_form(client, f"/desk/training/messages/{message.id}", **form)
    assert 400 <= answer.status < 500
    assert 'role="alert"' in await answer.text()
    async with door.desk.units() as uow:
        assert await uow.corrections.approved() == []


async def test_a_question_reaches_the_colleagues_inbox(aiohttp_client, client, door, message):
    await door.person("li", "李建国", Role.SUPERVISOR)
    path = f"/desk/training/messages/{message.id}"
    assert (await send_form(client, f"{path}/ask", colleague="li", question="这算什么？")).status == 303
    other = await aiohttp_client(door.app())
    await sign_in(other, "li")
    text = await (await other.get("/desk/inbox")).text()
    assert "这算什么？" in text
    assert f'href="{path}"' in text
    assert "13812345678" not in text


async def test_a_disagreement_is_shown_and_settled(aiohttp_client, client, door, message):
    await door.person("li", "李建国", Role.SUPERVISOR)
    other, path = await aiohttp_client(door.app()), f"/desk/training/messages/{message.id}"
    await sign_in(other, "li")
    await send_form(client, path, deed="correct", rows=rows())
    await send_form(other, path, deed="correct", rows=rows(label="carton.empty"))
    assert "看法不同" in await (await client.get(path)).text()
    async with door.desk.units() as uow:
        answers = await uow.corrections.of_message(message.id)
    theirs = next(one.id for one in answers if one.parts[0].label == "carton.empty")
    answer = await send_form(other, f"{path}/settle", answer=theirs)
    assert answer.status == 403
    assert (await send_form(client, f"{path}/settle", answer=theirs)).status == 303


async def test_a_label_is_proposed_and_completed(client):
    path = "/desk/training/labels"
    assert (await send_form(client, path, title="充电桩")).status == 303
    text = await (await client.get(path)).text()
    assert "例句还差 20 条" in text
    place = text.index(f"{path}/") + len(path) + 1
    one = f"{path}/{text[place : place + 26]}"
    examples = "\n".join(f"充电桩坏了{number}天" for number in range(20))
    clause = text.partition('<option value="')[2].partition('"')[0]
    form = {"title": "充电桩", "description": "小区里的", "clause": clause, "examples": examples}
    assert (await send_form(client, one, **form)).status == 303
    assert "齐了" in await (await client.get(path)).text()
    refused = await send_form(client, one, **form | {"clause": "K-NO"})
    assert refused.status == 400
    assert "K-NO" in await refused.text()


@pytest.mark.parametrize("path", ["/desk/training/messages/0a0a", "/desk/training/labels/0a0a"])
async def test_what_is_not_there_is_not_found(client, path):
    assert (await client.get(path)).status == 404
