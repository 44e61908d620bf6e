"""What several desk processes share of WeChat: access tokens, and who reads which account's messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, Update, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Record, Repository
from bot.adapters.database.tables import wechat_cursors, wechat_tokens
from bot.domain.wechat_records import KfCursor, SharedToken


class WechatRepository(Repository):
    """Rows of which the first one counts, and changes of which one wins."""

    def __init__(self, session: AsyncSession, *, locking: bool) -> None:
        super().__init__(session)
        self._locking = locking

    def _locked(self, query: Select[Record], *, skip: bool = False) -> Select[Record]:
        """With a lock until the unit ends, if it is one that writes; rows may refer to the locked ones."""
        if not self._locking:
            return query
        locked = query.with_for_update(skip_locked=skip, key_share=True)
        return locked.execution_options(populate_existing=True)

    async def _inserted(self, table: Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bool:
        """Whether a row is new; one that is there already stays, whoever wrote it a moment ago."""
        on_postgres = self._session.get_bind().dialect.name == "postgresql"
        row = postgresql.insert(table) if on_postgres else sqlite.insert(table)
        with races_as_conflicts():
            await self._session.flush()
            done = await self._session.execute(row.values(values).on_conflict_do_nothing())
        return bool(getattr(done, "rowcount", 0))

    async def _changed(self, query: Update) -> bool:
        with races_as_conflicts():
            done = await self._session.execute(query.execution_options(synchronize_session=False))
        return bool(getattr(done, "rowcount", 0))


class SqlShared(WechatRepository):
    """Tokens and cursors (ports.Wechat)."""

    async def token(self, account: str) -> SharedToken | None:
        """The account's token, not locked."""
        row = wechat_tokens.c
        query = select(row.account, row.token, row.expires_at, row.lease_until, row.alarm)
        with races_as_conflicts():
            found = (await self._session.execute(query.where(row.account == account))).first()
        return None if found is None else SharedToken(*found)

    async def lease_token(self, account: str, now: datetime, until: datetime) -> bool:
        """Be the one who fetches a new token, until then; False if somebody else is at it."""
        if await self._inserted(wechat_tokens, {"account": account, "lease_until": until}):
            return True
        lease = wechat_tokens.c.lease_until
        free = update(wechat_tokens).where(
            wechat_tokens.c.account == account, or_(lease.is_(None), lease <= now)
        )
        return await self._changed(free.values(lease_until=until))

    async def keep_token(self, account: str, token: str, expires_at: datetime) -> None:
        """Share the new token; the lease and an alarm are over."""
        await self._put(account, token=token, expires_at=expires_at, alarm=None)

    async def alarm(self, account: str, why: str) -> None:
        """No token is to be had until a person sees to it; the lease is over."""
        await self._put(account, token=None, expires_at=None, alarm=why)

    async def release_token(self, account: str) -> None:
        """No new token was to be had for now; the lease is over, the token that is there stays."""
        mine = update(wechat_tokens).where(wechat_tokens.c.account == account)
        await self._changed(mine.values(lease_until=None))

    async def _put(self, account: str, **values: Any) -> None:  # noqa: ANN401 -- values of columns
        values["lease_until"] = None
        if not await self._inserted(wechat_tokens, {"account": account, **values}):
            mine = update(wechat_tokens).where(wechat_tokens.c.account == account)
            await self._changed(mine.values(**values))

    async def lease_cursor(
        self, open_kfid: str, holder: str, now: datetime, until: datetime
    ) -> KfCursor | None:
        """Be the one who reads on, until then; None if somebody else is at it. A new one is empty."""
        lease = {"holder": holder, "lease_until": until}
        new = {"open_kfid": open_kfid, "cursor": "", **lease}
        if not await self._inserted(wechat_cursors, new):
            row = wechat_cursors.c
            free = or_(row.lease_until <= now, row.holder == holder)
            mine = update(wechat_cursors).where(row.open_kfid == open_kfid, free)
            if not await self._changed(mine.values(**lease)):
                return None
        return await self._cursor(open_kfid)

    async def advance_cursor(self, open_kfid: str, holder: str, cursor: str, until: datetime) -> bool:
        """Note how far the messages are processed; False if the lease was lost: then commit nothing."""
        return await self._changed(_held(open_kfid, holder).values(cursor=cursor, lease_until=until))

    async def release_cursor(self, open_kfid: str, holder: str, now: datetime) -> None:
        """Let somebody else read on from now."""
        await self._changed(_held(open_kfid, holder).values(lease_until=now))

    async def _cursor(self, open_kfid: str) -> KfCursor:
        row = wechat_cursors.c
        query = select(row.open_kfid, row.cursor, row.holder, row.lease_until)
        with races_as_conflicts():
            return KfCursor(*(await self._session.execute(query.where(row.open_kfid == open_kfid))).one())


def _held(open_kfid: str, holder: str) -> Update:
    return update(wechat_cursors).where(
        wechat_cursors.c.open_kfid == open_kfid, wechat_cursors.c.holder == holder
    )
