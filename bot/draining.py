"""Ends a desk in service without losing anything: what is under way is finished, all else is left as it is.

What was begun and can't be finished in time stays in the ledger, like what nobody has begun: the next start
takes it up (bot/services/runner.py). Browsers connect anew, to whichever process is there then, and send
again what they have not seen stored.
"""

import asyncio
import logging

from bot.adapters.background import Background, RasaHealth
from bot.adapters.serving import Door
from bot.assembly import Desk
from bot.web.live import GOODBYE_SECONDS, Hub

SENDING_SECONDS = 10.0  # for letters and messages to subscribers that are on their way

log = logging.getLogger(__name__)


class Drain:
    """The end of a desk: asked for by whoever runs it, carried out by the desk itself.

    `over` is set when nothing more is to be sent outside; it ends the rounds of background work that send.
    """

    def __init__(self, notice: float = 0.0, seconds: float = 0.0) -> None:
        """`notice`: seconds for load balancers to look elsewhere; `seconds`: for turns under way."""
        self.over = asyncio.Event()
        self.runs = False  # whether there is a desk that could end by itself
        self._asked = asyncio.Event()
        self._notice, self._seconds = notice, seconds

    @property
    def is_asked(self) -> bool:
        """Whether the desk is ending."""
        return self._asked.is_set()

    def ask(self, *, notice: bool = True) -> None:
        """Have the desk end; without notice if nobody has to look elsewhere."""
        if not notice:
            self._notice = 0.0
        self._asked.set()

    async def wait(self) -> None:
        """Until it is asked for."""
        self.runs = True
        await self._asked.wait()

    async def carry_out(
        self, desk: Desk, health: RasaHealth, hub: Hub, door: Door, sending: Background
    ) -> None:
        """Say that this process is not ready, shut its door, finish turns and sendings, send sockets away.

        A socket whose conversation is being answered gets the answer before it is sent away.
        """
        health.leaving = True
        await asyncio.sleep(self._notice)
        await door.shut()
        self.over.set()
        desk.following.outbox.leave()
        desk.webhooks.leave()
        hub.send_away(but=desk.runner.answering)
        finished, sent = await asyncio.gather(
            desk.runner.finish(self._seconds), sending.ended(SENDING_SECONDS)
        )
        if not (finished and sent):
            log.warning("stopped with work under way; it is done again by the next start")
        hub.send_away()
        await hub.empty(GOODBYE_SECONDS + 1)
