"""The two sides that a customer talks to: the whole desk, and stock Rasa."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.app import Desk
from bot.domain.conversation import Author

COMPLAINT = "你们的八宝粥里吃出一只苍蝇，太恶心了"
HUMAN = "转人工"
SATISFIED = "很满意"
GREETING = "你好"


class Failed(Exception):
    """A measurement that would mean nothing; the message says why."""


class Side(Protocol):
    """Who is measured."""

    async def open(self, who: str) -> None:
        """Begin the conversation of a customer who has a complaint."""

    async def say(self, who: str, text: str) -> object:
        """Have one message of a customer answered."""

    async def parse(self, text: str) -> object:
        """Have a text understood, outside of any conversation."""


class Ours:
    """The desk as it runs: each message is stored, understood, acted upon, and its replies are stored."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._said = 0

    async def open(self, who: str) -> None:
        """Complain and ask for a person: a case is opened, accepted, and no question stays open."""
        await self.say(who, COMPLAINT)
        await self.say(who, HUMAN)

    async def say(self, who: str, text: str) -> str:
        """Have one message answered; the id of the stored message."""
        self._said += 1
        message = await self._desk.intake.receive("web", who, text, client_id=str(self._said))
        await self._desk.turns.answer_next(message.conversation_id)
        return message.id

    async def parse(self, text: str) -> object:
        """Have a text understood."""
        return await self._desk.rasa.parse([text])

    async def replies(self, who: str, text: str) -> list[str]:
        """Have one message answered; the bot's replies."""
        asked = await self.say(who, text)
        conversation = await self._desk.intake.conversation_id("web", who) or ""
        async with self._desk.units() as uow:
            lines = await uow.messages.latest(conversation, limit=20)
        return [line.text for line in lines if line.author is Author.BOT and line.in_reply_to == asked]


class Stock:
    """Stock Rasa, by its REST channel."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = url, session

    async def open(self, who: str) -> None:
        """As many messages as a customer of the desk begins with; stock has no case to open."""
        await self.say(who, SATISFIED)
        await self.say(who, SATISFIED)

    async def say(self, who: str, text: str) -> list[str]:
        """Have one message answered; the replies. Failed when there are none: stock hides failed actions."""
        body = {"sender": who, "message": text}
        replies: list[dict[str, Any]] = await self._post("/webhooks/rest/webhook", body)
        if not replies:
            raise Failed(f"stock Rasa did not answer {text}")
        return [reply["text"] for reply in replies]

    async def parse(self, text: str) -> object:
        """Have a text understood."""
        return await self._post("/model/parse", {"text": text})

    async def _post(self, path: str, body: object) -> Any:  # noqa: ANN401 -- JSON
        async with self._session.post(f"{self._url}{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()


def lengthen(database: Path, who: str, messages: int) -> None:
    """Bring a conversation that stock Rasa keeps in SQLite to so many messages, repeating its last turn.

    The rows are those that talking would have left: Rasa reads them all before each turn, in order of their
    ids. Talking would take minutes, since each turn is slower than the one before.
    """
    columns = "sender_id, type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(database)) as connection, connection:
        heard, begins = connection.execute(
            "SELECT count(*), max(id) FROM events WHERE sender_id = ? AND type_name = 'user'", (who,)
        ).fetchone()
        turn = connection.execute(
            f"SELECT {columns} FROM events WHERE sender_id = ? AND id >= ? ORDER BY id",  # noqa: S608 -- our own columns
            (who, begins),
        ).fetchall()
        connection.executemany(
            f"INSERT INTO events ({columns}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 -- our own columns
            turn * (messages - heard),
        )
