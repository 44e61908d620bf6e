"""A desk in a process of its own, with wires to its Rasa that can be cut, and people who keep it busy."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bot.adapters.listening import free_port
from tests.chaos.people import Diary, crowd
from tests.chaos.proxy import HERE, Proxy
from tests.chaos.reckoning import reckon, waiting
from tests.chaos.staff import employ
from tests.chaos.ways import Asking, Socket
from tests.e2e.stack import KillableDesk, until
from tests.wechat.official_phone import OfficialPhone
from tests.wechat.up import settings_for

AGENTS = ("li", "wang")
SETTLES_S = 400.0
PLENTY = {f"KESU_{name}_PER_ADDRESS": "100000" for name in ("VISITORS", "MESSAGES", "SOCKETS")}


class Play:
    """What every stage has: people who talk while a fault is played, and what came of it.

    A stage says who they are (`people`), which database it is (`url`, `key`), and how its desks `stop`.
    """

    def __init__(self):
        self.diary, self.moments = Diary(), []

    def note(self):
        """Something was repaired at this moment: from here on counts how long it takes to recover."""
        self.moments.append(time.monotonic())

    async def play(self, fault, *, seed=1, calm=1.0, patience=150):
        """Have people talk, then the fault, then all of it answered; the reckoning."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(work(stop)) for work in self.people(seed, patience)]
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
        self.stop()
        return await reckon(self.url, self.key, self.diary)

    def recovery(self):
        """The longest time from a repair to the next answer to anybody."""
        return max(map(self.diary.recovered_after, self.moments), default=0.0)

    async def _is_quiet(self):
        return not await waiting(self.url)


class Stage(Play):
    """`async with Stage(rasa, folder) as stage:`, then `await stage.play(fault)`.

    `tencent` is a running FakeTencent, whose 公众号 the desk then has too; `database` the URL of a PostgreSQL
    database; `clock` gives the desk a clock that `turn_clock` puts wrong; `sockets` gives the pages sockets.
    All but WeChat come in by a wire, `to_desk`.
    """

    def __init__(
        self, rasa, folder: Path, *,
        tencent=None, database=None, clock=False, sockets=False, web=3, agents=AGENTS,
    ):  # fmt: skip
        super().__init__()
        self.rasa, self.folder, self.tencent = rasa, folder, tencent
        self._database, self._web, self._agents = database, web, agents
        self._way = Socket if sockets else Asking
        self.clock = folder / "clock" if clock else None
        self._open = AsyncExitStack()

    async def __aenter__(self):
        own_actions = free_port()
        self.to_rasa = await self._open.enter_async_context(Proxy(self.rasa.settings.rasa_port))
        to_us = Proxy(own_actions, self.rasa.settings.actions_port)
        self.to_actions = await self._open.enter_async_context(to_us)
        more = PLENTY | (settings_for(self.tencent) if self.tencent else {})
        given = {"database_url": self._database} if self._database else {}
        self.desk = KillableDesk(
            self.rasa, self.folder, free_port(), more=more,
            rasa_port=self.to_rasa.port, actions_port=own_actions, **given,
        )  # fmt: skip
        self.to_desk = await self._open.enter_async_context(Proxy(self.desk.settings.port))
        await self.desk.create_database()
        await employ(self.url, self.key, self._agents)
        self.turn_clock(0)
        await self.start()
        return self

    async def __aexit__(self, *error):
        self.stop()
        await self._open.aclose()

    def stop(self):
        self.desk.stop()

    async def start(self):
        """Start the desk (again), and wait until its door is open."""
        await self.desk.start(*(("--clock", str(self.clock)) if self.clock else ()))

    def turn_clock(self, seconds):
        """Put the desk's clock wrong by so much."""
        if self.clock:
            self.clock.write_text(str(seconds))

    def people(self, seed, patience):
        phone = OfficialPhone(self.tencent.official, f"{self.desk.address}/wechat") if self.tencent else None
        return crowd(
            f"http://{HERE}:{self.to_desk.port}", self.diary, seed,
            web=self._web, way=self._way, phone=phone, agents=self._agents, patience=patience,
        )  # fmt: skip

    @property
    def url(self):
        return self.desk.settings.database_url

    @property
    def key(self):
        return self.desk.settings.data_key.get_secret_value()
