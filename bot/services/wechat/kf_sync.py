"""Fetches what happened at 微信客服: rung for by doorbells, and every minute in case one got lost.

One process at a time reads an account, page by page. What a page says is made true first; then the cursor
moves on: a process that dies in between has the page read again, and nothing happens twice.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.wechat_errors import WechatError, WechatRefused
from bot.domain.wechat_kf import Entry, entry
from bot.services.log_context import works_on
from bot.services.ports import Clock, KfClient, Page, Units
from bot.services.wechat.kf_entries import KfEntries

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # a process of which nothing is heard any more has died
FIRST_LOOK_BACK = timedelta(hours=1)  # what is older at the very first look was before this desk
ANOTHER_READS = 1.0  # seconds; then look whether they are done
RETRIES = (2.0, 5.0, 15.0)  # seconds
_PAGE = 1000
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_RENEWED_AFTER = 200  # entries
_GIVEN_UP_AFTER = 5  # rounds in which the same entry broke
_ACCOUNTS_KNOWN_FOR = timedelta(minutes=30)


class KfSync:
    """Reads on where the desk left off.

    `wake` is told which conversation has something to answer, once its whole page is true: what happened
    after a message, perhaps an hour ago, may have made it somebody else's. `sleep` waits so many seconds.
    """

    def __init__(
        self,
        units: Units,
        client: KfClient,
        entries: KfEntries,
        clock: Clock,
        wake: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._units, self._client, self._entries = units, client, entries
        self._clock, self._wake, self._sleep = clock, wake, sleep
        self._holder = secrets.token_hex(8)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._tokens: dict[str, str] = {}
        self._broken: Counter[str] = Counter()
        self._accounts: set[str] = set()
        self._asked_at = clock.now() - _ACCOUNTS_KNOWN_FOR

    def ring(self, open_kfid: str, token: str = "") -> None:
        """There is something to fetch from this account; never blocks."""
        if token:
            self._tokens[open_kfid] = token
        self._accounts.add(open_kfid)
        self._again.add(open_kfid)
        if open_kfid not in self._workers:
            task = asyncio.create_task(self._work(open_kfid), name=f"messages of {open_kfid}")
            self._workers[open_kfid] = task

    async def look(self) -> None:
        """Ring at every account, whether or not its doorbell was heard."""
        now = self._clock.now()
        if now - self._asked_at >= _ACCOUNTS_KNOWN_FOR:
            try:
                self._accounts |= {one.open_kfid for one in await self._client.accounts()}
                self._asked_at = now
            except WechatError as problem:
                log.warning("the accounts of 微信客服 are not known: %s (%s)", problem.key, problem.code)
        for open_kfid in sorted(self._accounts):
            self.ring(open_kfid)

    async def idle(self) -> None:
        """Wait until all is read (tests)."""
        while self._workers:
            await asyncio.gather(*self._workers.values(), return_exceptions=True)

    async def stop(self) -> None:
        """End reading; what was not finished is read again."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, open_kfid: str) -> None:
        works_on()
        try:
            while open_kfid in self._again:
                self._again.discard(open_kfid)
                await self._patiently(open_kfid)
        finally:
            self._workers.pop(open_kfid, None)

    async def _patiently(self, open_kfid: str) -> None:
        """Read, and try again a few times; after that the next doorbell or look does."""
        for pause in (*RETRIES, None):
            try:
                return await self._read(open_kfid)
            except WechatError as problem:
                log.warning("messages of 微信客服 are not read: %s (%s)", problem.key, problem.code)
            except Exception as error:  # noqa: BLE001 -- whatever it was; its text may quote a customer
                log.error("messages of 微信客服 are not read: %s", type(error).__qualname__)  # noqa: TRY400 -- as above
            if pause is not None:
                await self._sleep(pause)
        return None

    async def _read(self, open_kfid: str) -> None:
        cursor = await self._lease(open_kfid)
        while cursor is None:
            await self._sleep(ANOTHER_READS)
            cursor = await self._lease(open_kfid)
        try:
            await self._pages(open_kfid, cursor)
        finally:
            async with self._units() as uow:
                await uow.wechat.release_cursor(open_kfid, self._holder, self._clock.now())
                await uow.commit()

    async def _pages(self, open_kfid: str, cursor: str) -> None:
        oldest = _LONG_AGO if cursor else self._clock.now() - FIRST_LOOK_BACK
        while True:
            page = await self._fetch(open_kfid, cursor)
            read = (entry(data, open_kfid) for data in page.messages if isinstance(data, dict))
            await self._take([one for one in read if one and one.at >= oldest], open_kfid, cursor)
            moved = page.next_cursor and page.next_cursor != cursor
            if not moved or not await self._advance(open_kfid, page.next_cursor) or not page.has_more:
                return
            cursor = page.next_cursor

    async def _fetch(self, open_kfid: str, cursor: str) -> Page:
        """A page, by the doorbell's token; without one it may be asked for less often, but not refused."""
        token = self._tokens.get(open_kfid, "")
        try:
            return await self._client.sync(cursor, token, _PAGE, open_kfid)
        except WechatRefused:
            if not token:
                raise
        self._tokens.pop(open_kfid, None)
        return await self._client.sync(cursor, "", _PAGE, open_kfid)

    async def _take(self, entries: Sequence[Entry], open_kfid: str, cursor: str) -> None:
        """Make true what a page says, in its order."""
        woken: dict[str, None] = {}
        try:
            for nth, one in enumerate(entries, 1):
                conversation_id = await self._take_one(one)
                if conversation_id is not None:
                    woken[conversation_id] = None
                if nth % _RENEWED_AFTER == 0 and not await self._advance(open_kfid, cursor):
                    return
        finally:
            for conversation_id in woken:
                self._wake(conversation_id)

    async def _take_one(self, one: Entry) -> str | None:
        try:
            return await self._entries.take(one)
        except Exception as error:
            self._broken[one.id] += 1
            if self._broken[one.id] < _GIVEN_UP_AFTER:
                raise
            log.error("an entry of 微信客服 is given up: %s", type(error).__qualname__)  # noqa: TRY400 -- no words of it
        return None

    async def _lease(self, open_kfid: str) -> str | None:
        """The cursor, and that it is ours for now; None while another process reads."""
        now = self._clock.now()
        async with self._units() as uow:
            found = await uow.wechat.lease_cursor(open_kfid, self._holder, now, now + LEASE)
            await uow.commit()
        return found.cursor if found else None

    async def _advance(self, open_kfid: str, cursor: str) -> bool:
        """Move the cursor on; False if another process reads from where we were."""
        async with self._units() as uow:
            until = self._clock.now() + LEASE
            ours = await uow.wechat.advance_cursor(open_kfid, self._holder, cursor, until)
            await uow.commit()
        return ours
