"""Customers who hold one typical conversation after the other, each writing as soon as they are answered."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from sides import Failed
from typical import conversation

PATIENCE_S = 60.0


@dataclass
class Talked:
    """What all of them together experienced: milliseconds to each answer, and finished conversations."""

    times: list[float] = field(default_factory=list)
    conversations: int = 0
    most: int | None = None  # conversations to begin; None: until they are stopped
    begun: int = 0


@asynccontextmanager
async def talking(urls: Sequence[str], customers: int, talked: Talked) -> AsyncIterator[None]:
    """So many at a time, spread over the desks, while the block runs. What failed is raised at its end."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        tasks = [
            asyncio.create_task(_talk(session, urls[number % len(urls)], random.Random(number), talked))  # noqa: S311 -- the same every time
            for number in range(customers)
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    for one in ended:
        if isinstance(one, Exception):
            raise one


async def finished(urls: Sequence[str], customers: int, conversations: int) -> Talked:
    """So many conversations, to their end."""
    talked, connector = Talked(most=conversations), aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
        asyncio.TaskGroup() as together,
    ):
        for number in range(customers):
            chance = random.Random(number)  # noqa: S311 -- the same every time
            together.create_task(_talk(session, urls[number % len(urls)], chance, talked))
    return talked


async def _talk(session: aiohttp.ClientSession, url: str, chance: random.Random, talked: Talked) -> None:
    """One conversation after the other, each a new customer's."""
    while True:
        if talked.most is not None and talked.begun >= talked.most:
            return
        talked.begun += 1
        async with session.post(f"{url}/api/visitor", json={}) as answer:
            token = (await answer.json())["token"]
        async with session.ws_connect(f"{url}/ws") as socket:
            await socket.send_json({"type": "hello", "token": token, "after": None})
            for number, text in enumerate(conversation(chance)):
                began = time.perf_counter()
                await socket.send_json({"type": "send", "client_id": f"m{number}", "text": text})
                async with asyncio.timeout(PATIENCE_S):
                    await _answered(socket, f"m{number}")
                talked.times.append((time.perf_counter() - began) * 1000)
        talked.conversations += 1


async def _answered(socket: aiohttp.ClientWebSocketResponse, client_id: str) -> None:
    """Read until something was said after the message of this id."""
    place = last = 0
    async for message in socket:
        frame = json.loads(message.data)
        if frame["type"] == "refused":
            raise Failed(f"the desk refused: {frame['message']}")
        if frame["type"] == "stored" and frame["client_id"] == client_id:
            place = frame["seq"]
        elif frame["type"] == "lines":
            last = max([last, *(line["seq"] for line in frame["messages"] if line["author"] != "customer")])
        if 0 < place < last:
            return
    raise Failed("the desk closed a customer's socket")
