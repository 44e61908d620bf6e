"""Rasa's room over HTTP on loopback (docs/protocol.md, the turn protocol)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from bot.domain.errors import UnderstandingUnavailable
from bot.domain.reading import Reading, Reply, TurnAnswer, TurnContext

TURN_TIMEOUT = 20.0  # seconds for one turn, its actions included
_OK = 200


class RasaClient:
    """The one way from the desk to its Rasa; `secret` is shared by the pair."""

    def __init__(self, base_url: str, secret: str, timeout: float = TURN_TIMEOUT) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._timeout = ClientTimeout(total=timeout, connect=2)
        self._session: ClientSession | None = None

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
        url = f"{self._base}/webhooks/desk/{path}"
        try:
            async with self._session.request(method, url, json=body, timeout=self._timeout) as response:
                if response.status != _OK:
                    raise UnderstandingUnavailable(f"Rasa answered {response.status} to {path}")
                data: dict[str, Any] = await response.json()
                return data
        except (ClientError, TimeoutError, OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UnderstandingUnavailable(f"Rasa can't be reached: {type(error).__name__}") from error


@contextmanager
def _as_promised(path: str) -> Iterator[None]:
    """An answer of another shape than docs/protocol.md is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise UnderstandingUnavailable(f"Rasa answered {path} in another shape than promised") from error
