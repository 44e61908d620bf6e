"""`make agents`: agents with open consoles beside many customers on one desk (docs/benchmarks.md).

Customers who chat with the bot are those of chatters.py. Each agent has a console open (its socket tells the
list), takes customers out of the queue, writes to them, reads, and gives them back, as the page does it.
"""

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
from itertools import cycle, islice

import aiohttp

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from bot.adapters.model_files import chosen_model
from bot.settings import ROOT, load_settings
from chatters import TEXTS, Counted, Customer, _ready
from consoles import HELD, PASSWORD, Agent, Seen, Served
from figures import Figures
from startup import descendants, named
from stock_rasa import started

_COLUMNS = ("agent -> customer", "check", "claim", "list after it")
WORK = ROOT / ".kesu" / "bench" / "agents"


async def measure(agents: int, customers: int, seconds: int, every: float) -> bool:
    """One desk with so many agents and customers; whether nothing was lost."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    port, model = free_port(), chosen_model(load_settings())
    url, log = f"http://127.0.0.1:{port}", WORK / "up.log"
    many = str(100 * customers)
    env = environment(KESU_VAR=str(WORK), KESU_PORT=str(port), KESU_MODEL=str(model)) | {
        f"KESU_{name}_PER_ADDRESS": many for name in ("VISITORS", "MESSAGES", "SOCKETS")
    }
    kesu = await ChildProcess.spawn([str(ROOT / ".venv" / "bin" / "kesu"), "up"], env=env, log=log)
    try:
        await started(kesu, log, _ready(url))
        _first_person(env)
        before, seen, counted = named(descendants(kesu.pid)), Seen(), Counted()
        await _day(url, agents, customers, seconds, every, seen, counted)
        _print(agents, customers, seen, before, named(descendants(kesu.pid)))
    finally:
        await kesu.stop()
    return not seen.lost


def _first_person(env: dict[str, str]) -> None:
    command = [str(ROOT / ".venv" / "bin" / "kesu"), "user", "add", "admin", "--role", "admin"]
    given = f"{PASSWORD}\n"
    subprocess.run(
        [*command, "--password-stdin"], env=env, input=given, text=True, check=True, capture_output=True
    )


async def _day(
    url: str, agents: int, customers: int, seconds: int, every: float, seen: Seen, counted: Counted
) -> None:
    chance = random.Random(agents)  # noqa: S311 -- the same every time
    logins = [f"agent{number}" for number in range(agents)]
    admin = Agent(url, "admin", Seen(), (), chance)
    await admin.sign_in()
    await admin.hire(logins)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        served = [Served(session, url) for _ in range(min(customers, agents * (HELD + 1)))]
        staff = [Agent(url, login, seen, served, random.Random(login)) for login in logins]  # noqa: S311 -- the same
        for agent in staff:
            await agent.sign_in()
        begin = asyncio.get_running_loop().time() + 1
        end = begin + seconds
        async with asyncio.TaskGroup() as together:
            for number, agent in enumerate(staff):
                together.create_task(agent.work(end, staff[:number] + staff[number + 1 :]))
            for customer in served:
                together.create_task(customer.stay(end + 1))
                await asyncio.sleep(0.02)
            for number in range(customers - len(served)):
                first = begin + chance.uniform(0, every)
                texts = islice(cycle(TEXTS), number % len(TEXTS), None)
                turns = range(max(1, int((end - first) / every)))
                moments = {first + turn * every: text for turn, text in zip(turns, texts, strict=False)}
                together.create_task(Customer(session, url, counted).chat(moments, end))


def _print(
    agents: int, customers: int, seen: Seen, before: dict[str, float], after: dict[str, float]
) -> None:
    columns = [Figures.of(times) for times in (seen.messages, seen.checks, seen.claims, seen.lists)]
    times = "  ".join(f"{one.p50:>7.0f} {one.p95:>7.0f}" for one in columns)
    memory = "   ".join(f"{name} {before[name]:.0f} -> {after[name]:.0f} MB" for name in sorted(after))
    print(
        f"{agents:>6} {customers:>9}  {times}  {len(seen.messages):>8} {len(seen.claims):>6}"
        f" {seen.conflicts:>9} {seen.lost:>4}   {memory}",
        flush=True,
    )


def main() -> None:
    """Measure with each number of agents; exit code 1 if anything never arrived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, nargs="+", default=[10, 25, 50])
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=180, help="how long they work")
    parser.add_argument(
        "--every", type=float, default=60.0, help="seconds between two messages of a customer"
    )
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; milliseconds, p50 and p95; goal: p95 under 200")
    titles = "".join(f"{name:<18}" for name in _COLUMNS)
    print(f"agents customers  {titles}messages claims conflicts lost")
    fine = [
        asyncio.run(measure(number, options.customers, options.seconds, options.every))
        for number in options.agents
    ]
    sys.exit(not all(fine))


if __name__ == "__main__":
    main()
