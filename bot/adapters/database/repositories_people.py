"""The repositories of people, of actions' answers, and of look-up attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.mapping import ActionResult, Lookup
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import holdings, lookups, sign_ins, users
from bot.domain.people import Holding, Role, SignIn, User


class SqlPeople(Repository):
    """Logins and signed-in browsers (ports.People).

    With `locking` a login that was looked up is locked until the unit ends: guesses at a password that come
    at once, in whatever process, are counted one by one.
    """

    def __init__(self, session: AsyncSession, *, locking: bool) -> None:
        super().__init__(session)
        self._locking = locking

    def add(self, user: User) -> None:
        """Take a new one in."""
        self._session.add(user)

    async def get(self, id: str) -> User:
        """By id; NotFound."""
        return await self._get(User, id)

    async def by_login(self, login: str) -> User | None:
        """By login name."""
        query = select(User).where(users.c.login == login)
        if self._locking:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._first(query)

    async def count(self) -> int:
        """How many logins there are."""
        return await self._first(select(func.count()).select_from(users)) or 0

    async def all(self) -> list[User]:
        """Every login, by login name."""
        return await self._all(select(User).order_by(users.c.login))

    async def admins(self) -> list[User]:
        """The active admins, locked like `by_login`'s: of two who step down at once, one stays."""
        query = select(User).where(users.c.role == Role.ADMIN, users.c.active).order_by(users.c.id)
        if self._locking:
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self._all(query)

    async def holdings(self) -> list[Holding]:
        """Who holds what."""
        return await self._all(select(Holding).order_by(holdings.c.position, holdings.c.user_id))

    async def holders(self, position: str) -> list[User]:
        """The active people who hold a position, by login name."""
        held = select(holdings.c.user_id).where(holdings.c.position == position)
        active = select(User).where(users.c.id.in_(held), users.c.active)
        return await self._all(active.order_by(users.c.login))

    async def positions(self, user_id: str) -> frozenset[str]:
        """The positions that a person holds."""
        return frozenset(await self._all(select(holdings.c.position).where(holdings.c.user_id == user_id)))

    async def give(self, user_id: str, position: str) -> None:
        """Let a person hold a position (too)."""
        if await self._find(Holding, (user_id, position)) is None:
            self._session.add(Holding(user_id, position))

    async def take(self, user_id: str, position: str) -> None:
        """Let them hold it no more."""
        held = (holdings.c.user_id == user_id, holdings.c.position == position)
        await self._session.execute(delete(Holding).where(*held))

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Remember a signed-in browser."""
        self._session.add(sign_in)

    async def sign_in(self, token_hash: str) -> SignIn | None:
        """By the hash of its token."""
        return await self._find(SignIn, token_hash)

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget it."""
        await self._session.execute(delete(SignIn).where(sign_ins.c.token_hash == token_hash))

    async def end_sign_ins(self, user_id: str) -> None:
        """Forget every browser of a person."""
        await self._session.execute(delete(SignIn).where(sign_ins.c.user_id == user_id))


class SqlActionResults(Repository):
    """What each action of each turn answered (ports.ActionResults)."""

    async def find(self, turn: str, place: int, name: str) -> dict[str, Any] | None:
        """The stored answer of the `place`-th action of the turn."""
        found = await self._find(ActionResult, (turn, place, name))
        return found.result if found else None

    def add(self, turn: str, place: int, name: str, result: dict[str, Any]) -> None:
        """Store it, in the transaction of its effect."""
        self._session.add(ActionResult(turn, place, name, result))


class SqlLookups(Repository):
    """Attempts to look up somebody else's case (ports.Lookups)."""

    def add(self, who: str, at: datetime) -> None:
        """Note an attempt by `who` (a customer's id)."""
        self._session.add(Lookup(who, at))

    async def count(self, who: str, since: datetime) -> int:
        """How many attempts `who` made since then."""
        mine = (lookups.c.who == who, lookups.c.at >= since)
        return await self._first(select(func.count()).select_from(lookups).where(*mine)) or 0
