"""The calendar of working days: loading a year's notice, and moving what was promised by an older one."""

from datetime import datetime

from bot.domain.case import Case, changes
from bot.domain.workdays import Calendar, Notice
from bot.services import recounting
from bot.services.cases import rule_of
from bot.services.ports import UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words


async def refresh(units: Units, words: Words) -> None:
    """Let the desk know of notices that were loaded meanwhile, by this process or another."""
    async with units() as uow:
        words.calendar = await _known(uow)


async def load(units: Units, words: Words, notice: Notice, now: datetime, by: str) -> list[Case]:
    """Take in a year's notice and compute open due dates anew; the cases whose date moved, in their order.

    A date that was extended by hand stays. Each move is an entry in the case's history.
    """
    async with units() as uow:
        await uow.calendars.put(notice, now, by)
        words.calendar = await _known(uow)
        moved = [
            case for case in await uow.cases.unfinished() if await _recomputed(uow, words, case, now, by)
        ]
        await uow.commit()
    return moved


async def _known(uow: UnitOfWork) -> Calendar:
    return Calendar({notice.year: notice for notice in await uow.calendars.notices()})


async def _recomputed(uow: UnitOfWork, words: Words, case: Case, now: datetime, by: str) -> bool:
    """Count the dates of the case and its open steps anew; whether the promised day has moved."""
    if case.accepted_at is None or case.due_at is None:
        return False
    step = case.standing()
    if await recounting.recount_steps(uow, words, case):
        moved = changes(step, case.standing())
        await record(uow, case, "step_due_moved", by, now, reason="calendar", **moved)
    known = recounting.promised_day(words, case)
    due_at = known or words.due(case.accepted_at, rule_of(words, case).deadline.duration)
    if case.extended or due_at == case.due_at:
        return False
    before, case.due_at = case.due_at, due_at
    case.warned_at = case.broken_at = None  # of the day that is no more
    await record(
        uow,
        case,
        "due_moved",
        by,
        now,
        before=before.isoformat(),
        after=due_at.isoformat(),
        reason="calendar",
    )
    return True
