"""`kesu up` on a folder of its own, as it runs on a machine of its own."""

import os
import shutil
import signal

import aiohttp

from bot.adapters.child import ChildProcess, environment
from bot.adapters.listening import free_port
from bot.adapters.model_files import model_id
from bot.adapters.secrets_file import with_secrets
from bot.settings import ROOT, load_settings
from tests.e2e.stack import until

KESU = str(ROOT / ".venv" / "bin" / "kesu")
_STARTS_S = 240.0
_FILES = {"": "kesu.db", "nlu_": "rasa.db"}


class Machine:
    """`kesu up` on a folder of its own, with two models that are one under two names."""

    def __init__(self, folder, archive, **more):
        """`more` are further variables of its environment."""
        self._folder, self._port = folder, free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        models = folder / "models"
        models.mkdir()
        self.names = []
        for name in ("kesu-20260101-000000", "kesu-20260102-000000"):
            shutil.copy(archive, models / f"{name}.tar.gz")
            self.names.append(model_id(models / f"{name}.tar.gz"))
        self._env = environment(
            KESU_VAR=str(folder),
            KESU_PORT=str(self._port),
            KESU_MODELS=str(models),
            PYTHONPATH=str(ROOT),
            **more,
        ) | {f"KESU_{one}_PER_ADDRESS": "100000" for one in ("VISITORS", "MESSAGES", "SOCKETS")}

    async def start(self):
        self.kesu = await ChildProcess.spawn([KESU, "up"], env=self._env, log=self._folder / "up.log")
        await until(self.answers, _STARTS_S)

    async def stop(self):
        await self.kesu.stop()

    async def kill(self):
        os.kill(self.kesu.pid, signal.SIGKILL)
        await self.kesu.wait()

    async def promote(self, name):
        """Give the order; the change itself is the desk's work."""
        order = [KESU, "model", "promote", name, "--unchecked"]
        await (await ChildProcess.spawn(order, env=self._env, log=self._folder / "order.log")).wait()

    async def answers(self):
        """Whether its door is open."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.address}/health/live") as said:
                return said.status == 200
        except aiohttp.ClientError:
            return False

    async def serves(self, name):
        """Whether this model answers, and no change is under way."""
        wanted = {"status": "ok", "model": name, "wanted": name, "switching": False}
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.address}/health") as said:
                return await said.json() == wanted
        except aiohttp.ClientError:
            return False

    def settings(self):
        files = {f"{whose}database_url": f"sqlite:///{self._folder / name}" for whose, name in _FILES.items()}
        return with_secrets(load_settings().having(var=self._folder, **files))
