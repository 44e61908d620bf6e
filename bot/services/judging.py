"""Judging the open cases as days pass, and by what people of the desk correct."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Conflict, ForbiddenMove, KesuError, MissingValues, NotAllowed
from bot.domain.judgement import Correction
from bot.domain.people import Deed, User
from bot.services import moves
from bot.services.ports import Clock, Units
from bot.services.turn import record
from bot.services.verdicts import judge
from bot.services.words import Words

log = logging.getLogger(__name__)

AT_ONCE = 100  # cases judged in one transaction, so that customers needn't wait long for the database


class Judging:
    """Judges the open cases as days pass, and takes people's corrections."""

    def __init__(self, units: Units, words: Words, clock: Clock, *, reading: Units | None = None) -> None:
        self._units, self._words, self._clock = units, words, clock
        self._reading = reading or units

    async def begin(self) -> None:
        """Have all cases judged anew that were judged under other rules than today's."""
        async with self._units() as uow:
            await uow.judgements.judge_all_anew(self._words.handbook.scheme.fingerprint, self._clock.now())
            await uow.commit()

    async def sweep(self) -> int:
        """Judge the open cases that time or other people's complaints have changed; how many there were."""
        tried: set[str] = set()
        while ids := [case_id for case_id in await self._due() if case_id not in tried]:
            tried.update(ids)
            await self._judge(ids)
        return len(tried)

    async def correct(
        self, case_id: str, user: User, version: int, correction: Correction, reason: str
    ) -> None:
        """Change by hand what the case is judged by, with a reason; levels only by who may (EASE).

        Raises NotAllowed, MissingValues, InvalidInput, or Conflict with what others did since `version`.
        """
        deed = Deed.TALK if correction.severity is None and correction.heat is None else Deed.EASE
        if not user.may(deed):
            raise NotAllowed("您不能更改这件投诉的级别。")
        if not reason.strip():
            raise MissingValues("请写明更正的原因。")
        async with self._units() as uow:
            case, now = await uow.cases.get(case_id), self._clock.now()
            await moves.unchanged_since(uow, self._words, case, version)
            if not case.is_open:
                raise ForbiddenMove("这件投诉已经不在处理中。")
            before = _standing(case)
            correction.apply(case)
            after = _standing(case)
            await record(
                uow, case, "corrected", user.id, now,
                title="更正级别", before=before, after=after, reason=reason.strip(),
            )  # fmt: skip
            await judge(uow, self._words, case, now, user.id)
            await uow.commit()

    async def _due(self) -> list[str]:
        now, scheme = self._clock.now(), self._words.handbook.scheme
        since = now - timedelta(days=scheme.repeat_days)
        async with self._reading() as uow:
            found = dict.fromkeys(await uow.judgements.to_judge(now, AT_ONCE))
            for people in scheme.repeat_people:
                found.update(dict.fromkeys(await uow.judgements.newly_repeated(since, people, AT_ONCE)))
        return list(found)

    async def _judge(self, ids: Iterable[str]) -> None:
        """Judge these in one transaction; each in its own if one is broken or was changed meanwhile.

        What could not be judged is tried again in the next sweep.
        """
        try:
            await self._judge_together(ids)
        except KesuError:
            for case_id in ids:
                try:
                    await self._judge_together([case_id])
                except Conflict:
                    continue
                except KesuError:
                    log.exception("case %s could not be judged", case_id)

    async def _judge_together(self, ids: Iterable[str]) -> None:
        now = self._clock.now()
        async with self._units() as uow:
            for case_id in ids:
                await judge(uow, self._words, await uow.cases.get(case_id), now)
            await uow.commit()


def _standing(case: Case) -> dict[str, Any]:
    return {"flags": case.flags, "people": case.people, "fixed": (case.judged or {}).get("fixed", {})}
