"""A desk in a process of its own, with wires to its Rasa that can be cut, and people who keep it busy."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.database.sealing import Sealer
from bot.adapters.database.unit_of_work import Database
from bot.adapters.listening import free_port
from bot.adapters.live import NobodyWatches
from bot.adapters.passwords import Argon2Passwords
from bot.domain.people import Role, User
from tests.chaos.people import PASSWORD, Diary, crowd
from tests.chaos.proxy import Proxy
from tests.chaos.reckoning import reckon, waiting
from tests.e2e.stack import KillableDesk, until
from tests.wechat.official_phone import OfficialPhone
from tests.wechat.up import settings_for

AGENTS = ("li", "wang")
SETTLES_S = 400.0
_PLENTY = {f"KESU_{name}_PER_ADDRESS": "100000" for name in ("VISITORS", "MESSAGES", "SOCKETS")}


class Stage:
    """`async with Stage(rasa, folder) as stage:`, then `await stage.play(fault)`.

    `tencent` is a running FakeTencent, whose 公众号 the desk then has too; `database` the URL of a PostgreSQL
    database; `clock` gives the desk a clock that `turn_clock` puts wrong.
    """

    def __init__(self, rasa, folder: Path, *, tencent=None, database=None, clock=False, web=3, agents=AGENTS):
        self.rasa, self.folder, self.tencent = rasa, folder, tencent
        self._database, self._web, self._agents = database, web, agents
        self.clock = folder / "clock" if clock else None
        self.diary, self.moments, self.ended = Diary(), [], 0.0
        self._open = AsyncExitStack()

    async def __aenter__(self):
        own_actions = free_port()
        self.to_rasa = await self._open.enter_async_context(Proxy(self.rasa.settings.rasa_port))
        to_us = Proxy(own_actions, self.rasa.settings.actions_port)
        self.to_actions = await self._open.enter_async_context(to_us)
        more = _PLENTY | (settings_for(self.tencent) if self.tencent else {})
        given = {"database_url": self._database} if self._database else {}
        self.desk = KillableDesk(
            self.rasa, self.folder, free_port(), more=more,
            rasa_port=self.to_rasa.port, actions_port=own_actions, **given,
        )  # fmt: skip
        await self.desk.create_database()
        await self._employ()
        self.turn_clock(0)
        await self.start()
        return self

    async def __aexit__(self, *error):
        self.desk.stop()
        await self._open.aclose()

    async def start(self):
        """Start the desk (again), and wait until its door is open."""
        await self.desk.start(*(("--clock", str(self.clock)) if self.clock else ()))

    def turn_clock(self, seconds):
        """Put the desk's clock wrong by so much."""
        if self.clock:
            self.clock.write_text(str(seconds))

    def note(self):
        """Something was repaired at this moment: from here on counts how long it takes to recover."""
        self.moments.append(time.monotonic())

    async def play(self, fault, *, seed=1, calm=1.0, patience=150):
        """Have people talk, then the fault, then all of it answered; the reckoning."""
        phone = OfficialPhone(self.tencent.official, f"{self.desk.address}/wechat") if self.tencent else None
        stop = asyncio.Event()
        works = crowd(
            self.desk.address,
            self.diary,
            seed,
            web=self._web,
            phone=phone,
            agents=self._agents,
            patience=patience,
        )
        tasks = [asyncio.create_task(work(stop)) for work in works]
        try:
            await asyncio.sleep(calm)
            await fault(self)
            self.note()
            stop.set()
            async with asyncio.timeout(SETTLES_S):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(self._is_quiet, SETTLES_S)
        self.desk.stop()
        return await reckon(self.desk.settings.database_url, self._key, self.diary)

    def recovery(self):
        """The longest time from a repair to the next answer to anybody."""
        return max(map(self.diary.recovered_after, self.moments), default=0.0)

    async def _is_quiet(self):
        return not await waiting(self.desk.settings.database_url)

    @property
    def _key(self):
        return self.desk.settings.data_key.get_secret_value()

    async def _employ(self):
        hashed = await Argon2Passwords().hash(PASSWORD)
        database = Database(self.desk.settings.database_url, Sealer.from_base64(self._key))
        units = database.units(NobodyWatches())
        async with units() as uow:
            for login in self._agents:
                uow.people.add(User(login, login, login, Role.AGENT, hashed, datetime.now(UTC)))
            await uow.commit()
        await database.close()
