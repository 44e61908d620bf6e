"""The audit log, as the services need it."""

from typing import Protocol

from bot.domain.audit import AuditEntry, Deed, Wanted


class Audit(Protocol):
    """Who did what; entries are only ever appended."""

    def add(self, done: Deed) -> None:
        """Write it down with the commit of this unit, at the end of the chain as it is then."""

    async def page(self, wanted: Wanted, limit: int) -> list[AuditEntry]:
        """The newest entries that are wanted, newest first."""

    async def after(self, seq: int, limit: int) -> list[AuditEntry]:
        """The entries behind this place, in order."""
