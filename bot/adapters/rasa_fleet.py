"""The live Rasa, and for a while beside it the one that is to follow.

Which model is live is a row of the case database; people change that row (bot/services/promotion.py) and
nothing else. Each desk process looks at it again and again and brings its own Rasa to it: a second one is
started beside the first, has to answer the health questions, gets the new turns, proves itself, and only
then, with no turn under way any more, the first one is stopped. Wherever a desk dies in between, the next
start begins with the model that the row names. A model that is not fit is refused: the row goes back.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from bot.adapters.background import every
from bot.adapters.rasa_member import Launch, Member, beside, launcher
from bot.adapters.understanding import TURN_TIMEOUT
from bot.adapters.watcher import Clock, RealClock
from bot.domain.errors import ConfigurationError
from bot.services.promotion import Serving, Wanted

__all__ = ["RasaFleet", "beside", "launcher"]

LOOK_SECONDS = 1.0
DRAIN_SECONDS = TURN_TIMEOUT + 5  # no turn takes longer than the first
PROOFS, PROOF_SECONDS = (
    3,
    2.0,
)  # how often a model is asked again once customers talk to it, and how far apart

log = logging.getLogger(__name__)


class Client(Protocol):
    """Through what the desk talks to its Rasa."""

    def point_to(self, base_url: str) -> None:
        """Ask this one from now on."""

    async def settled(self, base_url: str) -> None:
        """Wait until nothing is under way at this one."""


class Rows(Protocol):
    """The row of the live model."""

    async def wanted(self) -> Wanted | None:
        """What it says."""

    async def refuse(self, unfit: Wanted, because: str) -> None:
        """This model can't be used: the row goes back to the one before, if there is one."""


class _OvertakenError(Exception):
    """The row has moved on."""


class RasaFleet:
    """Keeps the Rasa of the live model running and follows the row; `ready` once customers are answered.

    `first` is what the row said at the start. It must be made inside a running loop.
    """

    def __init__(self, launch: Launch, first: Wanted, *, clock: Clock | None = None) -> None:
        self.ready = asyncio.Event()
        self._launch, self._wanted = launch, first
        self._clock = clock or RealClock()
        self._desk: asyncio.Future[tuple[Client, Rows]] = asyncio.get_running_loop().create_future()
        self._live: Member | None = None
        self._members: list[Member] = []
        self._restarts = 0  # of those that have ended
        self._given_up = -1  # the row's version with a model that can't be used and none to go back to

    @property
    def serving(self) -> Serving:
        """How it stands."""
        model = self._live.model if self._live else None
        return Serving(model, self._wanted.model, switching=len(self._members) > 1)

    @property
    def restarts(self) -> int:
        """How often a Rasa was started again after it had died or hung."""
        return self._restarts + sum(member.restarts for member in self._members)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the Rasas."""
        return tuple(member.pid for member in self._members if member.pid is not None)

    def attach(self, client: Client, rows: Rows) -> None:
        """Name the desk's client and the row, as soon as the desk is open; once."""
        self._desk.set_result((client, rows))

    async def run(self) -> None:
        """Until cancelled. ConfigurationError when no model can be started at all."""
        try:
            await self.begin()
            await every(LOOK_SECONDS, self.look)
        finally:
            await self._end_all()

    async def begin(self) -> None:
        """Start the live model's Rasa, or that of the model before if it is not fit; ConfigurationError."""
        while True:
            tried, failure = self._wanted, None
            try:
                member = self._add(tried)
                await member.start()
                problem = await member.misread()
            except ConfigurationError as error:
                problem, failure = str(error), error
            client, rows = await asyncio.shield(self._desk)
            if problem is None or not await self._gone_back(rows, tried, problem):
                break
            await self._end_all()
        if failure is not None:
            raise failure
        self._give_turns(client, member)
        self.ready.set()

    async def look(self) -> None:
        """Bring this desk's Rasa to what the row says, if it isn't there."""
        client, rows = await self._desk
        await self._end_others(client)  # what a round that failed has left
        wanted = await rows.wanted()
        if wanted is None or self._live is None:
            return
        self._wanted = wanted
        if wanted.model != self._live.model and wanted.version != self._given_up:
            await self._change_to(wanted, self._live)
            await self._end_others(client)

    async def _gone_back(self, rows: Rows, unfit: Wanted, because: str) -> bool:
        """Refuse a model; whether the row names another one now."""
        log.error("model %s is not fit for service: %s", unfit.model, because)
        self._given_up = unfit.version
        await rows.refuse(unfit, because)
        self._wanted = await rows.wanted() or unfit
        return self._wanted.version != unfit.version

    async def _change_to(self, wanted: Wanted, old: Member) -> None:
        client, rows = await self._desk
        log.info("model %s is to follow %s", wanted.model, old.model)
        try:
            problem = await self._try(client, wanted, old)
        except _OvertakenError:
            log.info("model %s: the row has moved on", wanted.model)
        else:
            if problem is not None:
                await self._gone_back(rows, wanted, problem)

    async def _try(self, client: Client, wanted: Wanted, old: Member) -> str | None:
        """Start the new one and give it the turns; what is wrong with it: then the old one has them."""
        try:
            member = self._add(wanted)
            problem = await self._unless_overtaken(self._fitness(member), wanted)
        except ConfigurationError as error:
            return str(error)
        if problem is not None:
            return problem
        self._give_turns(client, member)
        try:
            problem = await self._proof(member)
        except BaseException:
            self._give_turns(client, old)
            raise
        if problem is not None:
            self._give_turns(client, old)
        return problem

    def _give_turns(self, client: Client, member: Member) -> None:
        self._live = member
        client.point_to(member.url)

    @staticmethod
    async def _fitness(member: Member) -> str | None:
        await member.start()
        return await member.misread()

    async def _proof(self, member: Member) -> str | None:
        """Ask the one that is in service a few times more."""
        for _ in range(PROOFS):
            if problem := await member.misread():
                return problem
            await self._clock.sleep(PROOF_SECONDS)
        return None

    async def _unless_overtaken(self, work: Coroutine[Any, Any, str | None], wanted: Wanted) -> str | None:
        """Do the work; _OvertakenError as soon as the row no longer says `wanted`."""
        _, rows = await self._desk
        task = asyncio.create_task(work)
        try:
            while not await self._within(task, LOOK_SECONDS):
                await self._still(rows, wanted)
            await self._still(rows, wanted)
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @staticmethod
    async def _still(rows: Rows, wanted: Wanted) -> None:
        now = await rows.wanted()
        if now is None or now.version != wanted.version:
            raise _OvertakenError

    async def _end_others(self, client: Client) -> None:
        """Stop whatever is not live, each when no turn is under way at it any more, though not for ever."""
        for member in [one for one in self._members if one is not self._live]:
            settling = asyncio.ensure_future(client.settled(member.url))
            if not await self._within(settling, DRAIN_SECONDS):
                log.warning("the Rasa of %s is stopped with turns under way", member.model)
            settling.cancel()
            await self._end(member)

    async def _within(self, work: "asyncio.Future[Any]", seconds: float) -> bool:
        """Wait so long; whether the work is done."""
        nap = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({work, nap}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
        return work.done()

    def _add(self, wanted: Wanted) -> Member:
        if wanted.archive is None:
            raise ConfigurationError(f"模型 {wanted.model} 的文件不在了")
        member = self._launch(wanted.archive)
        self._members.append(member)
        return member

    async def _end_all(self) -> None:
        for member in list(self._members):
            await self._end(member)

    async def _end(self, member: Member) -> None:
        await member.stop()
        self._restarts += member.restarts
        self._members.remove(member)
