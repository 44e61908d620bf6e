"""Two pairs of desk and Rasa on one PostgreSQL and one Redis, and people who are spread over both."""

import asyncio
from functools import partial

from sqlalchemy import make_url

from tests.chaos.people import crowd
from tests.chaos.staff import employ
from tests.chaos.stage import PLENTY, Play
from tests.chaos.ways import Socket, Spread
from tests.e2e.two_pairs import Pairs

AGENTS = ("zhao", "qian")  # one at each desk


class PairStage(Play):
    """`async with PairStage(url, redis, folder) as stage:`, then `await stage.play(fault)`.

    At each desk some customers are with both feet; of others the socket is here, and what they send comes to
    the other desk. Who asks for a person may get the agent at either.
    """

    def __init__(self, url, redis, folder):
        super().__init__()
        self.redis, self.folder = redis, folder
        self._pairs = Pairs(make_url(url), redis, folder)
        self.desks, self.rasas = self._pairs.desks, self._pairs.rasas
        self.url, self.key = self._pairs.url, self._pairs.key
        for desk in self.desks:
            desk._more |= PLENTY

    async def __aenter__(self):
        try:
            await asyncio.to_thread(self._pairs.__enter__)
            await employ(self.url, self.key, AGENTS)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *error):
        await asyncio.to_thread(self._pairs.__exit__)

    def stop(self):
        for desk in self.desks:
            desk.stop()

    def people(self, seed, patience):
        found = []
        for here, there, agent in zip(self.desks, reversed(self.desks), AGENTS, strict=True):
            come = partial(crowd, here.address, self.diary, patience=patience)
            found += come(f"{seed}-{agent}", web=1, way=Socket, agents=(agent,))
            found += come(f"{seed}-{agent}-spread", web=1, way=partial(Spread, other=there.address))
        return found
