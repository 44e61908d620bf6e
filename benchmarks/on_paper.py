"""Machines and disks for 1,000, 100,000 and 10 million conversations a day, reckoned from unit costs.

`.venv/bin/python benchmarks/on_paper.py [--write]` reckons with what unit_costs.py measured last; `--write`
puts the tables between the marks of docs/scaling.md.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import ceil

from bot.settings import ROOT
from figures import Ratio
from kept import FIGURES, Around, keep
from page import put

DOCUMENT = ROOT / "docs" / "scaling.md"
DAYS = (1_000, 100_000, 10_000_000)  # conversations
PEAK = 0.12  # the busiest hour's share of a day's conversations
BUSY = 0.5  # the share of a core that may be used then
OPEN_HOURS = 1 / 3  # how long a page stays open
AIR = 1.3  # what a table takes beside its packed size
PER_MACHINE = 8  # pairs on a machine of 16 cores
CONNECTIONS = 30  # to PostgreSQL, of a pair
_FILE = FIGURES / "units.json"


@dataclass(frozen=True)
class Units:
    """What one conversation, turn, page or case costs; times are processor times."""

    turns: float  # messages of the customer in a conversation
    milliseconds: dict[str, float]  # a turn, by process
    idle: dict[str, float]  # seconds a second, by process, while nobody writes
    megabytes: dict[str, float]  # resident, by process
    socket_kilobytes: float  # an open page, in the desk
    commits: float  # a turn
    rows: dict[str, float]  # a conversation, by table
    bytes_written: float  # a conversation, as the tables stand after so many
    bytes_packed: float  # a conversation, without the space that changed rows leave behind
    tables: dict[str, float]  # of these bytes, by table
    case_rows: float  # from a case's acceptance to its end
    case_bytes: float  # the same, with as much overhead as a conversation has


Row = tuple[str, str, Callable[[int], float], str]  # title, how it is reckoned, of conversations a day, unit


def keep_units(around: Around, units: Units, note: str) -> None:
    """Keep them for the page of all figures, and to reckon with."""
    times = [
        Ratio(f"processor time a turn: {name}", cost) for name, cost in units.milliseconds.items() if cost
    ]
    tables = [
        Ratio(f"database, a conversation: {name}, {units.rows.get(name, 0):.1f} rows", size / 1024, unit="KB")
        for name, size in list(units.tables.items())[:10]
    ]
    packed, written = units.bytes_packed / 1024, units.bytes_written / 1024
    others = [
        Ratio("transactions a turn, reading ones included", units.commits, unit=""),
        Ratio("memory: an open page", units.socket_kilobytes, unit="KB"),
        *(Ratio(f"memory: {name}", size, unit="MB") for name, size in units.megabytes.items()),
        Ratio("database, a conversation: all tables and indexes, packed", packed, unit="KB"),
        Ratio("the same as written / packed", written, packed, unit="KB"),
        Ratio("database, a case from acceptance to its end", units.case_bytes / 1024, unit="KB"),
    ]  # fmt: skip
    keep("costs", around, [*times, *others, *tables], note)
    _FILE.write_text(json.dumps(asdict(units), indent=1), encoding="utf-8")


def kept_units() -> Units:
    """Those that were measured last."""
    return Units(**json.loads(_FILE.read_text(encoding="utf-8")))


def reckoned(units: Units) -> Iterator[Row]:
    """Each line of the table."""
    desk, rasa, base = (units.milliseconds.get(name, 0.0) for name in ("desk", "Rasa", "PostgreSQL"))
    both = sum(units.megabytes.values())

    def turns(day: int) -> float:
        return day * units.turns * PEAK / 3600

    def cores(cost: float) -> Callable[[int], float]:
        return lambda day: turns(day) * cost / 1000 / BUSY

    def pairs(day: int) -> float:
        return ceil(max(cores(desk)(day), cores(rasa)(day)))

    def pages(day: int) -> float:
        return day * PEAK * OPEN_HOURS

    def disk(day: int) -> float:
        return 365 * day * (units.bytes_packed * AIR + units.case_bytes) / 1e9

    yield ("turns a second, busiest hour", f"day × {units.turns:.1f} × {PEAK:g} / 3600", turns, "")
    yield ("cores for desks", f"turns × {desk:.1f} ms / {BUSY:g}", cores(desk), "")
    yield ("cores for Rasas", f"turns × {rasa:.1f} ms / {BUSY:g}", cores(rasa), "")
    yield ("cores for PostgreSQL", f"turns × {base:.1f} ms / {BUSY:g}", cores(base), "")
    yield ("pairs", "the more of desks' and Rasas' cores, rounded up", pairs, "")
    yield (
        "machines of 16 cores for them",
        f"pairs / {PER_MACHINE}",
        lambda day: ceil(pairs(day) / PER_MACHINE),
        "",
    )
    yield ("connections to PostgreSQL", f"pairs × {CONNECTIONS}", lambda day: pairs(day) * CONNECTIONS, "")
    yield (
        "transactions a second, reading ones included",
        f"turns × {units.commits:.1f}",
        lambda day: turns(day) * units.commits,
        "",
    )
    yield ("open pages, busiest hour", f"day × {PEAK:g} × {60 * OPEN_HOURS:.0f} min", pages, "")
    yield (
        "memory of all pairs",
        f"pairs × {both:,.0f} MB + pages × {units.socket_kilobytes:.0f} KB",
        lambda day: (pairs(day) * both + pages(day) * units.socket_kilobytes / 1024) / 1024,
        " GB",
    )
    lines = units.rows.get("messages", 0.0)
    yield ("ledger lines a year", f"day × 365 × {lines:.1f}", lambda day: day * 365 * lines / 1e6, " million")
    yield (
        "database a year",
        f"day × 365 × ({units.bytes_packed / 1024:.1f} KB × {AIR:g} + {units.case_bytes / 1024:.1f} KB)",
        disk,
        " GB",
    )
    yield ("database with 36 months kept", "× 3", lambda day: 3 * disk(day), " GB")  # fmt: skip


def tables(units: Units) -> str:
    """As Markdown."""
    heads = "".join(f" {day:,} |" for day in DAYS)
    lines = [f"| conversations a day | reckoned |{heads}", f"|---|---|{'---:|' * len(DAYS)}"]
    for title, how, of, unit in reckoned(units):
        cells = "".join(f" {_shown(of(day))}{unit} |" for day in DAYS)
        lines.append(f"| {title} | {how} |{cells}")
    return "\n".join(lines)


def _shown(value: float) -> str:
    if value and value < 0.01:  # noqa: PLR2004 -- hundredths are shown
        return "under 0.01"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004 -- two digits


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.relative_to(ROOT)}")
    text = tables(kept_units())
    if parser.parse_args().write:
        put(DOCUMENT, lambda _: text)
    else:
        print(text)


if __name__ == "__main__":
    main()
