"""The door of the 公众号: what WeChat calls, and what it gets in answer, always in time."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from bot.domain.wechat_accounts import OfficialAccount
from bot.domain.wechat_inbound import Inbound
from bot.services.intake import Intake
from bot.services.ports import Clock, Units
from bot.services.wechat.backlog import Backlog
from bot.services.wechat.events import Events, Hear
from bot.services.wechat.media import MediaFetcher
from bot.services.wechat.news import News
from bot.services.wechat.official import official_terms
from bot.services.wechat.passive import Passive, Sleep
from bot.services.wechat.pauses import Pauses
from bot.services.wechat.receiving import Heard, Receiving
from bot.services.words import Words

log = logging.getLogger(__name__)

BACKLOG_SECONDS = 30.0
FORGETTING_SECONDS = 6 * 3600.0
_NOT_KEPT = "not_kept"  # the situation in which a message could not be stored


class Callbacks(Protocol):
    """How an account's callbacks are signed, sealed and written; each raises Malformed for what is wrong."""

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What to answer when WeChat asks whether this address is ours."""

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> tuple[Inbound, int | None]:
        """What was posted, and the number of the key that opened it."""

    def reply(self, inbound: Inbound, text: str, key: int | None, now: datetime) -> str:
        """The body that answers it with a text."""


@dataclass(frozen=True)
class World:
    """What the door needs of the desk; `wake` starts a conversation's turns, `sleep` waits in seconds.

    `pauses` are those of what goes out.
    """

    units: Units
    reading: Units
    words: Words
    clock: Clock
    wake: Callable[[str], None]
    sleep: Sleep = asyncio.sleep
    pauses: Pauses = field(default_factory=Pauses)


class OfficialDoor:
    """`seconds` is how long the bot may take for an answer in the same call; with 0 no call waits."""

    def __init__(
        self,
        callbacks: Callbacks,
        intake: Intake,
        receiving: Receiving,
        passive: Passive,
        media: MediaFetcher,
        world: World,
        seconds: float,
    ) -> None:
        self._callbacks, self._intake, self._receiving = callbacks, intake, receiving
        self._passive, self._media, self._world, self._seconds = passive, media, world, seconds
        self._waiting: set[asyncio.Future[None]] = set()
        self.backlog = Backlog(intake.units, world.clock, self._hand_on)

    @classmethod
    def of(
        cls,
        callbacks: Callbacks,
        account: OfficialAccount,
        intake: Intake,
        media: MediaFetcher,
        news: News,
        world: World,
        *,
        others: Hear | None = None,
    ) -> Self:
        """The door of an account, made of the desk's services; `others` is for the events (events.py)."""
        units, reading, words, clock = world.units, world.reading, world.words, world.clock
        terms = official_terms(account)
        events = Events(units, words, clock, account.app_id, terms, others)
        receiving = Receiving(
            intake,
            words,
            clock,
            account=account.app_id,
            terms=terms,
            events=events,
            hears_voice=media.hears_voice,
        )
        passive = Passive(units, clock, news, terms, reading=reading, sleep=world.sleep, pauses=world.pauses)
        return cls(callbacks, intake, receiving, passive, media, world, account.passive_s)

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the question whether this address is ours; Malformed."""
        return self._callbacks.echo(query, self._world.clock.now())

    async def receive(
        self, query: Mapping[str, str], body: bytes, still_there: Callable[[], bool]
    ) -> str | None:
        """Take in what was posted and give the body to answer with, None for nothing to say; Malformed.

        Whatever else goes wrong is ours to see to: WeChat would show the customer that the account is broken.
        `still_there` says whether somebody still waits for the answer.
        """
        too_late = asyncio.ensure_future(self._world.sleep(self._seconds))
        self._waiting.add(too_late)
        try:
            inbound, key = self._callbacks.read(query, body, self._world.clock.now())
            text = await self._answer(inbound, too_late, still_there)
        finally:
            self._waiting.discard(too_late)
            too_late.cancel()
        return None if text is None else self._callbacks.reply(inbound, text, key, self._world.clock.now())

    def rounds(self) -> tuple[tuple[float, Callable[[], Awaitable[None]]], ...]:
        """What is done again and again, each with the seconds in between."""
        return (BACKLOG_SECONDS, self.backlog.look), (FORGETTING_SECONDS, self._receiving.forget_old)

    async def stop(self) -> None:
        """End; what is not handed on stays in the database."""
        await self.backlog.stop()

    async def _answer(
        self, inbound: Inbound, too_late: asyncio.Future[None], still_there: Callable[[], bool]
    ) -> str | None:
        waits = self._seconds > 0 and self._passive.may_wait()
        try:
            if self._is_behind and self._receiving.may_be_kept(inbound):
                self._let_go()
                return await self.backlog.keep(inbound)
            heard = await self._receiving.take(inbound, waits=waits)
        except Exception as error:  # noqa: BLE001 -- what is not stored must not be acknowledged as if it were
            _log(error, "a message could not be stored")
            return self._world.words.situation(_NOT_KEPT, "hans").text
        if heard is None:
            return None
        try:
            return await self._reply(heard, too_late if waits else None, still_there)
        except Exception as error:  # noqa: BLE001 -- it is stored: the dispatcher sends the answer
            _log(error, f"conversation {heard.conversation_id}: the answer can't go with the call")
            return None

    @property
    def _is_behind(self) -> bool:
        """Whether more comes in than is stored at once; then all is kept, so that the order stays."""
        return self._intake.pressure.is_too_high or not self.backlog.is_empty

    def _let_go(self) -> None:
        """Let no call wait for the bot any longer: its answer goes out by a message of ours."""
        for too_late in self._waiting:
            too_late.cancel()

    async def _hand_on(self, inbound: Inbound) -> None:
        """Hand on what was kept: it is acknowledged, so no call waits."""
        heard = await self._receiving.take(inbound, waits=False)
        if heard is not None and heard.message_id is not None:
            self._begin(heard.conversation_id, heard.message_id, media=heard.media)

    def _begin(self, conversation_id: str, message_id: str, *, media: bool) -> None:
        """Fetch what the message brought, and see to its answer."""
        if media:
            self._media.begin(message_id)
        self._world.wake(conversation_id)

    async def _reply(
        self, heard: Heard, too_late: asyncio.Future[None] | None, still_there: Callable[[], bool]
    ) -> str | None:
        if heard.message_id is None:
            return heard.reply
        self._begin(heard.conversation_id, heard.message_id, media=heard.media)
        if too_late is None:
            return await self._passive.decided(heard.message_id)
        return await self._passive.answer(heard.conversation_id, heard.message_id, too_late, still_there)


def _log(error: Exception, what: str) -> None:
    """Where it broke, without the error's own words: they may quote a customer."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("公众号: %s: %s at\n%s", what, type(error).__qualname__, frames)
