"""The people of the desk and what there is to do for them."""

from datetime import datetime
from typing import Protocol

from bot.domain.people import Holding, Link, SignIn, User
from bot.domain.task import Task
from bot.services.ports.followup import Watched


class People(Protocol):
    """Logins and signed-in browsers."""

    def add(self, user: User) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> User:
        """By id; NotFound."""

    async def by_login(self, login: str) -> User | None:
        """By login name; locked for this unit of work where the database can."""

    async def count(self) -> int:
        """How many logins there are."""

    async def all(self) -> list[User]:
        """Every login, by login name."""

    async def admins(self) -> list[User]:
        """The active admins, locked like `by_login`'s."""

    async def holdings(self) -> list[Holding]:
        """Who holds what."""

    async def holders(self, position: str) -> list[User]:
        """The active people who hold a position, by login name."""

    async def positions(self, user_id: str) -> frozenset[str]:
        """The positions that a person holds."""

    async def give(self, user_id: str, position: str) -> None:
        """Let a person hold a position (too)."""

    async def take(self, user_id: str, position: str) -> None:
        """Let them hold it no more."""

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Remember a signed-in browser."""

    async def sign_in(self, token_hash: str) -> SignIn | None:
        """By the hash of its token."""

    async def sign_ins(self, user_id: str) -> list[SignIn]:
        """Every browser of a person, the last seen first."""

    async def note_seen(self, token_hash: str, at: datetime) -> None:
        """Note when a browser was last seen."""

    def add_link(self, link: Link) -> None:
        """Remember a one-time link."""

    async def link(self, token_hash: str) -> Link | None:
        """By the hash of its token; locked like `by_login`'s."""

    async def links(self) -> list[Link]:
        """Every link that was neither used nor taken back, the newest first."""

    async def end_link(self, token_hash: str) -> None:
        """Forget it: nobody can use it any more."""

    async def end_links(self, user_id: str) -> None:
        """Forget every link of a person."""

    async def by_subject(self, subject: str) -> User | None:
        """By what another sign-in calls them; locked like `by_login`'s."""

    async def by_email(self, email: str) -> User | None:
        """By e-mail address; locked like `by_login`'s."""

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget it."""

    async def end_sign_ins(self, user_id: str) -> None:
        """Forget every browser of a person."""

    async def forget_over(self, now: datetime) -> None:
        """Forget browsers and links whose time is over."""


class Tasks(Protocol):
    """What there is to do."""

    def add(self, task: Task) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Task:
        """By id; NotFound."""

    async def of_case(self, case_id: str) -> list[Task]:
        """The case's tasks, oldest first."""

    async def inbox(
        self, user: User, positions: frozenset[str], limit: int = 200, *, hidden: frozenset[str] = frozenset()
    ) -> list[Task]:
        """The open tasks of a person, their role, department and positions: the first due first.

        Those of the `hidden` cases are left out.
        """

    async def count_inbox(
        self, user: User, positions: frozenset[str], *, hidden: frozenset[str] = frozenset()
    ) -> int:
        """How many open tasks there are for them, without those of the `hidden` cases."""

    async def of_person(self, user_id: str) -> list[Task]:
        """The open tasks that are given to just this person."""

    async def open_named(self, prefix: str) -> list[Task]:
        """The open tasks whose ids begin like this."""

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open tasks that are due before then and not known to be broken, the first due first."""
