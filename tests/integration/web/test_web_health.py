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


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
async def test_without_the_database_it_is_503_and_says_which_part_is_away(door, aiohttp_client, path):
    async def away():
        return False

    client = await aiohttp_client(door.app(database=away))
    answer = await client.get(path)
    assert answer.status == 503
    body = await answer.json()
    assert (body["status"], body["away"]) == ("away", ["database"])


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
async def test_a_process_that_drains_is_not_ready_though_nothing_is_away(door, aiohttp_client, path):
    client = await aiohttp_client(door.app(draining=lambda: True, ready=lambda: False))
    answer = await client.get(path)
    assert answer.status == 503
    body = await answer.json()
    assert body["status"] == "draining"
    assert "away" not in body


async def test_while_rasa_is_away_it_is_not_ready_and_says_so(door, aiohttp_client):
    client = await aiohttp_client(door.app(ready=lambda: False))
    answer = await client.get("/health/ready")
    assert answer.status == 503
    assert await answer.json() == {"status": "starting", "away": ["rasa"]}


async def test_the_process_is_alive_whatever_is_away(door, aiohttp_client):
    async def away():
        return False

    client = await aiohttp_client(door.app(ready=lambda: False, database=away, draining=lambda: True))
    assert (await client.get("/health/live")).status == 200


async def test_the_public_port_tells_no_metrics(door, aiohttp_client):
    client = await aiohttp_client(door.app())
    assert (await client.get("/metrics")).status == 404
