"""The access token of an account: fetched by one at a time, however many tasks and processes need it.

Within a process by one task that all others wait for, between processes by a lease on the account's row. The
platform gives the same token again until shortly before its end and lets two overlap, so that nobody's token
dies under them. None to be had, or two in a row that aren't believed, is an alarm: for a while nobody asks
again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.wechat import codes
from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble, WechatError
from bot.services.ports import Clock, Units

log = logging.getLogger(__name__)

EARLY = timedelta(seconds=300)  # so long before its end a token is renewed
LEASE = timedelta(seconds=30)  # whoever fetches one has that long
QUIET = timedelta(seconds=60)  # so long nobody asks after an alarm
_LOOK_SECONDS = 0.2  # how often another process that fetches is looked at

Pause = Callable[[float], Awaitable[None]]
Fetch = Callable[[], Awaitable[tuple[str, int]]]  # a token, and the seconds that it lives


@dataclass(frozen=True, eq=False)
class Token:
    """A token as it was got once: the same word got again is another one."""

    value: str = field(repr=False)
    renew_at: datetime
    ends_at: datetime


class Tokens:
    """The token of one account. `fetch` asks the platform and raises the errors of WeChat."""

    def __init__(
        self, account: str, units: Units, clock: Clock, fetch: Fetch, pause: Pause = asyncio.sleep
    ) -> None:
        self.account, self._units, self._clock = account, units, clock
        self._fetch, self._pause = fetch, pause
        self._known: Token | None = None
        self._flight: asyncio.Task[Token] | None = None
        self._trouble: tuple[datetime, WechatError] | None = None

    async def get(self, bad: Token | None = None) -> Token:
        """A token to be used now, another one than `bad`, which the platform didn't believe.

        TokenTrouble, NotAllowedHere, TryLater, DailyQuota.
        """
        self._raise_trouble()
        known = self._known
        if known is not None and known is not bad and self._clock.now() < known.renew_at:
            return known
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._got(bad), name="WeChat's access token")
            self._flight.add_done_callback(_looked_at)
        return await asyncio.shield(self._flight)  # whoever gives up waiting leaves the others theirs

    async def anew(self) -> None:
        """Ask the platform, whatever is known and whatever alarm there is; the errors of `get`."""
        self._trouble = None
        await self._fetched(None)

    async def refused(self, bad: Token, code: int) -> TokenTrouble:
        """The platform believed neither of two tokens: raises the alarm and gives the error."""
        trouble = TokenTrouble(f"微信不认可刚取得的访问令牌：{codes.told(code)}", code)
        if self._known is bad:  # of many calls that fail at once, one is enough
            await self._alarm(trouble)
        return trouble

    async def barred(self, trouble: NotAllowedHere) -> None:
        """The platform doesn't let this server in, whatever the token: raises the alarm, once a while."""
        if self._trouble is None:
            await self._alarm(trouble)

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)

    async def _got(self, bad: Token | None) -> Token:
        """One that another process put there, or our own, once nobody else is at it."""
        while not await self._lease():
            await self._pause(_LOOK_SECONDS)
            shared = await self._shared(bad)
            if shared is not None:
                return shared
        # Only now nobody else can put one there: between looking and the lease somebody may have.
        shared = await self._shared(bad)
        if shared is None:
            return await self._fetched(bad)
        await self._release()
        return shared

    async def _lease(self) -> bool:
        now = self._clock.now()
        async with self._units() as uow:
            mine = await uow.wechat.lease_token(self.account, now, now + LEASE)
            await uow.commit()
        return mine

    async def _shared(self, bad: Token | None) -> Token | None:
        """The one that is there, if it is another than `bad` and has a while left."""
        async with self._units() as uow:
            row = await uow.wechat.token(self.account)
        if row is None or not row.token or row.expires_at is None:
            return None
        token = Token(row.token, row.expires_at - EARLY, row.expires_at)
        if self._clock.now() >= token.renew_at or (bad is not None and token.value == bad.value):
            return None
        self._known = token
        return token

    async def _fetched(self, bad: Token | None) -> Token:
        try:
            value, seconds = await self._fetch()
        except (NotAllowedHere, TokenTrouble) as trouble:
            await self._alarm(trouble)
            raise
        except WechatError:
            await self._release()
            known = self._known
            if known is not None and known is not bad and self._clock.now() < known.ends_at:
                return known  # it was to be renewed early, and still has a while
            raise
        now, life = self._clock.now(), timedelta(seconds=seconds)
        # WeCom gives out the same token until its very end: then half of what is left is soon enough.
        token = Token(value, now + max(life - EARLY, life / 2), now + life)
        async with self._units() as uow:
            await uow.wechat.keep_token(self.account, value, token.ends_at)
            await uow.commit()
        self._known = token
        return token

    async def _alarm(self, trouble: WechatError) -> None:
        log.error("WeChat, account %s: %s", self.account, trouble)
        self._known, self._trouble = None, (self._clock.now() + QUIET, trouble)
        async with self._units() as uow:
            await uow.wechat.alarm(self.account, str(trouble))
            await uow.commit()

    async def _release(self) -> None:
        async with self._units() as uow:
            await uow.wechat.release_token(self.account)
            await uow.commit()

    def _raise_trouble(self) -> None:
        if self._trouble is None:
            return
        until, trouble = self._trouble
        if self._clock.now() < until:
            raise type(trouble)(str(trouble), trouble.code)
        self._trouble = None


def _looked_at(flight: asyncio.Task[Token]) -> None:
    """Somebody has seen how it ended, even if all who waited have gone."""
    if not flight.cancelled():
        flight.exception()
