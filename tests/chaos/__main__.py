"""`make chaos`: every fault for long, and a row of figures for each (docs/reliability.md)."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.settings import ROOT
from tests.chaos import faults, swap
from tests.chaos.pairs import PairStage
from tests.chaos.reckoning import commit
from tests.chaos.servers import postgres, small_disk
from tests.chaos.stage import Stage
from tests.e2e.stack import SharedRasa
from tests.redis_server import RedisServer
from tests.wechat import FakeTencent

KEPT = ROOT / ".kesu" / "chaos"  # logs and files of what did not come to rest
COLUMNS = "fault                     sent  lost doubled cases unsure audit  silence  answer recover  minutes"


def on_sqlite(given):
    """Name and fault of each that needs nothing but the file."""
    kills = faults.kills(given.kills, given.seed)
    return {
        "kills": (kills, {"wechat": True}),
        "rasa-hangs": (faults.rasa_hangs(12), {}),
        "rasa-hangs-long": (faults.rasa_hangs(60), {}),
        "rasa-slow": (faults.wires("slow", 20), {}),
        "rasa-500": (faults.wires("failing", 20), {}),
        "rasa-cut": (faults.wires("cut", 20), {}),
        "rasa-half-open": (faults.wires("silent", 20), {}),
        "door-cut": (faults.door_wire("cut", 20), {"sockets": True}),
        "door-half-open": (faults.door_wire("silent", 20), {"sockets": True}),
        "door-slow": (faults.door_wire("slow", 20), {"sockets": True}),
        "sqlite-busy": (faults.file_is_busy(8), {"wechat": True}),
        "sqlite-busy-long": (faults.file_is_busy(45), {"wechat": True}),
        "disk-full": (faults.disk_fills(20), {"disk": True}),
        "files-cannot-grow": (faults.files_cannot_grow(10), {}),
        "clock-jumps": (faults.clock_jumps(2 * 3600, 10), {"clock": True}),
    }


def on_postgres(given, server, wire):
    """The same of those that need a server."""
    return {
        "postgres-kills": faults.kills(given.kills // 3, given.seed),
        "postgres-restarts": faults.database_restarts(server, "fast", 5),
        "postgres-crashes": faults.database_restarts(server, "immediate", 5),
        "postgres-cut": faults.database_wire(wire, "cut", 20),
        "postgres-half-open": faults.database_wire(wire, "silent", 20),
    }


def on_pairs():
    """Those that need two pairs of desk and Rasa."""
    return {"redis-gone": faults.redis_goes(60), "redis-restarts": faults.redis_goes(0, 5)}


async def run(given):
    """All that were asked for; whether all is as it should be."""
    fine = True
    with tempfile.TemporaryDirectory(prefix="kesu-chaos-") as name, SharedRasa(Path(name)) as rasa:
        for fault, (knock, how) in on_sqlite(given).items():
            if wanted(given, fault):
                fine &= await _on_file(rasa, Path(name) / fault, fault, knock, **how)
        if any(wanted(given, fault) for fault in on_postgres(given, None, None)):
            fine &= await _on_server(given, rasa, Path(name))
    with tempfile.TemporaryDirectory(prefix="kesu-chaos-") as name:
        for fault in filter(partial(wanted, given), on_pairs()):
            fine &= await _on_pairs(Path(name) / fault, fault)
    if wanted(given, "swap-kills"):
        fine &= _row("swap-kills", *await swap.play(given.swaps, given.seed))
    return fine


def wanted(given, fault):
    """Whether this one was asked for; all of them by default."""
    return not given.faults or fault in given.faults


async def _on_file(rasa, folder, fault, knock, *, wechat=False, disk=False, **more):
    with small_disk(folder, wanted=disk) as mounted:
        if disk and not mounted:
            print(f"{fault:<24}  not run: nothing may be mounted here")
            return True
        if not wechat:
            return await _played(Stage(rasa, folder, **more), fault, knock)
        async with FakeTencent() as tencent:
            return await _played(Stage(rasa, folder, tencent=tencent), fault, knock)


async def _on_server(given, rasa, folder):
    fine = True
    for fault in on_postgres(given, None, None):
        if not wanted(given, fault):
            continue
        async with postgres() as found:
            if found is None:
                print(f"{fault:<24}  not run: PostgreSQL is not installed")
                return True
            server, wire = found
            (folder / fault).mkdir()
            stage = Stage(rasa, folder / fault, database=server.url(wire.port))
            fine &= await _played(stage, fault, on_postgres(given, server, wire)[fault])
    return fine


async def _on_pairs(folder, fault):
    async with postgres() as found:
        if found is None or shutil.which("redis-server") is None:
            print(f"{fault:<24}  not run: PostgreSQL or Redis is not installed")
            return True
        folder.mkdir()
        server, _ = found
        with RedisServer() as redis:
            return await _played(PairStage(server.url(server.port), redis, folder), fault, on_pairs()[fault])


async def _played(stage, fault, knock):
    began = time.monotonic()
    try:
        async with stage:
            found = await stage.play(knock)
    except TimeoutError:
        shutil.copytree(stage.folder, kept := KEPT / f"{fault}-{time.time():.0f}")
        seconds, sent = time.monotonic() - began, len(stage.diary.acknowledged)
        print(f"{fault:<24}{sent:>6}  not at rest after {seconds:.0f} s: see {kept}", flush=True)
        return False
    return _row(fault, found, stage.diary, stage.recovery(), time.monotonic() - began)


def _row(fault, found, diary, recovery, seconds):
    print(
        f"{fault:<24}{found.sent:>6}{found.lost:>6}{found.doubled:>8}{found.cases_doubled:>6}{found.unsure:>7}"
        f"{len(found.findings):>6}{diary.silence:>8.1f}s{diary.longest_wait():>7.1f}s{recovery:>7.1f}s"
        f"{seconds / 60:>9.1f}",
        flush=True,
    )
    if found.torn:
        print(f"    {found.torn} pages miss a line, or have one twice or in the wrong place")
    for line in found.findings:
        print(f"    {line}")
    return found.is_fine


def main():
    """Play what was asked for; exit code 1 if anything was lost, doubled, or found by the audit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", help="only these; all of them without any")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--swaps", type=int, default=20, help="kills while a model is changed")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}, seed {given.seed}\n{COLUMNS}", flush=True)
    sys.exit(not asyncio.run(run(given)))


if __name__ == "__main__":
    main()
