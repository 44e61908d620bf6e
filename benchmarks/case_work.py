"""What people and the desk itself do with a full case database: each piece of work, to be timed."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.adapters.database.unit_of_work import Database
from bot.domain.monthly import Month
from bot.domain.people import Role, User
from bot.domain.things import Listed
from bot.services.case_file import CaseFiles
from bot.services.case_list import PAGE, CaseList
from bot.services.deadlines import Watch
from bot.services.inbox import Inbox
from bot.services.judging import Judging
from bot.services.monthly import monthly_book
from bot.services.outbreaks import Outbreaks
from bot.services.titles import titles
from bot.services.words import Words

Work = Callable[[], Awaitable[object]]
AGENT = User("agent-1", "agent-1", "agent-1", Role.AGENT, "", datetime.min.replace(tzinfo=UTC))
CLOSED = Listed(state="closed")


def pages(now: datetime, department: str) -> dict[str, Listed]:
    """The list with each of its filters, and with those that find little or nothing."""
    month = {"accepted_from": now - timedelta(days=400), "accepted_until": now - timedelta(days=370)}
    return {
        "open": Listed(),
        "open, overdue": Listed(overdue_at=now),
        "open, overdue long ago": Listed(overdue_at=now - timedelta(days=1200)),
        "open, of one heat": Listed(heat="重大"),
        "open, of one severity": Listed(severity="严重"),
        "open, of one issue": Listed(issue="hotel.service"),
        "open, of one department": Listed(department=department),
        "open, of one person": Listed(handler_id="agent-1"),
        "open, of a month long ago": Listed(**month),
        "closed": CLOSED,
        "closed, of one issue": replace(CLOSED, issue="hotel.service"),
        "closed, of a rare issue": replace(CLOSED, issue="special.inspection"),
        "closed, of one issue and severity": replace(CLOSED, issue="hotel.service", severity="严重"),
        "closed, of one department": replace(CLOSED, department=department),
        "closed, of one person": replace(CLOSED, handler_id="agent-1"),
        "closed, of nobody": replace(CLOSED, handler_id="nobody"),
        "closed, of a heat that none has": replace(CLOSED, heat="冰点"),
        "closed, of one month": replace(CLOSED, **month),
    }


class Now:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment of the measurement."""
        return self._now


class Silent:
    """Live updates that nobody hears."""

    def changed(self, conversation_id: str) -> None:
        """Nothing."""


@dataclass
class Desk:
    """The services before one database; `ids` are its cases."""

    database: Database
    words: Words
    ids: list[str]
    now: datetime

    def __post_init__(self) -> None:
        self._drawn = random.Random(1)  # noqa: S311 -- which cases are opened
        self._clock, self._titles = Now(self.now), titles(self.words.handbook)
        self._reading, self._units = self.database.reading_units(), self.database.units(Silent())

    def often(self) -> Iterator[tuple[str, Work]]:
        """What takes a moment, by its title: measured many times."""
        words, clock, called, reading = self.words, self._clock, self._titles, self._reading
        department = min(words.handbook.processes.departments)
        handler = replace(AGENT, id=f"of-{department}", role=Role.DEPARTMENT, department=department)
        files, inbox = CaseFiles(reading, words, clock, called), Inbox(reading, words, clock, called, {})
        yield "open a case", lambda: files.of(self._drawn.choice(self.ids), AGENT)
        yield "find a case by its number", self._find(CaseList(reading, words, clock, called))
        for title, listed in pages(self.now, department).items():
            yield f"list {PAGE}: {title}", self._page(listed)
        yield "list 50: open, the second page", self._second(Listed())
        yield "list 50: closed, the second page", self._second(CLOSED)
        yield "an agent's inbox", lambda: inbox.of(AGENT)
        yield "a department's inbox", lambda: inbox.of(handler)
        yield "how much is in an inbox", lambda: inbox.count(AGENT)
        yield "conversations that wait", self._waiting
        yield "the queue and the conversations", self._conversations

    def seldom(self) -> Iterator[tuple[str, Work]]:
        """What the desk does with a day's or a month's cases, by its title: measured once, in this order."""
        units, words, clock, reading = self._units, self.words, self._clock, self._reading
        judging, watch = Judging(units, words, clock, reading=reading), Watch(units, reading, words, clock)
        yield "judge a day's cases", judging.sweep
        yield "judge again: nothing to do", judging.sweep
        yield "look for outbreaks", Outbreaks(units, words, clock, reading=reading).look
        yield "watch a day's deadlines", watch.look
        yield "watch again: nothing to do", watch.look
        month = Month.of(f"{self.now - timedelta(days=28):%Y-%m}")
        yield "a month's report", lambda: monthly_book(reading, words, clock, month, full=False)

    def _find(self, cases: CaseList) -> Work:
        async def work() -> None:
            async with self._reading() as uow:
                number = (await uow.cases.get(self._drawn.choice(self.ids))).number
            await cases.by_number(number or "", AGENT)

        return work

    def _page(self, listed: Listed) -> Work:
        async def work() -> None:
            async with self._reading() as uow:
                await uow.judgements.page(listed, None, PAGE + 1)

        return work

    def _second(self, listed: Listed) -> Work:
        async def work() -> None:
            async with self._reading() as uow:
                first = await uow.judgements.page(listed, None, PAGE)
                await uow.judgements.page(listed, first[-1], PAGE)

        return work

    async def _waiting(self) -> None:
        async with self._reading() as uow:
            await uow.conversations.with_waiting_messages()

    async def _conversations(self) -> None:
        async with self._reading() as uow:
            await uow.conversations.for_agents()
