"""Supervisors change the words of clauses: draft, approval by a second person, beginning, way back.

Whatever is stored has passed the checks (bot/domain/handbook/edition_checks.py), and passes them once more
when it is approved: the handbook may have changed in between.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, RevisionRefused
from bot.domain.handbook.clause import Clause
from bot.domain.handbook.edition_checks import Finding, check_revision
from bot.domain.handbook.edition_making import TypedSentence, known_units, typed_ways
from bot.domain.handbook.editions import (
    FIRST,
    Edition,
    EditionState,
    Ways,
    named,
    revised,
    write_ways,
)
from bot.domain.people import Deed, User
from bot.services import audit
from bot.services.editions import EditionsInForce
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.words import Words

LONGEST_NOTE = 300  # characters of why, and of why not


@dataclass(frozen=True)
class Typed:
    """A filled-in form: sentences by ways, why, from when (None: at once), and which draft it showed."""

    ways: Sequence[Sequence[TypedSentence]]
    note: str = ""
    wanted_from: datetime | None = None
    revision: int | None = None


class HandbookEditing:
    """What may be done to clauses' words; who may do it is asked at the door, four eyes are seen to here."""

    def __init__(self, units: Units, words: Words, clock: Clock, in_force: EditionsInForce) -> None:
        self._units, self._words, self._clock, self._in_force = units, words, clock, in_force

    async def save(self, clause_id: str, typed: Typed, user: User) -> Edition:
        """Keep a draft, the clause's only one. NotFound, RevisionRefused, Conflict when it has changed."""
        printed = self.printed(clause_id)
        async with self._units() as uow:
            editions = await uow.editions.of_clause(clause_id)
        draft = next((one for one in editions if one.state is EditionState.DRAFT), None)
        shown = known_units(printed, self._words.handbook.clause(clause_id), *_words(printed, draft))
        used = {unit["key"] for one in editions for way in one.ways or () for unit in way}
        ways = typed_ways(printed, shown, typed.ways, used | known_units(printed).keys())
        await self.check(clause_id, ways)
        return await self.keep(clause_id, ways, typed, user)

    async def restore(self, clause_id: str, note: str, wanted_from: datetime | None, user: User) -> Edition:
        """Draft the way back to the printed words. InvalidInput where they hold already."""
        if not self._words.handbook.clause(self.printed(clause_id).id).is_revised:
            raise InvalidInput("这一条现在说的就是原文，不用恢复。")
        return await self.keep(clause_id, None, Typed((), note, wanted_from), user)

    async def keep(self, clause_id: str, ways: Ways | None, typed: Typed, user: User) -> Edition:
        """Write a draft down, as the clause's new one or over the one that the form showed."""
        async with self._units() as uow:
            draft = await self.put(uow, clause_id, ways, typed, user)
            await uow.commit()
        return draft

    async def put(
        self, uow: UnitOfWork, clause_id: str, ways: Ways | None, typed: Typed, user: User
    ) -> Edition:
        """The same inside a unit of work. InvalidInput where nothing would change, Conflict."""
        now, printed = self._clock.now(), self.printed(clause_id)
        if ways is not None and alike(ways, self._words.handbook.clause(clause_id)):
            raise InvalidInput("和现在的说法一样，没有要保存的改动。")
        editions = await uow.editions.of_clause(clause_id)
        draft = next((one for one in editions if one.state is EditionState.DRAFT), None)
        if draft is None:
            number = max((one.number for one in editions), default=0) + 1
            draft = Edition(
                new_id(now), clause_id, number, printed.version, None, "", None, user.id, now, revision=0
            )
            uow.editions.add(draft)
        elif typed.revision != draft.revision:
            raise Conflict("这一条的草稿刚刚有人改过，请看过现在的内容再改。")
        draft.ways = None if ways is None else write_ways(ways)
        draft.note, draft.wanted_from = checked(typed.note), typed.wanted_from
        draft.base_version, draft.made_by, draft.made_at = printed.version, user.id, now
        draft.revision += 1
        await self._note(uow, user, "clause_drafted", draft, {"number": draft.number})
        return draft

    async def approve(self, id: str, revision: int, user: User) -> Edition:
        """Let a draft begin at its time, at the earliest now. NotAllowed for who wrote it, unless alone."""
        async with self._units() as uow:
            seen = await uow.editions.get(id)
        if not seen.restores:
            await self.check(seen.clause, named(seen.words(self.printed(seen.clause))))
        async with self._units() as uow:
            edition = await self._draft(uow, id, revision)
            if edition.made_by == user.id and await self.second_person(uow, user):
                raise NotAllowed("自己写的修订要由另一位主管批准。")
            now = self._clock.now()
            edition.effective_from = max(edition.wanted_from or now, now)
            self._decide(edition, EditionState.APPROVED, user, now)
            begins = {"number": edition.number, "from": edition.effective_from.isoformat()}
            await self._note(uow, user, "clause_approved", edition, begins)
            await uow.commit()
        await self._in_force.refresh()
        return edition

    async def reject(self, id: str, revision: int, reason: str, user: User) -> Edition:
        """Give a draft back to who wrote it, with the reason: it stays to be read, not to be approved."""
        async with self._units() as uow:
            edition = await self._draft(uow, id, revision)
            edition.reason = checked(reason)
            if not edition.reason:
                raise InvalidInput("请写明为什么退回，起草的人要知道改哪里。")
            self._decide(edition, EditionState.REJECTED, user, self._clock.now())
            await self._note(uow, user, "clause_rejected", edition, {"reason": edition.reason})
            await uow.commit()
        return edition

    async def discard(self, id: str, revision: int, user: User) -> Edition:
        """Drop one's own draft; others' are rejected, with a reason."""
        async with self._units() as uow:
            edition = await self._draft(uow, id, revision)
            if edition.made_by != user.id:
                raise NotAllowed("别人的草稿不能放弃，可以写明原因退回。")
            self._decide(edition, EditionState.DISCARDED, user, self._clock.now())
            await self._note(uow, user, "clause_discarded", edition, {"number": edition.number})
            await uow.commit()
        return edition

    async def withdraw(self, id: str, revision: int, user: User) -> Edition:
        """Take back what is approved and has not begun: the words that hold go on holding."""
        async with self._units() as uow:
            edition = await uow.editions.get(id, lock=True)
            now = self._clock.now()
            begun = edition.effective_from is not None and edition.effective_from <= now
            if edition.state is not EditionState.APPROVED or begun:
                raise Conflict("这份修订已经生效或已经撤回；要换掉它，请再写一份修订或恢复原文。")
            if edition.revision != revision:
                raise Conflict("这份修订刚刚有人改过，请看过现在的内容再决定。")
            self._decide(edition, EditionState.WITHDRAWN, user, now)
            await self._note(uow, user, "clause_withdrawn", edition, {"number": edition.number})
            await uow.commit()
        await self._in_force.refresh()
        return edition

    async def check(self, clause_id: str, ways: Ways) -> None:
        """RevisionRefused with everything that is wrong with these words."""
        if found := await self.findings(clause_id, ways):
            raise RevisionRefused(found)

    async def findings(self, clause_id: str, ways: Ways) -> list[Finding]:
        """Everything that is wrong with these words."""
        if not any(ways):
            return [Finding("", "至少要留一句话。")]
        printed, now = self._words.printed, self._words.handbook
        after = revised(printed.clause(clause_id), ways, FIRST + 1)
        return await asyncio.to_thread(check_revision, printed, now, after, self._words.in_script)

    def printed(self, clause_id: str) -> Clause:
        """The clause as its pack prints it; NotFound."""
        if (found := self._words.printed.clauses.get(clause_id)) is None:
            raise NotFound("手册里没有这一条，请回到手册再选。")
        return found

    async def second_person(self, uow: UnitOfWork, user: User) -> bool:
        """Whether somebody else could approve."""
        return any(one.id != user.id and one.may(Deed.EDIT_HANDBOOK) for one in await uow.people.all())

    async def _draft(self, uow: UnitOfWork, id: str, revision: int) -> Edition:
        edition = await uow.editions.get(id, lock=True)
        if edition.state is not EditionState.DRAFT:
            raise Conflict("这份修订已经有人处理过了，请刷新再看。")
        if edition.revision != revision:
            raise Conflict("这份草稿刚刚有人改过，请看过现在的内容再决定。")
        return edition

    def _decide(self, edition: Edition, state: EditionState, user: User, now: datetime) -> None:
        edition.state, edition.decided_by, edition.decided_at = state, user.id, now
        edition.revision += 1

    async def _note(
        self, uow: UnitOfWork, user: User, deed: str, edition: Edition, details: Mapping[str, Any]
    ) -> None:
        await audit.record(uow, user.id, deed, f"clause:{edition.clause}", details, now=self._clock.now())


def checked(note: str) -> str:
    """Why something was done; InvalidInput when it is a novel."""
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"说明最多 {LONGEST_NOTE} 个字。")
    return note


def _words(printed: Clause, edition: Edition | None) -> tuple[Clause, ...]:
    return (edition.words(printed),) if edition else ()


def alike(ways: Ways, clause: Clause) -> bool:
    """Whether these are the words of the clause."""
    return write_ways(ways) == write_ways(named(clause))
