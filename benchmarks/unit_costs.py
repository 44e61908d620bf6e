"""What a conversation costs: `.venv/bin/python benchmarks/unit_costs.py [--help]`.

One desk with a real Rasa on PostgreSQL and Redis; customers hold typical conversations (typical.py) to their
end. Processor time by process, rows and bytes by table, a webhook's outbox, an open socket's memory, and what
the processes use while nobody writes. docs/scaling.md reckons with these (on_paper.py).
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.adapters.serving import listening
from bot.domain.people import Role, User
from bot.domain.webhook import Event, Webhook
from bot.settings import ROOT
from case_life import case_life
from kept import Around
from on_paper import Units, keep_units, tables
from pairs import Pairs, Shared, pairs, shared
from table_sizes import Size, Sizes, commits, grown, sizes
from talkers import finished

WORK = ROOT / ".kesu" / "bench"
CONVERSATIONS, AT_ONCE, SOCKETS, IDLE_S = 300, 8, 1000, 20.0
WARMING = 64  # conversations before times are taken: each connection has to learn the statements


async def measure(common: Shared, conversations: int, sockets: int, *, real: bool) -> Units:
    """Everything, on one pair."""
    warming = min(WARMING, conversations)
    networks = {"KESU_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        async with pairs(1, common, Path(folder), real=real, more=networks) as pair, _receiver() as url:
            await _subscribe(pair, url)
            # Packing makes PostgreSQL forget what it knows of its tables: never just before times are taken.
            empty = await sizes(pair.database, packed=True)
            await finished(pair.urls, AT_ONCE, warming)
            spent, committed = pair.spent(), await commits(pair.database)
            talked = await finished(pair.urls, AT_ONCE, conversations)
            turns, used = len(talked.times), _since(spent, pair)
            committed = (await commits(pair.database) - committed) / turns
            held = conversations + warming
            written = grown(empty, await sizes(pair.database, packed=False), held)
            packed = grown(empty, await sizes(pair.database, packed=True), held)
            memory = pair.megabytes()
            socket = await _socket_kilobytes(pair, sockets)
            idle = pair.spent()
            await asyncio.sleep(IDLE_S)
            idle = _since(idle, pair)
    begun, lived = await case_life(common)
    return Units(
        turns=turns / conversations,
        milliseconds={name: 1000 * seconds / turns for name, seconds in used.items()},
        idle={name: seconds / IDLE_S for name, seconds in idle.items()},
        megabytes=memory,
        socket_kilobytes=socket,
        commits=committed,
        rows={name: size.rows for name, size in packed.items() if size.rows > 0},
        bytes_written=_bytes(written),
        bytes_packed=_bytes(packed),
        tables={name: size.bytes for name, size in packed.items() if size.bytes > 0},
        case_rows=_sum(lived).rows - _sum(begun).rows,
        case_bytes=(_sum(lived).raw - _sum(begun).raw) * _bytes(packed) / _sum(packed).raw,
    )


def _since(before: dict[str, float], pair: Pairs) -> dict[str, float]:
    return {name: seconds - before[name] for name, seconds in pair.spent().items()}


def _sum(found: Sizes) -> Size:
    return Size(*(sum(getattr(size, what) for size in found.values()) for what in ("rows", "raw", "bytes")))


def _bytes(found: Sizes) -> float:
    return _sum(found).bytes


@asynccontextmanager
async def _receiver() -> AsyncIterator[str]:
    """Somebody who is told by webhook, and says yes."""

    async def yes(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app, port = web.Application(), free_port()
    app.router.add_post("/", yes)
    async with listening(app, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}/"


async def _subscribe(pair: Pairs, url: str) -> None:
    """One webhook of all events but single messages, as a CRM would have it."""
    database = Database(pair.database.render_as_string(hide_password=False), Sealer.from_base64(pair.key))
    now = SystemClock().now()
    events = sorted(set(Event) - {Event.MESSAGE_CREATED})
    try:
        async with database.units(NobodyWatches())() as uow:
            uow.people.add(User("boss", "boss", "boss", Role.ADMIN, "", now))
            await uow.flush()
            uow.webhooks.add(Webhook("hook", url, "whsec_YWJj", now, "boss", events))
            await uow.commit()
    finally:
        await database.close()


async def _socket_kilobytes(pair: Pairs, number: int) -> float:
    """What an open page adds to the desk's resident memory, having said nothing yet."""
    (url,) = pair.urls
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        )
        before = pair.megabytes()["desk"]
        for _ in range(number):
            async with session.post(f"{url}/api/visitor", json={}) as answer:
                token = (await answer.json())["token"]
            socket = await stack.enter_async_context(session.ws_connect(f"{url}/ws"))
            await socket.send_json({"type": "hello", "token": token, "after": None})
            await socket.receive()
        return (pair.megabytes()["desk"] - before) * 1024 / number


def main() -> int:
    """Measure, keep, and print units and the reckoning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--stand-in", action="store_true", help="instead of a real Rasa")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    around = Around.now()
    with shared() as common:
        found = asyncio.run(
            measure(common, options.conversations, options.sockets, real=not options.stand_in)
        )
    behind = "a stand-in for Rasa" if options.stand_in else "a real Rasa"
    keep_units(around, found, f"{options.conversations} conversations, {behind}")
    print(f"{around.told()}\n{tables(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
