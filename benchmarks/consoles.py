"""Agents with open consoles and the customers whom they serve, without browsers (agents.py)."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sides import Failed

PASSWORD = "benchmark agents' password"  # noqa: S105 -- of a desk that lives for minutes
ASKS = "转人工"
HELD = 5  # conversations of one agent at once
THINKS_S = (3.0, 9.0)  # between two deeds of an agent
PATIENCE_S = 10
TOO_MANY = 429


@dataclass
class Seen:
    """What all agents together experienced, in milliseconds."""

    messages: list[float] = field(default_factory=list)  # from the agent's Enter to the customer's socket
    checks: list[float] = field(default_factory=list)  # the look at the words before
    claims: list[float] = field(default_factory=list)
    lists: list[float] = field(default_factory=list)  # from a claim's Enter to each other console's list
    conflicts: int = 0
    lost: int = 0


class Served:
    """A customer who asks for a person, and gets what the agents write on their socket."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self.arrivals: dict[str, float] = {}  # an agent's line: when it came
        self._count = 0

    async def stay(self, until: float) -> None:
        """Ask for a person, and again after each time one has left."""
        async with self._session.post(f"{self._url}/api/visitor", json={}) as answer:
            token = (await answer.json())["token"]
        async with self._session.ws_connect(f"{self._url}/ws") as socket:
            await socket.send_json({"type": "hello", "token": token, "after": None})
            await self._say(socket, ASKS)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    async for message in socket:
                        await self._hear(socket, json.loads(message.data))

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["type"] != "lines":
            return
        now = time.perf_counter()
        for line in frame["messages"]:
            if line["author"] == "agent":
                self.arrivals[line["text"]] = now
        if frame["owner"] == "bot" and any(line["author"] == "desk" for line in frame["messages"]):
            await self._say(socket, ASKS)

    async def _say(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        self._count += 1
        await socket.send_json({"type": "send", "client_id": f"m{self._count}", "text": text})


class Agent:
    """An agent at an open console."""

    def __init__(
        self, url: str, login: str, seen: Seen, served: Sequence[Served], chance: random.Random
    ) -> None:
        self._url, self._login, self._seen = url, login, seen
        self._served, self._chance = served, chance
        headers = {"Origin": url, "Accept": "application/json"}
        jar = aiohttp.CookieJar(unsafe=True)  # which keeps an IP address's cookies too
        self._session = aiohttp.ClientSession(headers=headers, cookie_jar=jar)
        self.rows: dict[str, dict[str, Any]] = {}
        self.told: dict[tuple[str, int], float] = {}  # (conversation, version): when the list showed it
        self._written = 0

    async def sign_in(self) -> None:
        """As the login page does; a desk that says slow down is waited for."""
        form = {"login": self._login, "password": PASSWORD}
        while True:
            async with self._session.post(
                f"{self._url}/desk/login", data=form, allow_redirects=False
            ) as answer:
                if answer.status != TOO_MANY:
                    if "Location" not in answer.headers:
                        raise Failed(f"{self._login} can't sign in: {answer.status}")
                    return
            await asyncio.sleep(2)

    async def hire(self, logins: Sequence[str]) -> None:
        """Add people, as the page does for an admin."""
        for login in logins:
            form = {"login": login, "name": login, "role": "agent", "password": PASSWORD}
            path = f"{self._url}/desk/people"
            async with self._session.post(path, data=form, allow_redirects=False) as answer:
                if answer.status != aiohttp.http.HTTPStatus.SEE_OTHER:
                    raise Failed(f"{login} can't be added: {answer.status}")
        await self._session.close()

    async def work(self, until: float, others: Sequence["Agent"]) -> None:
        """Keep the console open and do one thing after another until the end."""
        async with self._session.ws_connect(f"{self._url}/desk/api/ws", heartbeat=20) as socket:
            await socket.send_json({"type": "hello", "version": 0, "boot": "", "everything": False})
            hearing = asyncio.create_task(self._hear(socket))
            now = asyncio.get_running_loop().time
            while now() < until - PATIENCE_S:
                await asyncio.sleep(self._chance.uniform(*THINKS_S))
                await self._do_something(socket, others)
            await asyncio.sleep(max(0.0, until - now()))  # whoever did something last is still heard
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
        await self._session.close()

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            now, frame = time.perf_counter(), json.loads(message.data)
            if frame["type"] == "rows":
                for row in frame["rows"]:
                    self.rows[row["id"]] = row
                    self.told.setdefault((row["id"], row["version"]), now)

    def saw(self, id: str, version: int) -> float | None:
        """When the list showed this conversation as it was then, or after a further change."""
        return min(
            (at for (one, shown), at in self.told.items() if one == id and shown >= version), default=None
        )

    async def _do_something(self, socket: aiohttp.ClientWebSocketResponse, others: Sequence["Agent"]) -> None:
        name = self._login
        mine = [row for row in self.rows.values() if row["owner"] == "agent" and row["agent"] == name]
        queue = [row for row in self.rows.values() if row["owner"] == "queue"]
        if queue and len(mine) < HELD and self._chance.random() < 0.7:  # noqa: PLR2004 -- mostly
            await self._claim(socket, self._chance.choice(queue), others)
        elif mine and self._chance.random() < 0.15:  # noqa: PLR2004 -- now and then
            row = self._chance.choice(mine)
            await self._post(row["id"], "release", expected=row["version"])
        elif mine:
            await self._write(socket, self._chance.choice(mine))

    async def _claim(
        self, socket: aiohttp.ClientWebSocketResponse, row: dict[str, Any], others: Sequence["Agent"]
    ) -> None:
        began = time.perf_counter()
        status, said = await self._post(row["id"], "claim", expected=row["version"])
        self._seen.claims.append((time.perf_counter() - began) * 1000)
        if status != aiohttp.http.HTTPStatus.OK:
            self._seen.conflicts += 1
            return
        await socket.send_json({"type": "look", "conversation": row["id"]})
        async with self._session.get(f"{self._url}/desk/api/conversations/{row['id']}") as answer:
            await answer.read()
        talk, version, end = row["id"], said["row"]["version"], began + PATIENCE_S
        while not all(other.saw(talk, version) for other in others) and time.perf_counter() < end:
            await asyncio.sleep(0.01)
        times = [seen for other in others if (seen := other.saw(talk, version))]
        self._seen.lists += [(told - began) * 1000 for told in times]
        self._seen.lost += len(others) - len(times)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse, row: dict[str, Any]) -> None:
        self._written += 1
        text = f"您好，我在看您的情况。（{self._login}-{self._written}）"
        await socket.send_json({"type": "typing"})
        began = time.perf_counter()
        await self._post(row["id"], "check", text=text)
        self._seen.checks.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        status, _ = await self._post(row["id"], "write", text=text, expected=row["version"])
        if status != aiohttp.http.HTTPStatus.OK:
            self._seen.conflicts += 1
            return
        while time.perf_counter() < began + PATIENCE_S:
            for customer in self._served:
                if text in customer.arrivals:
                    self._seen.messages.append((customer.arrivals.pop(text) - began) * 1000)
                    return
            await asyncio.sleep(0.01)
        self._seen.lost += 1

    async def _post(self, conversation: str, deed: str, **body: object) -> tuple[int, dict[str, Any]]:
        url = f"{self._url}/desk/api/conversations/{conversation}/{deed}"
        async with self._session.post(url, json=body) as answer:
            return answer.status, await answer.json()
