import pytest

from bot.services.promotion import Serving


@pytest.mark.parametrize(
    ("serving", "switching"), [(Serving("a", "a"), False), (Serving("a", "b", switching=True), True)]
)
async def test_watchers_hear_which_model_answers_and_which_one_is_to(
    door, aiohttp_client, serving, switching
):
    client = await aiohttp_client(door.app(serving=lambda: serving))
    answer = await client.get("/health")
    assert answer.status == 200
    assert await answer.json() == {
        "status": "ok",
        "model": "a",
        "wanted": serving.wanted,
        "switching": switching,
    }


async def test_while_messages_only_wait_it_is_503_and_no_model_answers(door, aiohttp_client):
    client = await aiohttp_client(door.app(ready=lambda: False, serving=lambda: Serving(None, "a")))
    answer = await client.get("/health")
    assert answer.status == 503
    assert (await answer.json())["model"] is None
