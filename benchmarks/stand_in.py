"""Speaks Rasa's side of the turn protocol for `benchmarks/fleet.py`: `python stand_in.py PORT ACTIONS_URL`.

It reads the lines of typical.py by a table, follows the rules of data/rules as tests/rooms.py knows them,
and calls the desk's actions over HTTP as Rasa does. So a machine can hold several; what Rasa itself costs is
left out.
"""

import os
import sys
from typing import Any

import aiohttp
from aiohttp import web

from bot.domain.reading import TurnContext
from tests.rooms import Room
from typical import read


class Actions:
    """The desk's actions, as the room calls them."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {secret}"}
        self._session: aiohttp.ClientSession | None = None

    async def run(self, call: dict[str, Any], turn: str, place: int) -> dict[str, Any]:
        """One action of a turn."""
        self._session = self._session or aiohttp.ClientSession(headers=self._headers)
        headers = {"X-Kesu-Turn": turn, "X-Kesu-Action": str(place)}
        async with self._session.post(self._url, json=call, headers=headers) as answer:
            answer.raise_for_status()
            done: dict[str, Any] = await answer.json()
            return done


class _Table(dict[str, Any]):
    """Reads whatever it is asked for."""

    def get(self, text: str, default: object = None) -> Any:  # noqa: ANN401 -- a reading
        """What the text says."""
        del default
        return read(text)


class Door:
    """The routes that the desk calls."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def turn(self, request: web.Request) -> web.Response:
        """Answer one message."""
        asked = await request.json()
        context = TurnContext.from_json(asked["context"])
        answer = await self._room.turn(
            asked["conversation"], asked["turn"], asked["text"], context, asked["day"]
        )
        replies = [reply.to_json() for reply in answer.replies]
        return web.json_response(
            {"turn": asked["turn"], "replies": replies, "reading": answer.reading.to_json()}
        )

    async def parse(self, request: web.Request) -> web.Response:
        """Read texts."""
        readings = await self._room.parse((await request.json())["texts"])
        return web.json_response({"model": "stand-in", "readings": [one.to_json() for one in readings]})

    async def health(self, request: web.Request) -> web.Response:
        """It is always ready."""
        del request
        return web.json_response({"model": "stand-in.tar.gz", "labels": []})


def main() -> None:
    """Serve until ended."""
    port, url = sys.argv[1:]
    room = Room(None, None, None)  # its actions are the desk's
    room.server, room.table, room.turns, room.days = (
        Actions(url, os.environ["KESU_PAIR_SECRET"]),
        _Table(),
        _Forgets(),
        _Forgets(),
    )
    door, app = Door(room), web.Application()
    app.router.add_post("/webhooks/desk/turn", door.turn)
    app.router.add_post("/webhooks/desk/parse", door.parse)
    app.router.add_get("/webhooks/desk/health", door.health)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


class _Forgets(list[Any]):
    """What the room notes for tests."""

    def append(self, one: object) -> None:
        """Keep nothing."""


if __name__ == "__main__":
    main()
