"""The real stack for tests: one Rasa with the trained model for the whole session, and desks that may die."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import aiohttp

from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.model_files import chosen_model
from bot.adapters.rasa_process import RasaProcess
from bot.adapters.watcher import Policy
from bot.app import open_desk
from bot.replaying import NobodyWatches, TurnedClock, talk, temporary
from bot.settings import ROOT, load_settings
from tests import databases

PATIENCE = 90  # seconds that anything may take before a test gives up
_LOOK_EVERY = 0.05


async def until(holds, patience=PATIENCE):
    """Wait until `holds()` gives something true, and return it; looking costs little."""
    async with asyncio.timeout(patience):
        while not (found := await holds()):  # noqa: ASYNC110 -- another process can set no event here
            await asyncio.sleep(_LOOK_EVERY)
        return found


class SharedRasa:
    """Rasa in a thread with its own loop, watched and started again as `kesu up` does it."""

    def __init__(self, folder: Path, **more):
        self.settings = temporary(load_settings(), folder).having(**more)
        model = chosen_model(self.settings)
        assert model, "no model: run `make train` (make test does)"
        policy = Policy(first_pause=0.1, longest_pause=1.0, ask_every=0.5)
        self.process = RasaProcess(self.settings, model, policy=policy)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._loop = asyncio.new_event_loop()

    def __enter__(self):
        self._thread.start()
        ready = asyncio.run_coroutine_threadsafe(self.process.watcher.ready.wait(), self._loop)
        try:
            ready.result(timeout=180)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(timeout=30)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self.process.run())
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    def desk_settings(self, folder: Path, **more):
        """The settings of a desk that talks to this Rasa and has its database in `folder`."""
        own = {"database_url": f"sqlite+aiosqlite:///{folder / 'kesu.db'}"}
        return self.settings.having(var=folder, **(own | more))

    def kill(self, number=signal.SIGKILL):
        """SIGKILL, or another signal, to the Rasa that is running now."""
        rows = ["ps", "-wweo", "pid,args"]  # whole ones: without -ww they may end at 80 columns
        listing = subprocess.run(rows, capture_output=True, text=True, check=True).stdout
        mine = f"--port {self.settings.rasa_port}"
        for row in listing.splitlines():
            if "bot.nlu.server" in row and mine in row:
                with suppress(ProcessLookupError):
                    os.kill(int(row.split()[0]), number)


def have(dialogues, rasa: SharedRasa, folder: Path):
    """Have dialogues in one go, by a desk in this process with a database in `folder`, beside this Rasa.

    Gives the desk's handbook and the dialogues' outcomes, in their order.
    """
    settings = rasa.desk_settings(folder)

    async def have_them_all():
        await databases.migrate(settings.database_url)
        clock = TurnedClock()
        async with open_desk(settings, clock, NobodyWatches()) as desk:
            return desk.words.handbook, await talk(desk, clock, dialogues)

    return asyncio.run(have_them_all())


class KillableDesk:
    """A desk in a process of its own, on a database of its own (or another), beside this Rasa."""

    def __init__(self, rasa: SharedRasa, folder: Path, port: int, *, more=None, **settings):
        """`more` are further variables of its environment, `settings` further settings."""
        self.settings = rasa.desk_settings(folder, port=port).having(**settings)
        self._more = more or {}
        self.address = f"http://127.0.0.1:{port}"
        self._log = folder / "desk.log"
        self.process = None

    async def create_database(self):
        await databases.migrate(self.settings.database_url)

    async def start(self, *options):
        """Start it and wait until its door is open."""
        given = self.settings
        environment = {
            **os.environ,
            "KESU_VAR": str(given.var),
            "KESU_PORT": str(given.port),
            "KESU_DATABASE_URL": given.database_url,
            "KESU_REDIS_URL": given.redis_url or "",
            "KESU_DATA_KEY": given.data_key.get_secret_value(),
            "KESU_PAIR_SECRET": given.pair_secret.get_secret_value(),
            "KESU_ACTIONS_PORT": str(given.actions_port),
            "KESU_RASA_PORT": str(given.rasa_port),
            "PYTHONPATH": str(ROOT),
            **self._more,
        }
        command = [sys.executable, str(Path(__file__).with_name("desk_process.py")), *options]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 -- starts at once
                command, env=environment, stdout=log, stderr=log
            )
        try:
            await until(self._is_open)
        except BaseException:
            self.kill()
            raise

    async def _is_open(self):
        assert self.process.poll() is None, self._log.read_text(encoding="utf-8")[-2000:]
        with suppress(aiohttp.ClientError, OSError):
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self.address}/health/live") as answer,
            ):
                return answer.status == 200
        return False

    async def ended(self):
        """Wait until it is dead."""

        async def is_dead():
            return self.process.poll() is not None

        await until(is_dead)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def database(self):
        """The desk's database, opened from outside."""
        key = self.settings.data_key.get_secret_value()
        return Database(self.settings.database_url, Sealer.from_base64(key))


class Customer:
    """A scripted customer who never gives up: a message is sent until it is acknowledged."""

    def __init__(self, address):
        self._address = address
        self._session = aiohttp.ClientSession()
        self._sent = 0

    async def __aenter__(self):
        await until(self._visit)
        return self

    async def __aexit__(self, *error):
        await self._session.close()

    async def _visit(self):
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.post(f"{self._address}/api/visitor", json={}) as answer:
                if answer.status == 201:
                    token = (await answer.json())["token"]
                    self._session.headers["Authorization"] = f"Bearer {token}"
                    return True
        return False

    async def say(self, text, choice=None):
        """Send a message and wait until something was said to it; the lines said."""
        self._sent += 1
        body = {"client_id": f"m{self._sent}", "text": text} | ({"choice": choice} if choice else {})
        acknowledged = await until(lambda: self._post(body))
        return await until(lambda: self._answers(acknowledged["seq"]))

    async def _post(self, body):
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.post(f"{self._address}/api/messages", json=body) as answer:
                if answer.status in (200, 201):
                    return await answer.json()
                assert answer.status >= 500 or answer.status == 429, await answer.text()
        return None

    async def _answers(self, seq):
        """What the bot said after line `seq`; the holding sentence alone is no answer yet."""
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.get(f"{self._address}/api/messages", params={"after": seq}) as answer:
                lines = (await answer.json())["messages"]
                said = [line for line in lines if line["author"] != "customer"]
                return [line["text"] for line in said if line["clause"] != "K-HOLDING"]
        return None
