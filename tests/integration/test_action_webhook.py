"""The listener to which Rasa sends its action calls."""

import pytest

from actions.webhook import ActionServer
from bot.domain.reading import TurnContext
from tests.desks import make_desk
from tests.rooms import SECRET, reading, tracker

CALL = {
    "next_action": "action_greet",
    "sender_id": "nobody",
    "domain": {},
    "tracker": tracker("nobody", reading("greet"), TurnContext()),
}


@pytest.fixture
async def client(units, sealer, aiohttp_client):
    desk = make_desk(units, sealer)
    return await aiohttp_client(ActionServer(units, desk.words, desk.clock, SECRET).app())


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}])
async def test_a_call_without_the_pairs_secret_is_refused(client, headers):
    answer = await client.post("/webhook", json=CALL, headers=headers)
    assert answer.status == 401


async def test_outside_of_a_turn_an_action_only_names_itself(client):
    answer = await client.post("/webhook", json=CALL, headers={"Authorization": f"Bearer {SECRET}"})
    (said,) = (await answer.json())["responses"]
    assert "action_greet" in said["text"]


async def test_a_call_for_a_conversation_that_does_not_exist_fails(client):
    headers = {"Authorization": f"Bearer {SECRET}", "X-Kesu-Turn": "t", "X-Kesu-Action": "1"}
    answer = await client.post("/webhook", json=CALL, headers=headers)
    assert answer.status == 500
