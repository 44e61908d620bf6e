"""The repositories of people, of actions' answers, and of look-up attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.database.mapping import ActionResult, Lookup
from bot.adapters.database.repositories import Record, Repository
from bot.adapters.database.tables import holdings, links, lookups, sign_ins, users
from bot.domain.people import Holding, Link, Role, SignIn, User


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
        return await self._first(self._locked(select(User).where(users.c.login == login)))

    async def by_subject(self, subject: str) -> User | None:
        """By what another sign-in calls them."""
        return await self._first(self._locked(select(User).where(users.c.subject == subject)))

    async def by_email(self, email: str) -> User | None:
        """By e-mail address."""
        return await self._first(self._locked(select(User).where(users.c.email == email)))

    async def count(self) -> int:
        """How many logins there are."""
        return await self._first(select(func.count()).select_from(users)) or 0

    async def all(self) -> list[User]:
        """Every login, by login name."""
        return await self._all(select(User).order_by(users.c.login))

    async def admins(self) -> list[User]:
        """The active admins, locked like `by_login`'s: of two who step down at once, one stays."""
        query = select(User).where(users.c.role == Role.ADMIN, users.c.active).order_by(users.c.id)
        return await self._all(self._locked(query))

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

    async def sign_ins(self, user_id: str) -> list[SignIn]:
        """Every browser of a person, the last seen first."""
        theirs = select(SignIn).where(sign_ins.c.user_id == user_id)
        return await self._all(theirs.order_by(sign_ins.c.seen_at.desc(), sign_ins.c.created_at.desc()))

    async def note_seen(self, token_hash: str, at: datetime) -> None:
        """Note when a browser was last seen."""
        await self._session.execute(
            update(SignIn).where(sign_ins.c.token_hash == token_hash).values(seen_at=at)
        )

    def add_link(self, link: Link) -> None:
        """Remember a one-time link."""
        self._session.add(link)

    async def link(self, token_hash: str) -> Link | None:
        """By the hash of its token: of two who use it at once, the second finds it gone."""
        return await self._first(self._locked(select(Link).where(links.c.token_hash == token_hash)))

    async def links(self) -> list[Link]:
        """Every link that was neither used nor taken back, the newest first."""
        return await self._all(select(Link).order_by(links.c.created_at.desc()))

    async def end_link(self, token_hash: str) -> None:
        """Forget it: nobody can use it any more."""
        await self._session.execute(delete(Link).where(links.c.token_hash == token_hash))

    async def end_links(self, user_id: str) -> None:
        """Forget every link of a person."""
        await self._session.execute(delete(Link).where(links.c.user_id == user_id))

    def _locked(self, query: Select[Record]) -> Select[Record]:
        if not self._locking:
            return query
        return query.with_for_update().execution_options(populate_existing=True)

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget it."""
        await self._session.execute(delete(SignIn).where(sign_ins.c.token_hash == token_hash))

    async def end_sign_ins(self, user_id: str) -> None:
        """Forget every browser of a person."""
        await self._session.execute(delete(SignIn).where(sign_ins.c.user_id == user_id))

    async def forget_over(self, now: datetime) -> None:
        """Forget browsers and links whose time is over: they let nobody in."""
        await self._session.execute(delete(SignIn).where(sign_ins.c.expires_at <= now))
        await self._session.execute(delete(Link).where(links.c.expires_at <= now))


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
