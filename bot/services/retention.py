"""What is older than the company keeps it is erased at night, by the code that erases on request.

A conversation in which nothing is kept any more goes with its customer; in one that goes on, or holds a case
that stays, the lines and cases from before go. Each is a transaction of its own, with an audit entry. So do
sign-ins and one-time links of the staff whose time is over.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.errors import Conflict
from bot.domain.personal_data import ERASED, OLD_ERASED, Subject
from bot.domain.retention import Keeping, is_night, months_before
from bot.services.personal_data import forget
from bot.services.ports import Clock, Trackers, UnitOfWork, Units

log = logging.getLogger(__name__)

REASON = "保存期限已满"
_ACTOR = "desk"
_AT_ONCE = 200  # ids looked up in one query


class Retention:
    """Forgets what is kept no longer; `keeping` is the company's word."""

    def __init__(
        self, units: Units, reading: Units, trackers: Trackers, clock: Clock, keeping: Keeping
    ) -> None:
        self._units, self._reading, self._trackers = units, reading, trackers
        self._clock, self._keeping = clock, keeping

    async def look(self) -> int:
        """At night: erase what is due, and have Rasa forget it too; in how many conversations that was."""
        now = self._clock.now()
        if not is_night(now):
            return 0
        erased = 0
        if self._keeping.shortest:
            before, after = months_before(now, self._keeping.shortest), ""
            while ids := await self._due(before, after):
                after = ids[-1]
                for talk in ids:
                    erased += await self._erase(talk, now)
        await self._sweep_trackers()
        async with self._units() as uow:
            await uow.people.forget_over(now)
            await uow.commit()
        return erased

    async def _due(self, before: datetime, after: str) -> list[str]:
        async with self._reading() as uow:
            return await uow.personal_data.due(before, after, _AT_ONCE)

    async def _erase(self, conversation_id: str, now: datetime) -> bool:
        """Whether something of it was due."""
        try:
            async with self._units() as uow:
                talk = await uow.conversations.get(conversation_id)
                subject = await self._subject(uow, talk, now)
                counts: Mapping[str, int] = {}
                if subject is not None and await uow.personal_data.count(subject):
                    counts = await forget(uow, subject, _ACTOR, self._clock, REASON, OLD_ERASED)
                    await uow.commit()
        except Conflict:
            log.info("conversation %s changed meanwhile: what is old in it goes next time", conversation_id)
            return False
        return bool(counts)

    async def _subject(self, uow: UnitOfWork, talk: Conversation, now: datetime) -> Subject | None:
        cases = await uow.cases.of_conversation(talk.id)
        staying = [case for case in cases if not self._keeping.is_over(case, now) or case.id == talk.case_id]
        before = self._keeping.before(staying, now)
        if before is not None and not staying and talk.updated_at < before:
            whole = await uow.personal_data.of_customers([talk.customer_id])
            return replace(whole, long_ago=True)
        over = [case for case in cases if case not in staying and case.text != ERASED]
        kept, gone = [one.id for one in over if one.number], [one.id for one in over if not one.number]
        parts = (talk.id,) if before is not None else ()
        return Subject(kept=tuple(kept), gone=tuple(gone), parts=parts, before=before, long_ago=True)

    async def _sweep_trackers(self) -> None:
        """Have Rasa forget conversations that the desk has forgotten, whenever and however that was."""
        after = ""
        while ids := await self._trackers.known(after, _AT_ONCE):
            after = ids[-1]
            async with self._reading() as uow:
                gone = await uow.personal_data.forgotten(ids)
            await self._trackers.forget(gone)
