"""Looks at a running desk from outside (soak.py): /proc, its metrics, its tables and files."""

import math
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.database.personal.steps import LOOKED_THROUGH, STEPS
from bot.ledger_audit.rows import opened
from soak_figures import Look
from startup import descendants

LAG = "kesu_event_loop_lag_seconds"
_MEGABYTE = 1024 * 1024
_TICKS = os.sysconf("SC_CLK_TCK")
_NAMES = {"kesu": "desk", "bot.nlu.server": "Rasa"}
_WITH_PERSON = "goes with the person, at night when its time is over (docs/privacy.md)"
_INDEX = re.compile(r"search_index(_\w+)?")  # SQLite's own tables behind search_entries
# What grows and belongs to nobody: each with what bounds it.
_NAMED = {
    "audit": "proof of who did what, kept for good: grows with agents' deeds, not with messages",
    "nlu_trackers": "Rasa's; whom the desk has forgotten it forgets the same night (docs/privacy.md)",
    "nlu_answers": "Rasa's; the last answers of each conversation, forgotten with it",
    "sign_ins": "one for each sign-in of staff, deleted when it is over",
    "models": "one for each model that was put into service",
}


def kept(names: Iterable[str]) -> dict[str, str]:
    """What bounds each of these tables, as far as something does."""
    persons = {step.table.name for step in STEPS} | LOOKED_THROUGH
    found = dict(_NAMED) | dict.fromkeys(persons, _WITH_PERSON)
    return found | {name: _WITH_PERSON for name in names if _INDEX.fullmatch(name)}


def looks(pid: int, minute: float) -> list[Look]:
    """The desk and its Rasas among the processes that began with this one."""
    found = []
    for one in descendants(pid):
        with suppress(OSError, ValueError, KeyError):  # it ended meanwhile
            words = Path(f"/proc/{one}/cmdline").read_text().replace("/", "\0").split("\0")
            name = next((_NAMES[word] for word in _NAMES if word in words), None)
            if name is not None:
                found.append(_look(one, minute, name))
    return found


def _look(pid: int, minute: float, name: str) -> Look:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    kilobytes = {key: int(status[key].split()[0]) for key in ("RssAnon", "VmSwap", "VmRSS")}
    own, resident = (kilobytes["RssAnon"] + kilobytes["VmSwap"]) / 1024, kilobytes["VmRSS"] / 1024
    files = [_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = sum(target.startswith("socket:") for target in files)
    return Look(minute, name, pid, own, resident, len(files), sockets, int(status["Threads"]))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """What each of these processes has used so far."""
    used = {}
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            used[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
    return used


async def lag(port: int) -> dict[float, float]:
    """The event loop's lag since the desk began: how many looks lay under each bound, in seconds."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
    samples = [one for family in families if family.name == LAG for one in family.samples]
    bounds = [one for one in samples if one.name == f"{LAG}_bucket"]
    return {math.inf if (le := one.labels["le"]) == "+Inf" else float(le): one.value for one in bounds}


async def rows(urls: Iterable[str]) -> dict[str, int]:
    """How many rows each table of these SQLite files has."""
    found: dict[str, int] = {}
    for url in urls:
        async with opened(url) as database:
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            for name in [row["name"] async for row in database.of(listed)]:
                async for row in database.of(f'SELECT count(*) AS found FROM "{name}"'):  # noqa: S608 -- its own
                    found[name] = row["found"]
    return found


def megabytes(folder: Path) -> Mapping[str, float]:
    """The files of a desk's folder, but its models."""
    return {
        str(file.relative_to(folder)): file.stat().st_size / _MEGABYTE
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "models" not in file.parts
    }
