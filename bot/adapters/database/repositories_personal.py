"""The repository of requests about personal data."""

from collections.abc import Collection

from sqlalchemy import select

from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import personal_requests
from bot.domain.errors import NotFound
from bot.domain.personal_requests import PersonalRequest, RequestState

_OPEN = (RequestState.OPEN, RequestState.PROPOSED)


class SqlPersonalRequests(Repository):
    """The register (ports.PersonalRequests)."""

    def add(self, request: PersonalRequest) -> None:
        """Take a new one in."""
        self._session.add(request)

    async def get(self, id: str, *, lock: bool = False) -> PersonalRequest:
        """By id, locked until the unit ends if asked for; NotFound."""
        query = select(PersonalRequest).where(personal_requests.c.id == id)
        if lock:
            query = query.with_for_update()
        found = await self._first(query.execution_options(populate_existing=True))
        if found is None:
            raise NotFound("没有这条请求。")
        return found

    async def open(self) -> list[PersonalRequest]:
        """Those in which something is still to be done, the first due first."""
        waiting = select(PersonalRequest).where(personal_requests.c.state.in_(_OPEN))
        return await self._all(waiting.order_by(personal_requests.c.due_at, personal_requests.c.id))

    async def settled(self, before: str, limit: int) -> list[PersonalRequest]:
        """The others, the newest first; those before this id ("": all)."""
        over = select(PersonalRequest).where(personal_requests.c.state.not_in(_OPEN))
        if before:
            over = over.where(personal_requests.c.id < before)
        return await self._all(over.order_by(personal_requests.c.id.desc()).limit(limit))

    async def open_of(self, customer_ids: Collection[str]) -> list[PersonalRequest]:
        """The open ones about any of these customers."""
        mine = personal_requests.c.customer_id.in_(customer_ids), personal_requests.c.state.in_(_OPEN)
        return await self._all(select(PersonalRequest).where(*mine).order_by(personal_requests.c.id))
