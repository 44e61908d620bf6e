"""Rasa's room over HTTP on loopback (docs/protocol.md, the turn protocol)."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from bot.domain.errors import UnderstandingUnavailable
from bot.domain.reading import Reading, Reply, TurnAnswer, TurnContext
from bot.domain.vectors import Vectors

TURN_TIMEOUT = 20.0  # seconds for one turn, its actions included
_OK = 200


class RasaClient:
    """The one way from the desk to its Rasa; `secret` is shared by the pair, `also` are headers of a call."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        timeout: float = TURN_TIMEOUT,
        also: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers, self._also = {"Authorization": f"Bearer {secret}"}, also
        self._timeout = ClientTimeout(total=timeout, connect=2)
        self._session: ClientSession | None = None
        self._under_way: Counter[str] = Counter()
        self._one_less = asyncio.Event()

    def point_to(self, base_url: str) -> None:
        """Ask this Rasa from now on; what is under way is answered by the one that was asked."""
        self._base = base_url.rstrip("/")

    async def settled(self, base_url: str) -> None:
        """Wait until nothing is under way at this Rasa any more."""
        while self._under_way[base_url.rstrip("/")]:
            await self._one_less.wait()

    async def turn(
        self, conversation: str, turn: str, text: str, context: TurnContext, day: date
    ) -> TurnAnswer:
        """Have one message of a day understood and answered; UnderstandingUnavailable leaves no trace."""
        body = {
            "conversation": conversation,
            "turn": turn,
            "text": text,
            "context": context.to_json(),
            "day": day.isoformat(),
        }
        data = await self._call("POST", "turn", body)
        with _as_promised("turn"):
            return TurnAnswer(
                replies=tuple(Reply.from_json(row) for row in data["replies"]),
                reading=Reading.from_json(data["reading"]),
            )

    async def parse(self, texts: Sequence[str], day: date | None = None) -> list[Reading]:
        """Understand many texts of one day (today) at once, without a conversation."""
        body = {"texts": list(texts), "day": day.isoformat() if day else None}
        data = await self._call("POST", "parse", body)
        with _as_promised("parse"):
            return [Reading.from_json(row) for row in data["readings"]]

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Where texts lie in the space of the live model's sentence encoder; UnderstandingUnavailable."""
        data = await self._call("POST", "vectors", {"texts": list(texts)})
        with _as_promised("vectors"):
            rows = tuple(base64.b64decode(row, validate=True) for row in data["vectors"])
            return Vectors(str(data["model"]), rows)

    async def health(self) -> dict[str, Any]:
        """The live model and its labels; UnderstandingUnavailable while none is ready."""
        return await self._call("GET", "health", None)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=0), headers=self._headers)
        with self._counted(self._base) as base:
            return await self._answer(self._session, method, f"{base}/webhooks/desk/{path}", body)

    async def _answer(
        self, session: ClientSession, method: str, url: str, body: dict[str, Any] | None
    ) -> dict[str, Any]:
        try:
            headers, timeout = self._also(), self._timeout
            async with session.request(method, url, json=body, headers=headers, timeout=timeout) as response:
                if response.status != _OK:
                    raise UnderstandingUnavailable(f"Rasa answered {response.status} to {url}")
                data: dict[str, Any] = await response.json()
                return data
        except (ClientError, TimeoutError, OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UnderstandingUnavailable(f"Rasa can't be reached: {type(error).__name__}") from error

    @contextmanager
    def _counted(self, base: str) -> Iterator[str]:
        """Count what is under way at each Rasa, so that none is stopped while it answers."""
        self._under_way[base] += 1
        try:
            yield base
        finally:
            self._under_way[base] -= 1
            self._one_less.set()
            self._one_less = asyncio.Event()


@contextmanager
def _as_promised(path: str) -> Iterator[None]:
    """An answer of another shape than docs/protocol.md is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise UnderstandingUnavailable(f"Rasa answered {path} in another shape than promised") from error
