"""Two pairs of desk and Rasa on one PostgreSQL and one Redis, and browsers at either desk."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager

import aiohttp
from pydantic import SecretStr
from yarl import URL

from bot.adapters.clock import SystemClock
from bot.adapters.database.schema import upgrade
from bot.adapters.database.sealing import Sealer, new_key
from bot.adapters.database.unit_of_work import Database
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.adapters.passwords import Argon2Passwords
from bot.domain.people import Role, User
from tests import databases
from tests.doors import PASSWORD
from tests.e2e.stack import KillableDesk, SharedRasa


class Pairs:
    """Both pairs, and what they share."""

    def __init__(self, server, redis, folder):
        self._server, self._folder = server, folder
        self.redis, self.name = redis, f"kesu_pairs_{uuid.uuid4().hex[:8]}"
        self.url = server.set(database=self.name).render_as_string(hide_password=False)
        self.key = new_key()
        nlu = server.set(database=self.name, drivername="postgresql").render_as_string(hide_password=False)
        shared = {"data_key": SecretStr(self.key), "database_url": self.url, "nlu_database_url": nlu}
        shared["redis_url"] = redis.url
        self.rasas = [SharedRasa(self._own(f"rasa{n}"), **shared) for n in range(2)]
        self.desks = [
            KillableDesk(rasa, self._own(f"desk{n}"), free_port(), **shared)
            for n, rasa in enumerate(self.rasas)
        ]

    def _own(self, name):
        (self._folder / name).mkdir()
        return self._folder / name

    def __enter__(self):
        asyncio.run(self._prepare())
        with ExitStack() as failing:
            failing.callback(self._stop)
            with ThreadPoolExecutor() as both:
                ready = both.map(SharedRasa.__enter__, self.rasas)
                asyncio.run(self.running())
                list(ready)
            failing.pop_all()
        return self

    def __exit__(self, *error):
        self._stop()

    def _stop(self):
        with ThreadPoolExecutor() as all_at_once:
            stops = [desk.stop for desk in self.desks] + [rasa.stop for rasa in self.rasas]
            list(all_at_once.map(lambda stop: stop(), stops))

    async def _prepare(self):
        await databases.run_on_server(self._server, f"CREATE DATABASE {self.name}")
        await upgrade(self.url)
        async with self.database() as database:
            hashed = await Argon2Passwords().hash(PASSWORD)
            async with database.units(NobodyWatches())() as uow:
                for login, name in (("wang", "王小雨"), ("li", "李建国")):
                    uow.people.add(User(login, login, name, Role.AGENT, hashed, SystemClock().now()))
                await uow.commit()

    async def running(self):
        """Both desks, started if they aren't."""
        await asyncio.gather(*(desk.start() for desk in self.desks if _is_dead(desk)))
        return self.desks

    @asynccontextmanager
    async def database(self):
        opened = Database(self.url, Sealer.from_base64(self.key))
        yield opened
        await opened.close()

    async def messages(self, first):
        """The transcript of the conversation that begins with these words."""
        async with self.database() as database, database.reading_units()() as uow:
            for conversation in await uow.conversations.for_agents():
                lines = await uow.messages.latest(conversation.id)
                if lines[0].text == first:
                    return lines
        return []


def _is_dead(desk):
    return desk.process is None or desk.process.poll() is not None


class Client:
    """A browser at one of the desks, as the tests of the pages know it."""

    def __init__(self, desk):
        self.host, self.port = URL(desk.address).host, URL(desk.address).port
        self._session = aiohttp.ClientSession(
            base_url=desk.address, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self.get, self.post = self._session.get, self._session.post
        self.ws_connect = self._session.ws_connect

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await self._session.close()
