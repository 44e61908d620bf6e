"""What due dates were counted from, so that another calendar can count them anew."""

from datetime import datetime
from typing import Any

from bot.domain.case import Case
from bot.domain.deadlines import Duration, Unit
from bot.domain.task import TaskState
from bot.domain.workdays import SHANGHAI, Source
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_FROM = "from"
_MEANWHILE = "期限只按法定节假日和周末计算，不含调休，载入通知后重新计算"


def counted(start: datetime, duration: Duration) -> dict[str, Any]:
    """From when on how long, as it is stored."""
    return {_FROM: start.isoformat(), "value": duration.value, "unit": duration.unit.value}


def doubts(words: Words, *days: datetime | None) -> dict[str, str]:
    """A note for the history where one of these days lies in a year whose days off nobody has published."""
    years = sorted({day.astimezone(SHANGHAI).year for day in days if day is not None})
    unsure = [f"{year}年" for year in years if words.calendar.source(year) is Source.STATUTORY]
    if not unsure:
        return {}
    told = (
        f"{'、'.join(unsure)}还没有官方放假通知：期限只按法定节假日和周末计算，不含调休，载入通知后重新计算"
    )
    return {"note": told}


def promise(words: Words, case: Case, start: datetime, duration: Duration) -> None:
    """Give the case a promised day, of which nobody has been warned yet."""
    case.promise, case.due_at = counted(start, duration), words.due(start, duration)
    case.extended, case.warned_at, case.broken_at = False, None, None


def promised_day(words: Words, case: Case) -> datetime | None:
    """The promised day by the calendar of today; None for a case from before it was noted."""
    return _day(words, case.promise) if case.promise else None


async def recount_steps(uow: UnitOfWork, words: Words, case: Case) -> bool:
    """Count the dates of the case's open steps anew; whether one has moved."""
    moved = False
    for task in await uow.tasks.of_case(case.id):
        if task.state is not TaskState.OPEN or _FROM not in task.payload:
            continue
        day = _day(words, task.payload)
        if day != task.due_at:
            if case.step_due_at == task.due_at:
                case.step_due_at = day
            task.due_at, task.warned_at, task.broken_at, moved = day, None, None, True
    return moved


def _day(words: Words, noted: dict[str, Any]) -> datetime:
    duration = Duration(noted["value"], Unit(noted["unit"]))
    return words.due(datetime.fromisoformat(noted[_FROM]), duration)
