"""A desk as a process of its own, for tests that kill it: `python desk_process.py [--die-in-action N WHEN]
[--clock FILE]`.

With --die-in-action the process kills itself (SIGKILL) in its N-th action: `before` its transaction is
committed, or `after` it, with the answer not yet sent. SIGUSR1 means `2 after`, from then on. With
--clock its clock is so many seconds wrong as FILE says at the moment.
"""

import argparse
import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

from actions.webhook import ActionServer
from bot import app
from bot.adapters.clock import SystemClock
from bot.settings import load_settings


def _options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-in-action", nargs=2, metavar=("N", "WHEN"))
    parser.add_argument("--clock", type=Path, metavar="FILE")
    return parser.parse_args()


def _kill_in_action(number, when):
    ran = 0
    run = ActionServer.run

    async def run_and_die(server, call, turn, place):
        nonlocal ran
        ran += 1
        mine = ran == number
        if mine and when == "before":
            _die_at_commit(server)
        result = await run(server, call, turn, place)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    ActionServer.run = run_and_die


def _die_at_commit(server):
    units = server._units

    def dying_units():
        uow = units()

        async def commit():
            await uow.flush()
            os.kill(os.getpid(), signal.SIGKILL)

        uow.commit = commit
        return uow

    server._units = dying_units


def _turn_clock(file):
    class WrongClock(SystemClock):
        def now(self):
            return super().now() + timedelta(seconds=float(file.read_text()))

    app.SystemClock = WrongClock


def main():
    options = _options()
    if options.die_in_action:
        number, when = options.die_in_action
        _kill_in_action(int(number), when)
    signal.signal(signal.SIGUSR1, lambda *_: _kill_in_action(2, "after"))
    if options.clock:
        _turn_clock(options.clock)
    asyncio.run(app.serve(load_settings(), asyncio.Event()))


if __name__ == "__main__":
    main()
