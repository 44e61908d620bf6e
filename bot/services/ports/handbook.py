"""What the editing of the handbook needs from the world."""

from collections.abc import Collection
from typing import Protocol

from bot.domain.handbook.editions import Edition, PrintedWords


class Editions(Protocol):
    """The company's own words for clauses, and what packs have printed."""

    def add(self, edition: Edition) -> None:
        """Take a new one in. A second draft of a clause is refused at the commit: Conflict."""

    async def get(self, id: str, *, lock: bool = False) -> Edition:
        """By id, locked until the unit ends if asked for; NotFound."""

    async def of_clause(self, clause: str) -> list[Edition]:
        """Every edition of a clause, newest first."""

    async def drafts(self) -> list[Edition]:
        """Those that wait to be approved, oldest first."""

    async def approved(self) -> list[Edition]:
        """Every approved edition, past and to come."""

    async def stamp(self) -> int:
        """A number that grows whenever anything of any edition changes."""

    def keep(self, printed: Collection[PrintedWords]) -> None:
        """Remember what packs print."""

    async def printed(self) -> list[PrintedWords]:
        """All that was ever printed, as far as it was remembered."""

    async def printed_versions(self) -> set[tuple[str, int]]:
        """Of which clauses and versions the printed words are remembered."""
