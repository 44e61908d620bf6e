"""Several desks on one PostgreSQL and one Redis, each with a Rasa or a stand-in, and what they cost."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.adapters.child import ChildProcess, environment
from bot.adapters.database.schema import upgrade
from bot.adapters.database.sealing import new_key
from bot.adapters.listening import free_port
from bot.adapters.model_files import chosen_model
from bot.settings import ROOT, load_settings
from chatters import _ready
from startup import descendants, resident
from stock_rasa import started
from tests import databases
from tests.redis_server import RedisServer

TICKS = os.sysconf("SC_CLK_TCK")
ALONE = (str(ROOT / "tests" / "e2e" / "desk_process.py"),)  # a desk that starts no Rasa
WITH_RASA = ("-P", "-m", "bot", "up")
MANY = "1000000"  # all customers come from one address here


@dataclass(frozen=True)
class Shared:
    """What all pairs share; the process ids are those of the servers, as far as they were started here."""

    server: URL
    redis_url: str | None
    roots: Mapping[str, int]


@contextmanager
def shared() -> Iterator[Shared]:
    """A PostgreSQL and, where it is installed, a Redis; pytest.skip.Exception without PostgreSQL."""
    with ExitStack() as stack:
        server = stack.enter_context(databases.postgres_server())
        try:
            redis = stack.enter_context(RedisServer())
        except pytest.skip.Exception:
            yield Shared(server, None, _listeners(PostgreSQL=server.port))
        else:
            yield Shared(server, redis.url, _listeners(PostgreSQL=server.port, Redis=redis.port))


@dataclass(frozen=True)
class Pairs:
    """Running desks: their addresses, the process of each, and all roots by what they are."""

    urls: list[str]
    desks: list[int]
    database: URL
    key: str
    stand_ins: list[int]
    shared: Shared

    def spent(self) -> dict[str, float]:
        """The processor seconds that each kind of process has used so far, those that ended included."""
        kinds = {"customers": [os.getpid()], "stand-in": self.stand_ins, **self._halves()}
        servers = {name: _tree(pid) for name, pid in self.shared.roots.items()}
        return servers | {name: sum(map(_seconds, pids)) for name, pids in kinds.items() if pids}

    def megabytes(self) -> dict[str, float]:
        """The resident memory of all desks and of all Rasas."""
        return {name: sum(map(resident, pids)) for name, pids in self._halves().items() if pids}

    def _halves(self) -> dict[str, list[int]]:
        found = [pid for root in self.desks for pid in descendants(root)]
        rasas = [pid for pid in found if "bot.nlu.server" in _command(pid)]
        return {"desk": [pid for pid in found if pid not in rasas], "Rasa": rasas}


@asynccontextmanager
async def pairs(
    number: int, common: Shared, folder: Path, *, real: bool, more: Mapping[str, str] | None = None
) -> AsyncIterator[Pairs]:
    """So many pairs on a new database, ready to answer; `more` are further settings of all."""
    name = f"fleet_{folder.name}".replace("-", "_").lower()
    await databases.run_on_server(common.server, f"CREATE DATABASE {name}")
    database, key = common.server.set(database=name), new_key()
    url = database.render_as_string(hide_password=False)
    await upgrade(url)
    given = {"KESU_DATABASE_URL": url, "KESU_DATA_KEY": key, "KESU_IDENTITY_SECRET": new_key()} | dict(
        more or {}
    )
    given |= {f"KESU_{what}_PER_ADDRESS": MANY for what in ("VISITORS", "MESSAGES", "SOCKETS")}
    if common.redis_url:
        given["KESU_REDIS_URL"] = common.redis_url
    async with AsyncExitStack() as stack:
        entered = [
            stack.enter_async_context(_pair(folder / f"pair{n}", given, real=real)) for n in range(number)
        ]
        made = await asyncio.gather(*entered)
        desks, stand_ins = [desk for _, desk, _ in made], [one for _, _, one in made if one]
        yield Pairs([url for url, _, _ in made], desks, database, key, stand_ins, common)


@asynccontextmanager
async def _pair(
    folder: Path, given: Mapping[str, str], *, real: bool
) -> AsyncIterator[tuple[str, int, int | None]]:
    folder.mkdir()
    actions, room, port = free_port(), free_port(), free_port()
    own = {"KESU_VAR": str(folder), "KESU_PORT": str(port), "KESU_PAIR_SECRET": new_key()}
    own |= {"KESU_ACTIONS_PORT": str(actions), "KESU_RASA_PORT": str(room)}
    own |= {"KESU_MODEL": str(chosen_model(load_settings())), "PYTHONPATH": str(ROOT)}
    env, url, log = environment() | dict(given) | own, f"http://127.0.0.1:{port}", folder / "desk.log"
    async with AsyncExitStack() as stack:
        stand_in = None
        if not real:
            command = [sys.executable, str(ROOT / "benchmarks" / "stand_in.py"), str(room)]
            command.append(f"http://127.0.0.1:{actions}/webhook")
            stand_in = await ChildProcess.spawn(command, env=env, log=folder / "stand_in.log")
            stack.push_async_callback(stand_in.stop)
        desk = await ChildProcess.spawn([sys.executable, *(WITH_RASA if real else ALONE)], env=env, log=log)
        stack.push_async_callback(desk.stop)
        await started(desk, log, _ready(url))
        yield url, desk.pid, stand_in.pid if stand_in else None


def _listeners(**ports: int | None) -> dict[str, int]:
    """The process that was started to listen on each of these ports, by its command line."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        for name, port in ports.items():
            words = _command(int(place.name))
            if str(port) in " ".join(words) and name.lower().removesuffix("ql") in words[0].lower():
                found[name] = min(int(place.name), found.get(name, 1 << 30))
    return found


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except OSError:
        return [""]


def _seconds(pid: int, last: int = 13) -> float:
    """What a process has used (up to field 13), with `last` 15 also what its ended children have."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return sum(map(int, stat.rpartition(")")[2].split()[11:last])) / TICKS


def _tree(root: int) -> float:
    """A server whose processes come and go."""
    return _seconds(root, 15) + sum(map(_seconds, descendants(root)[1:]))
