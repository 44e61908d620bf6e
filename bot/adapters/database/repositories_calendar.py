"""The repository of the official notices of working days."""

from datetime import date, datetime

from sqlalchemy import delete, insert, select

from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import calendar_notices
from bot.domain.workdays import Notice


class SqlCalendars(Repository):
    """The official notices that were loaded (ports.Calendars)."""

    async def notices(self) -> list[Notice]:
        """All of them, by year."""
        rows = await self._session.execute(select(calendar_notices).order_by(calendar_notices.c.year))
        return [Notice(row.year, _days(row.off), _days(row.worked)) for row in rows]

    async def put(self, notice: Notice, now: datetime, by: str) -> None:
        """Take one in, instead of an older one for its year."""
        await self._session.execute(delete(calendar_notices).where(calendar_notices.c.year == notice.year))
        await self._session.execute(
            insert(calendar_notices).values(
                year=notice.year,
                off=[day.isoformat() for day in sorted(notice.off)],
                worked=[day.isoformat() for day in sorted(notice.worked)],
                loaded_at=now,
                loaded_by=by,
            )
        )


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)
