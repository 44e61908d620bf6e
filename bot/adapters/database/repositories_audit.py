"""The repository of the audit log."""

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import audit
from bot.domain.audit import AuditEntry, Deed, Wanted, entry

_END_OF_CHAIN = 0x6B657361  # "kesa": on PostgreSQL one commit at a time appends


class SqlAudit(Repository):
    """The log (ports.Audit); `seal` gives what was added its place in the chain, right before the commit."""

    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session)
        self._added: list[Deed] = []

    def add(self, done: Deed) -> None:
        """Write it down with the commit of this unit, at the end of the chain as it is then."""
        self._added.append(done)

    async def seal(self) -> None:
        """Append what was added.

        Last of all, so that nobody waits for the end of the chain longer than a commit takes, and nobody
        who has it waits for anything else.
        """
        added, self._added = self._added, []
        if not added:
            return
        with races_as_conflicts():
            await self._session.flush()
            if self._session.get_bind().dialect.name == "postgresql":
                await self._session.execute(text(f"SELECT pg_advisory_xact_lock({_END_OF_CHAIN})"))
        last = await self._first(select(AuditEntry).order_by(audit.c.seq.desc()).limit(1))
        for done in added:
            last = entry(done, last)
            self._session.add(last)

    async def page(self, wanted: Wanted, limit: int) -> list[AuditEntry]:
        """The newest entries that are wanted, newest first."""
        return await self._all(_filtered(wanted).order_by(audit.c.seq.desc()).limit(limit))

    async def after(self, seq: int, limit: int) -> list[AuditEntry]:
        """The entries behind this place, in order."""
        return await self._all(select(AuditEntry).where(audit.c.seq > seq).order_by(audit.c.seq).limit(limit))


def _filtered(wanted: Wanted) -> Select[AuditEntry]:
    found = select(AuditEntry)
    if wanted.actor is not None:
        found = found.where(audit.c.actor == wanted.actor)
    if wanted.deeds:
        found = found.where(audit.c.deed.in_(wanted.deeds))
    if wanted.object is not None:
        found = found.where(audit.c.object.contains(wanted.object, autoescape=True))
    if wanted.since is not None:
        found = found.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(audit.c.at < wanted.until)
    if wanted.hidden:
        found = found.where(audit.c.object.not_in(wanted.hidden))
    if wanted.before is not None:
        found = found.where(audit.c.seq < wanted.before)
    return found
