"""The register of what people asked for about their own data, and what is seen of one request.

What is done about one: bot/services/personal_deeds.py. Who keeps out of anything of the person (回避) finds
no such request.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.errors import InvalidInput, MissingValues, NotFound
from bot.domain.people import Deed, User
from bot.domain.personal_data import STAYS, Found
from bot.domain.personal_requests import (
    REQUEST_MADE,
    Asker,
    PersonalRequest,
    RequestKind,
    Way,
    due_on,
)
from bot.domain.workdays import SHANGHAI
from bot.services import audit, avoidance
from bot.services.ids import new_id
from bot.services.personal_data import Who, counted, find, found_of
from bot.services.ports import Clock, Trackers, UnitOfWork, Units
from bot.services.words import Words

PAGE = 50  # settled requests on one page
LONGEST = 500  # characters of what is written down
_OLDEST = timedelta(days=366)  # before today, that a request can have come
_GONE = "没有这条请求。"


@dataclass(frozen=True)
class Asked:
    """A request as it is written down."""

    who: Who
    kind: RequestKind
    asker: Asker
    way: Way
    asked_on: date
    checked: str


@dataclass(frozen=True)
class Register:
    """Open requests, the first due first, with the numbers of the person's cases; then the others.

    Those are the newest first; `before` is the id to go on from.
    """

    open: tuple[tuple[PersonalRequest, tuple[str, ...]], ...]
    settled: tuple[PersonalRequest, ...]
    before: str | None
    names: Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """What is held of the person: what goes, what stays without them and why, by what it is, in rows."""

    found: Found
    channels: tuple[str, ...]  # of the customers who are this person
    cases: tuple[tuple[str, str], ...]  # ids and numbers
    goes: Mapping[str, int]
    stays: tuple[tuple[str, int, str], ...]

    @property
    def shown(self) -> int:
        """All of the rows: what somebody agrees to when they erase."""
        return sum(self.goes.values()) + sum(rows for _, rows, _ in self.stays)


@dataclass(frozen=True)
class Seen:
    """A request with what is held of the person (None once erased). `second`: another has to agree."""

    request: PersonalRequest
    held: Held | None
    names: Mapping[str, str]
    second: bool


class PersonalRequests:
    """Writes requests down, and shows them."""

    def __init__(self, units: Units, reading: Units, words: Words, trackers: Trackers, clock: Clock) -> None:
        self._units, self._reading, self._words = units, reading, words
        self._trackers, self._clock = trackers, clock

    async def register(self, user: User, before: str = "") -> Register:
        """The requests, without those about whom `user` keeps out of."""
        async with self._reading() as uow:
            settled = await uow.personal_requests.settled(before, PAGE + 1)
            further = settled[PAGE - 1].id if len(settled) > PAGE else None
            names = {one.id: one.name for one in await uow.people.all()}
            return Register(
                tuple([row async for row in _open(uow, user)]),
                await _visible(uow, user, settled[:PAGE]),
                further,
                names | {"desk": "系统"},
            )

    async def waiting(self, user: User) -> int:
        """How many are open, without those about whom `user` keeps out of."""
        async with self._reading() as uow:
            return len([row async for row in _open(uow, user)])

    async def begin(self, asked: Asked, user: User) -> str:
        """Write a request down; its id. InvalidInput; NotFound and Conflict as `personal_data.find`."""
        now, checked = self._clock.now(), written(asked.checked, "请写明怎样确认了对方的身份。")
        today = now.astimezone(SHANGHAI).date()
        if not today - _OLDEST <= asked.asked_on <= today:
            raise InvalidInput("提出请求的日期应在过去一年之内，不能晚于今天。")
        closes = self._words.company.working_hours.closes
        async with self._units() as uow:
            found = await find(uow, asked.who, user)
            request = PersonalRequest(
                new_id(now), asked.kind, asked.asker, asked.way, asked.asked_on,
                due_on(asked.asked_on, self._words.calendar, closes), now, user.id, asked.who.way,
                found.subject.customers[0], checked,
            )  # fmt: skip
            uow.personal_requests.add(request)
            details = {"kind": asked.kind.value, "asker": asked.asker.value, "by": asked.who.way}
            await audit.record(uow, user.id, REQUEST_MADE, f"request:{request.id}", details, now=now)
            await uow.commit()
        return request.id

    async def look(self, id: str, user: User) -> Seen:
        """One request; NotFound."""
        async with self._reading() as uow:
            request = await uow.personal_requests.get(id)
            names = {one.id: one.name for one in await uow.people.all()} | {"desk": "系统"}
            if request.customer_id is None:
                return Seen(request, None, names, second=False)
            found = await about(uow, request, user)
            held = await self._held(uow, found)
            return Seen(request, held, names, second=await second_person(uow, user, found))

    async def _held(self, uow: UnitOfWork, found: Found) -> Held:
        counts = await counted(uow, found.subject, self._trackers)
        cases = await uow.cases.get_all(found.subject.kept)
        return Held(
            found,
            tuple(channel for channel, _ in found.subject.visitors),
            tuple(sorted((case.id, case.number or "") for case in cases.values())),
            {title: rows for title, rows in counts.items() if title not in STAYS},
            tuple((title, rows, STAYS[title]) for title, rows in counts.items() if title in STAYS),
        )


def written(text: str, missing: str) -> str:
    """What was typed; MissingValues with these words for nothing, InvalidInput for too much."""
    text = text.strip()
    if not text:
        raise MissingValues(missing)
    if len(text) > LONGEST:
        raise InvalidInput(f"最多写 {LONGEST} 个字。")
    return text


async def about(uow: UnitOfWork, request: PersonalRequest, user: User) -> Found:
    """The person of a request; for who keeps out of anything of theirs NotFound, as for an unknown one."""
    try:
        return await found_of(uow, request.customer_id or "", user)
    except NotFound:
        raise NotFound(_GONE) from None


async def second_person(uow: UnitOfWork, user: User, found: Found) -> bool:
    """Whether somebody else is trusted with this, and knows of the person."""
    for one in await uow.people.all():
        if one.id != user.id and one.may(Deed.HANDLE_PERSONAL_DATA):
            hidden = await avoidance.hidden(uow, one.id)
            if not hidden.cases & {*found.subject.cases}:
                return True
    return False


async def _open(uow: UnitOfWork, user: User) -> AsyncIterator[tuple[PersonalRequest, tuple[str, ...]]]:
    """Those that this person may know of, with whom they are about."""
    for request in await uow.personal_requests.open():
        numbers: tuple[str, ...] = ()
        if request.customer_id is not None:
            try:
                found = await about(uow, request, user)
            except NotFound:
                continue
            cases = (await uow.cases.get_all(found.subject.kept)).values()
            numbers = tuple(sorted(case.number or "" for case in cases))
        yield request, numbers


async def _visible(
    uow: UnitOfWork, user: User, requests: list[PersonalRequest]
) -> tuple[PersonalRequest, ...]:
    """Those that this person may know of."""
    if not (await avoidance.hidden(uow, user.id)).cases:
        return tuple(requests)
    seen = []
    for request in requests:
        try:
            if request.customer_id is not None:
                await about(uow, request, user)
        except NotFound:
            continue
        seen.append(request)
    return tuple(seen)
