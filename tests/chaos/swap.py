"""`kesu up` killed at random moments while its model is changed back and forth, and started again."""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from bot.settings import load_settings
from tests.chaos.machine import Machine
from tests.chaos.people import Diary, crowd
from tests.chaos.reckoning import reckon, waiting
from tests.e2e.stack import until

_WITHIN_S, _SETTLES_S = (0.5, 12.0), 240.0


async def play(swaps, seed):
    """So many changes of the model, each met by a kill; reckoning, diary, recovery and seconds."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 -- the same every time
    archive = max(load_settings().models.glob("kesu-*.tar.gz"))
    with tempfile.TemporaryDirectory(prefix="kesu-chaos-", ignore_cleanup_errors=True) as name:
        machine, diary, stop, moments = Machine(Path(name), archive), Diary(), asyncio.Event(), []
        await machine.start()
        tasks = [asyncio.create_task(work(stop)) for work in crowd(machine.address, diary, seed)]
        try:
            for nth in range(swaps):
                await machine.promote(machine.names[nth % 2])
                await asyncio.sleep(chance.uniform(*_WITHIN_S))
                await machine.kill()
                await machine.start()
                moments.append(time.monotonic())
            stop.set()
            async with asyncio.timeout(_SETTLES_S):
                await asyncio.gather(*tasks)
            settings = machine.settings()

            async def is_quiet():
                return not await waiting(settings.database_url)

            await until(is_quiet, _SETTLES_S)
        finally:
            for task in tasks:
                task.cancel()
            await machine.kill()
        found = await reckon(settings.database_url, settings.data_key.get_secret_value(), diary)
        return found, diary, max(map(diary.recovered_after, moments)), time.monotonic() - began
