"""What is done about a request for one's own data: a copy, a correction, erasure, or a refusal.

An erasure takes two people, as long as there are two who are trusted with it: one proposes it, another one
confirms what they see. Each says how many rows they saw; if there are others by then, nothing is done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import IO, Protocol, Self

from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.people import User
from bot.domain.personal_data import PERSON_ERASED, Found, Subject
from bot.domain.personal_requests import (
    ERASURE_PROPOSED,
    ERASURE_RETURNED,
    REQUEST_CLOSED,
    PersonalRequest,
    RequestKind,
    RequestState,
)
from bot.services import audit
from bot.services.personal_correcting import checked, put_right
from bot.services.personal_data import Taken, counted, forget, may_go, take, why
from bot.services.personal_requests import PersonalRequests, about, second_person, written
from bot.services.ports import Clock, PhoneHash, Trackers, UnitOfWork, Units
from bot.services.words import Words

_REFUSALS = (RequestState.REFUSED, RequestState.WITHDRAWN)


class Archive(Protocol):
    """Makes the file of a copy."""

    def __call__(self, taken: Taken, *, internal: bool) -> Awaitable[IO[bytes]]:
        """The zip; `internal` adds what colleagues wrote."""


class PersonalDeeds:
    """Does it, each in one transaction; who may is asked before (Deed.HANDLE_PERSONAL_DATA).

    `archive` makes the file of a copy, `scrub` leaves nothing of what was erased in the database's files.
    """

    def __init__(
        self,
        units: Units,
        phone_hash: PhoneHash,
        trackers: Trackers,
        clock: Clock,
        archive: Archive,
        scrub: Callable[[], Awaitable[object]],
    ) -> None:
        self._units, self._phone_hash, self._trackers = units, phone_hash, trackers
        self._clock, self._archive, self._scrub = clock, archive, scrub

    async def copy(self, id: str, user: User, *, internal: bool) -> IO[bytes]:
        """The copy, written down in the audit log before it is handed out; the request stays open."""
        async with self._units() as uow:
            request, found = await self._held(uow, id, user, RequestKind.COPY)
            details = {"by": request.named_by, "request": id, "internal": internal}
            taken = await take(uow, found.subject, user.id, self._clock, details)
            request.taken_at = self._clock.now()
            await uow.commit()
        return await self._archive(taken, internal=internal)

    async def hand_over(self, id: str, user: User) -> None:
        """The person has their copy; Conflict if nobody took one."""
        async with self._units() as uow:
            request, _ = await self._held(uow, id, user, RequestKind.COPY)
            if request.taken_at is None:
                raise Conflict("还没有下载过副本：请先下载并交给本人，再办结。")
            await self._settle(uow, request, RequestState.DONE, user)
            await uow.commit()

    async def correct(self, id: str, user: User, name: str, phone: str) -> None:
        """Put name or phone right; InvalidInput."""
        right = checked(name, phone)
        async with self._units() as uow:
            request, found = await self._held(uow, id, user, RequestKind.CORRECT)
            now = self._clock.now()
            places = await put_right(uow, found.subject, right, self._phone_hash, user.id, now)
            request.result = {"rows": places}
            await self._settle(uow, request, RequestState.DONE, user)
            await uow.commit()

    async def propose(self, id: str, user: User, reason: str, shown: int) -> bool:
        """Want the erasure; whether it was done at once, because nobody else could confirm it.

        MissingValues without a reason; Conflict while it can't be done, or when there are other rows now.
        """
        reason = written(why(reason), "")
        async with self._units() as uow:
            request, found = await self._held(uow, id, user, RequestKind.ERASE)
            counts = await self._same(uow, found, shown)
            alone = not await second_person(uow, user, found)
            if alone:
                await self._forget(uow, request, found, user, reason, counts)
            else:
                now = self._clock.now()
                request.state, request.reason = RequestState.PROPOSED, reason
                request.proposed_by, request.proposed_at = user.id, now
                await audit.record(uow, user.id, ERASURE_PROPOSED, f"request:{id}", {"rows": shown}, now=now)
            await uow.commit()
        if alone:
            await self._leave_nothing(found)
        return alone

    async def confirm(self, id: str, user: User, shown: int) -> None:
        """The second person agrees, and it is done. NotAllowed for who wants it; Conflict as `propose`."""
        async with self._units() as uow:
            request, found = await self._held(uow, id, user, RequestKind.ERASE, RequestState.PROPOSED)
            if request.proposed_by == user.id and await second_person(uow, user, found):
                raise NotAllowed("抹去要由另一位有权限的同事确认，不能自己确认自己的申请。")
            counts = await self._same(uow, found, shown)
            await self._forget(uow, request, found, user, request.reason, counts)
            await uow.commit()
        await self._leave_nothing(found)

    async def give_back(self, id: str, user: User) -> None:
        """It isn't to be erased yet: the request is as it was."""
        async with self._units() as uow:
            request, _ = await self._held(uow, id, user, RequestKind.ERASE, RequestState.PROPOSED)
            request.reopen()
            await audit.record(uow, user.id, ERASURE_RETURNED, f"request:{id}", now=self._clock.now())
            await uow.commit()

    async def close(self, id: str, user: User, outcome: RequestState, reason: str) -> None:
        """Nothing is done: the person is refused, and told why (PIPL 50), or doesn't want it any more."""
        if outcome not in _REFUSALS:
            raise InvalidInput("请选择是拒绝，还是本人撤回。")
        reason = written(reason, "请写明原因：拒绝的理由要告诉本人。")
        async with self._units() as uow:
            request = await uow.personal_requests.get(id, lock=True)
            if request.customer_id is not None:
                await about(uow, request, user)
            if not request.is_open:
                raise Conflict("这条请求已经办结，请刷新再看。")
            await self._settle(uow, request, outcome, user, reason)
            await uow.commit()

    async def _held(
        self,
        uow: UnitOfWork,
        id: str,
        user: User,
        kind: RequestKind,
        state: RequestState = RequestState.OPEN,
    ) -> tuple[PersonalRequest, Found]:
        request = await uow.personal_requests.get(id, lock=True)
        found = await about(uow, request, user) if request.customer_id is not None else Found(Subject())
        request.expect(kind, state)
        return request, found

    async def _same(self, uow: UnitOfWork, found: Found, shown: int) -> Mapping[str, int]:
        await may_go(uow, found)
        counts = await counted(uow, found.subject, self._trackers)
        if (now := sum(counts.values())) != shown:
            raise Conflict(f"内容有变化（刚才 {shown} 条，现在 {now} 条），请看过现在的内容再做。")
        return counts

    async def _forget(
        self,
        uow: UnitOfWork,
        request: PersonalRequest,
        found: Found,
        user: User,
        reason: str,
        counts: Mapping[str, int],
    ) -> None:
        more: dict[str, object] = {"request": request.id}
        if request.proposed_by and request.proposed_by != user.id:
            more["proposed_by"] = (await uow.people.get(request.proposed_by)).login
        await forget(uow, found.subject, user.id, self._clock, reason, PERSON_ERASED, more)
        settled = await uow.personal_requests.get(request.id)
        settled.result = {**settled.result, "rows": counts}

    async def _settle(
        self, uow: UnitOfWork, request: PersonalRequest, state: RequestState, user: User, reason: str = ""
    ) -> None:
        now = self._clock.now()
        request.decide(state, user.id, now, reason)
        details = {"kind": request.kind.value, "outcome": state.value}
        await audit.record(uow, user.id, REQUEST_CLOSED, f"request:{request.id}", details, now=now)

    async def _leave_nothing(self, found: Found) -> None:
        """Outside of the transaction: what Rasa remembers, and the database's own traces."""
        await self._trackers.forget(found.subject.conversations)
        await self._scrub()


@dataclass(frozen=True)
class PersonalDesk:
    """The page's two halves."""

    requests: PersonalRequests
    deeds: PersonalDeeds

    @classmethod
    def of(
        cls,
        units: Units,
        reading: Units,
        words: Words,
        trackers: Trackers,
        clock: Clock,
        archive: Archive,
        scrub: Callable[[], Awaitable[object]],
    ) -> Self:
        """Put them together."""
        return cls(
            PersonalRequests(units, reading, words, trackers, clock),
            PersonalDeeds(units, words.phone_hash, trackers, clock, archive, scrub),
        )
