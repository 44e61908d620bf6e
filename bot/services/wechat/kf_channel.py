"""微信客服, put together: what comes in, what goes out, and whose session it is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from bot.domain.wechat_accounts import Wecom
from bot.services.intake import Intake
from bot.services.ports import Clock, KfClient, Units
from bot.services.wechat.kf_carrier import KfCarrier
from bot.services.wechat.kf_door import Doorbells, KfDoor
from bot.services.wechat.kf_entries import KfEntries
from bot.services.wechat.kf_mirror import Mirror
from bot.services.wechat.kf_servicers import Servicers
from bot.services.wechat.kf_sessions import KfSessions
from bot.services.wechat.kf_sync import KfSync
from bot.services.words import Words

POLL_SECONDS = 60.0  # a doorbell may get lost
SESSION_SECONDS = 1.0
FORGETTING_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class KfWorld:
    """What it needs of the desk; `wake` is told which conversation has something to answer, `sleep` waits.

    `hears_voice` says whether there is something that makes words of voice messages.
    """

    units: Units
    reading: Units
    intake: Intake
    words: Words
    clock: Clock
    wake: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    hears_voice: bool = False


@dataclass(frozen=True)
class KfChannel:
    """The parts that the rest of the desk talks to."""

    carrier: KfCarrier
    sessions: KfSessions
    sync: KfSync
    entries: KfEntries
    door: KfDoor

    @classmethod
    def of(cls, account: Wecom, client: KfClient, doorbells: Doorbells, world: KfWorld) -> Self:
        """The channel of a corp."""
        units, clock = world.units, world.clock
        servicers = Servicers(account, client, clock)
        sessions = KfSessions(units, client, servicers, clock, reading=world.reading)
        carrier = KfCarrier(client, account, units, clock, sessions.settle)
        entries = KfEntries(
            units,
            world.intake,
            Mirror(world.words, servicers),
            world.words,
            clock,
            reading=world.reading,
            terms=carrier.terms,
            welcome=account.welcome,
            hears_voice=world.hears_voice,
        )
        sync = KfSync(units, client, entries, clock, world.wake, world.sleep)
        return cls(carrier, sessions, sync, entries, KfDoor(doorbells, sync.ring, clock))

    def rounds(self) -> tuple[tuple[float, Callable[[], Awaitable[object]]], ...]:
        """What is done again and again, each with the seconds in between."""
        return (
            (POLL_SECONDS, self.sync.look),
            (SESSION_SECONDS, self.sessions.look),
            (POLL_SECONDS, self.sessions.catch_up),
            (FORGETTING_SECONDS, self.entries.forget_old),
        )
