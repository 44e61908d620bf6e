"""The repository of the company's own words for clauses."""

from collections.abc import Collection

from sqlalchemy import func, select

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import handbook_editions, handbook_printed
from bot.domain.errors import NotFound
from bot.domain.handbook.editions import Edition, EditionState, PrintedWords


class SqlEditions(Repository):
    """Editions of clauses (ports.Editions)."""

    def add(self, edition: Edition) -> None:
        """Take a new one in."""
        self._session.add(edition)

    async def get(self, id: str, *, lock: bool = False) -> Edition:
        """By id, locked until the unit ends if asked for; NotFound."""
        query = select(Edition).where(handbook_editions.c.id == id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        if (found := await self._first(query)) is None:
            raise NotFound("没有这份修订，请回到手册再选。")
        return found

    async def of_clause(self, clause: str) -> list[Edition]:
        """Every edition of a clause, newest first."""
        mine = select(Edition).where(handbook_editions.c.clause == clause)
        return await self._all(mine.order_by(handbook_editions.c.number.desc()))

    async def drafts(self) -> list[Edition]:
        """Those that wait to be approved, oldest first."""
        waiting = select(Edition).where(handbook_editions.c.state == EditionState.DRAFT)
        return await self._all(waiting.order_by(handbook_editions.c.made_at, handbook_editions.c.id))

    async def approved(self) -> list[Edition]:
        """Every approved edition, past and to come."""
        return await self._all(select(Edition).where(handbook_editions.c.state == EditionState.APPROVED))

    async def stamp(self) -> int:
        """A number that grows whenever anything of any edition changes."""
        with races_as_conflicts():
            found = await self._session.scalar(select(func.sum(handbook_editions.c.revision)))
        return int(found or 0)

    def keep(self, printed: Collection[PrintedWords]) -> None:
        """Remember what packs print."""
        self._session.add_all(printed)

    async def printed(self) -> list[PrintedWords]:
        """All that was ever printed, as far as it was remembered."""
        return await self._all(select(PrintedWords))

    async def printed_versions(self) -> set[tuple[str, int]]:
        """Of which clauses and versions the printed words are remembered."""
        columns = select(handbook_printed.c.clause, handbook_printed.c.version)
        with races_as_conflicts():
            return {(clause, version) for clause, version in await self._session.execute(columns)}
