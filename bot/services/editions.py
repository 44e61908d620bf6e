"""Keeps the desk's handbook up to date with the company's own words, in every desk process.

The check is one small query; the handbook is put together anew only when something else holds. Old versions
stay at hand, so that old conversations show the words that were said then.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.errors import Conflict
from bot.domain.handbook.checking import check
from bot.domain.handbook.clause import Audience, Clause
from bot.domain.handbook.editions import (
    Edition,
    PrintedWords,
    in_force,
    named,
    overlaid,
    read_ways,
    write_ways,
)
from bot.domain.handbook.handbook import Handbook
from bot.services.ports import Clock, Units
from bot.services.words import Words

log = logging.getLogger(__name__)


class EditionsInForce:
    """Puts what is approved and has begun into `words`; `broken` are editions that today's packs refuse."""

    def __init__(self, units: Units, reading: Units, words: Words, clock: Clock) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self._lock = asyncio.Lock()
        self._seen = -1
        self._holds: tuple[str, ...] = ()
        self._approved: list[Edition] = []
        self.broken: Mapping[str, str] = {}

    async def begin(self) -> None:
        """Remember what the packs print now, and take up what is in force."""
        await self._remember()
        await self.refresh()

    async def refresh(self) -> None:
        """Look whether other words hold since the last time, and take them up."""
        async with self._lock:
            now = self._clock.now()
            async with self._reading() as uow:
                stamp = await uow.editions.stamp()
                if stamp != self._seen:
                    self._approved = await uow.editions.approved()
                    self._words.past = self._past(await uow.editions.printed())
            self._seen = stamp
            holding = in_force(self._approved, now)
            holds = tuple(sorted(edition.id for edition in holding.values()))
            if holds != self._holds:
                self._words.handbook = await asyncio.to_thread(self._made, holding)
                self._holds = holds

    async def _remember(self) -> None:
        """Old conversations name clauses of a pack by version; the pack's next edition has other words."""
        try:
            async with self._units() as uow:
                known = await uow.editions.printed_versions()
                now = self._clock.now()
                missing = [
                    PrintedWords(clause.id, clause.version, write_ways(named(clause)), now)
                    for clause in self._words.printed.clauses.values()
                    if (clause.id, clause.version) not in known
                ]
                if missing:
                    uow.editions.keep(missing)
                    await uow.commit()
        except Conflict:
            log.info("another desk has just noted what the packs print")

    def _past(self, printed: Iterable[PrintedWords]) -> dict[tuple[str, int], Clause]:
        """Every version that was or will be said, beside those of today's packs."""
        clauses = self._words.printed.clauses
        found = {(one.clause, one.version): _as_it_was(clauses.get(one.clause), one) for one in printed}
        for edition in self._approved:
            if not edition.restores and edition.clause in clauses:
                found[edition.clause, edition.version] = edition.words(clauses[edition.clause])
        return found

    def _made(self, holding: Mapping[str, Edition]) -> Handbook:
        """The packs with these editions in them; one that today's packs refuse is left out, not the desk."""
        printed = self._words.printed
        clauses = {
            name: edition.words(printed.clauses[name])
            for name, edition in holding.items()
            if name in printed.clauses and not edition.restores
        }
        broken: dict[str, str] = {}
        for problem in check(overlaid(printed.packs, clauses)) if clauses else ():
            name = problem.place.removeprefix("clauses[").partition("]")[0]
            if clauses.pop(name, None) is not None:
                broken[name] = problem.message
                log.warning("the company's words of %s are not used: %s", name, problem)
        self.broken = broken
        return Handbook(overlaid(printed.packs, clauses)) if clauses else printed

    def coming(self) -> list[Edition]:
        """What is approved and has not begun, the next one first."""
        now = self._clock.now()
        waiting = [one for one in self._approved if one.effective_from and one.effective_from > now]
        return sorted(waiting, key=lambda one: (one.effective_from or now, one.number))


def _as_it_was(clause: Clause | None, printed: PrintedWords) -> Clause:
    """A clause with the words of an older version; of one that no pack has any more, the words alone."""
    ways = read_ways(printed.ways)
    one, several = (ways[0], ()) if len(ways) == 1 else ((), ways)
    if clause is None:
        gone = Clause(id=printed.clause, audience=Audience.CUSTOMER, source="desk")
        return replace(gone, version=printed.version, wording=one, variants=several)
    return replace(clause, version=printed.version, wording=one, variants=several)
