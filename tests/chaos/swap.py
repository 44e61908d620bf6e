"""`kesu up` killed at random moments while its model is changed back and forth, and started again."""

import asyncio
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

import aiohttp

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from bot.adapters.model_files import model_id
from bot.adapters.secrets_file import with_secrets
from bot.settings import ROOT, load_settings
from tests.chaos.people import Diary, crowd
from tests.chaos.reckoning import reckon, waiting
from tests.e2e.stack import until

KESU = str(ROOT / ".venv" / "bin" / "kesu")
_WITHIN_S, _SETTLES_S = (0.5, 12.0), 240.0


class Machine:
    """`kesu up` on a folder of its own, with two models that are one under two names."""

    def __init__(self, folder, archive):
        self._folder, self._port = folder, free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        models = folder / "models"
        models.mkdir()
        self.names = []
        for name in ("kesu-20260101-000000", "kesu-20260102-000000"):
            shutil.copy(archive, models / f"{name}.tar.gz")
            self.names.append(model_id(models / f"{name}.tar.gz"))
        self._env = environment(
            KESU_VAR=str(folder), KESU_PORT=str(self._port), KESU_MODELS=str(models), PYTHONPATH=str(ROOT)
        ) | {f"KESU_{one}_PER_ADDRESS": "100000" for one in ("VISITORS", "MESSAGES", "SOCKETS")}

    async def start(self):
        self.kesu = await ChildProcess.spawn([KESU, "up"], env=self._env, log=self._folder / "up.log")
        await until(self.answers, _SETTLES_S)

    async def kill(self):
        os.kill(self.kesu.pid, signal.SIGKILL)
        await self.kesu.wait()

    async def promote(self, name):
        order = [KESU, "model", "promote", name, "--unchecked"]
        await (await ChildProcess.spawn(order, env=self._env, log=self._folder / "order.log")).wait()

    async def answers(self):
        """Whether its door is open."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.address}/health/live") as said:
                return said.status == 200
        except aiohttp.ClientError:
            return False

    def settings(self):
        return with_secrets(
            load_settings().having(var=self._folder, database_url=f"sqlite:///{self._folder / 'kesu.db'}")
        )


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
