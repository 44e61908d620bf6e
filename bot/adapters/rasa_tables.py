"""What Rasa's room remembers, reached from the desk: only to forget it (services.ports.Trackers).

The room makes and fills these tables (bot/nlu/tracker_store.py). They hold labels, actions and the desk's own
replies, none of the customers' words; but which conversation they belong to.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import TableClause, column, delete, func, inspect, select, table, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.adapters.database.engine import close_engine, create_engine, parse_url

_TABLES = tuple(table(name, column("conversation")) for name in ("nlu_trackers", "nlu_answers"))
_AT_ONCE = 500


class RasaTables:
    """The room's tables at `url` (KESU_NLU_DATABASE_URL); before its first start there are none."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)

    async def count(self, conversations: Collection[str]) -> int:
        """How many rows there are of them."""
        return await self._each(conversations, delete_them=False)

    async def forget(self, conversations: Collection[str]) -> int:
        """Delete them; how many rows there were."""
        return await self._each(conversations, delete_them=True)

    async def known(self, after: str, limit: int) -> list[str]:
        """The next conversations behind this id of which something is remembered."""
        if not self._is_there():
            return []
        engine = create_engine(self._url)
        try:
            async with engine.connect() as connection:
                there = await _tables(connection)
                if not there:
                    return []
                found = union(
                    *(select(one.c.conversation).where(one.c.conversation > after) for one in there)
                )
                rows = await connection.scalars(found.order_by("conversation").limit(limit))
                return list(rows)
        finally:
            await close_engine(engine)

    async def _each(self, conversations: Collection[str], *, delete_them: bool) -> int:
        if not conversations or not self._is_there():
            return 0
        engine, ids, rows = create_engine(self._url), list(conversations), 0
        try:
            async with engine.begin() as connection:
                for one in await _tables(connection):
                    for first in range(0, len(ids), _AT_ONCE):
                        mine = one.c.conversation.in_(ids[first : first + _AT_ONCE])
                        if delete_them:
                            rows += (await connection.execute(delete(one).where(mine))).rowcount
                        else:
                            counted = select(func.count()).select_from(one).where(mine)
                            rows += int((await connection.execute(counted)).scalar_one())
        finally:
            await close_engine(engine)
        return rows

    def _is_there(self) -> bool:
        """Whether there is a file: opening it would make an empty one."""
        return self._url.get_backend_name() != "sqlite" or Path(str(self._url.database)).is_file()


async def _tables(connection: AsyncConnection) -> list[TableClause]:
    there = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    return [one for one in _TABLES if one.name in there]
