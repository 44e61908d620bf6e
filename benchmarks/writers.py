"""Scripted customers who write all the time, and when the desk answered them by its ledger."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path

import aiohttp

from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened
from bot.domain.conversation import Author, Delivery
from bot.settings import Settings, load_settings
from stock_rasa import LOOK_EVERY_S

CUSTOMERS, EVERY_S = 10, 1.5
PATIENCE_S = 240.0
TEXTS = ("水有怪味", "昨天买的", "上海", "不方便", "怎么赔", "你好", "一共两箱", "好的", "处理到哪一步了")


@dataclass
class Sent:
    """What the customers wrote and the desk acknowledged, by message id."""

    ids: list[str] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True)
class Turn:
    """One message: when it was stored, and how many seconds later its answer was."""

    at: datetime
    seconds: float


def settings_of(var: Path) -> Settings:
    """The settings of a desk that runs on a folder of its own."""
    return with_secrets(load_settings().having(var=var, database_url=f"sqlite:///{var / 'kesu.db'}"))


@asynccontextmanager
async def writing(url: str, sent: Sent) -> AsyncIterator[None]:
    """Customers who write all the time, each in a conversation of its own."""
    stop = asyncio.Event()
    customers = [asyncio.create_task(_customer(url, number, sent, stop)) for number in range(CUSTOMERS)]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*customers)


async def _customer(url: str, number: int, sent: Sent, stop: asyncio.Event) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/api/visitor", json={}) as answer:
            token = (await answer.json())["token"]
        session.headers["Authorization"] = f"Bearer {token}"
        await asyncio.sleep(number * EVERY_S / CUSTOMERS)
        for count, text in enumerate(islice(cycle(TEXTS), number % len(TEXTS), None)):
            body = {"client_id": f"m{count}", "text": text}
            async with session.post(f"{url}/api/messages", json=body) as answer:
                if answer.ok:
                    sent.ids.append((await answer.json())["id"])
                else:
                    sent.refused += 1
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue
            return


async def answered(sent: Sent, settings: Settings) -> tuple[list[Turn], int]:
    """Each message with the time until its first answer, from the ledger; how many were lost."""
    end = time.monotonic() + PATIENCE_S
    async with opened(settings) as database:
        units = database.reading_units()
        while True:
            async with units() as uow:
                if not await uow.conversations.with_waiting_messages() or time.monotonic() > end:
                    break
            await asyncio.sleep(LOOK_EVERY_S)
        async with units() as uow:
            messages = [
                message
                for conversation in await uow.conversations.for_agents()
                for message in await uow.messages.latest(conversation.id, limit=10_000)
            ]
    said = {m.in_reply_to: m.created_at for m in reversed(messages) if m.author is Author.BOT}
    mine = {m.id: m for m in messages if m.author is Author.CUSTOMER and m.delivery is Delivery.ANSWERED}
    turns = [
        Turn(mine[one].created_at, (said[one] - mine[one].created_at).total_seconds())
        for one in sent.ids
        if one in mine and one in said
    ]
    return turns, len([one for one in sent.ids if one not in mine])
