"""The knocks: each a call that is given a stage, does its worst for a while, and repairs it."""

import asyncio
import random
import resource
import signal
import sqlite3
from contextlib import closing, suppress


def kills(number, seed, victims=("desk",) * 4 + ("rasa",), pause=(0.05, 4.0)):
    """SIGKILL, at random moments, of the desk (started again at once) or of Rasa (its watcher does that)."""

    async def fault(stage):
        chance = random.Random(seed)  # noqa: S311 -- the same every time
        for _ in range(number):
            await asyncio.sleep(chance.uniform(*pause))
            if chance.choice(victims) == "rasa":
                stage.rasa.kill()
            else:
                stage.desk.kill()
                await stage.start()
            stage.note()

    return fault


def rasa_hangs(seconds):
    """SIGSTOP, and SIGCONT after a while; the watcher may have put another one in its place by then."""

    async def fault(stage):
        stage.rasa.kill(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        stage.rasa.kill(signal.SIGCONT)

    return fault


def wires(change, seconds):
    """The wires between desk and Rasa, both ways, "cut", "silent", "slow" or "failing"."""

    async def fault(stage):
        getattr(stage.to_rasa, change)()
        if change in ("cut", "silent"):
            getattr(stage.to_actions, change)()
        await asyncio.sleep(seconds)
        stage.to_rasa.open()
        stage.to_actions.open()

    return fault


def database_wire(wire, change, seconds):
    """The same with the wire between desk and PostgreSQL."""

    async def fault(_stage):
        getattr(wire, change)()
        await asyncio.sleep(seconds)
        wire.open()

    return fault


def door_wire(change, seconds):
    """The wires between people's browsers and the desk."""

    async def fault(stage):
        getattr(stage.to_desk, change)()
        await asyncio.sleep(seconds)
        stage.to_desk.open()

    return fault


def redis_goes(seconds, times=1):
    """Redis killed, with all that it held, and started again on its port after so long."""

    async def fault(stage):
        for _ in range(times):
            stage.redis.kill()
            await asyncio.sleep(seconds)
            await asyncio.to_thread(stage.redis.start)
            stage.note()
            await asyncio.sleep(2)

    return fault


def database_restarts(server, how, times=1):
    """PostgreSQL stopped (`fast`, or `immediate`: as a crash) and started again."""

    async def fault(stage):
        for _ in range(times):
            await asyncio.to_thread(server.restart, how)
            stage.note()
            await asyncio.sleep(2)

    return fault


def file_is_busy(seconds):
    """Another writer holds the lock of the SQLite file."""

    async def fault(stage):
        file = stage.desk.settings.database_url.partition(":///")[2]
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
            await _lock(other)
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    return fault


async def _lock(other):
    """Asked again and again without waiting in SQLite: the loop has the people to see to."""
    other.execute("PRAGMA busy_timeout = 0")
    while True:
        with suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            return
        await asyncio.sleep(0.002)


def files_cannot_grow(seconds):
    """As little room for each file of the desk as the WAL has now (RLIMIT_FSIZE); Linux."""

    async def fault(stage):
        pid = stage.desk.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        await asyncio.sleep(seconds)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return fault


def disk_fills(seconds):
    """The disk on which the database lies is filled to its last byte, and later emptied."""

    async def fault(stage):
        filler = stage.folder / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        await asyncio.sleep(seconds)
        filler.unlink()

    return fault


def clock_jumps(by, seconds):
    """The desk's clock jumps ahead, then back behind the real time, then is right again."""

    async def fault(stage):
        for wrong in (by, -by, 0):
            stage.turn_clock(wrong)
            stage.note()
            await asyncio.sleep(seconds)

    return fault


def one_after_the_other(*knocks):
    """Several, each repaired before the next."""

    async def fault(stage):
        for knock in knocks:
            await knock(stage)
            stage.note()

    return fault
