"""One person's data on request: a copy of all of it, and its erasure (docs/privacy.md).

Who is meant is said by a case's number with the phone in it, by a conversation, or by what a channel calls
them; on the page also by a phone that only one person gave. Customers of several channels who are one person
(bot/services/persons.py) are one here too. There are two doors to this, `kesu person` and the page of
requests (bot/services/personal_requests.py); what they do is done here.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.domain.case import Case, CaseState, read_number
from bot.domain.errors import Conflict, MissingValues, NotAllowed, NotFound
from bot.domain.people import Deed, User
from bot.domain.personal_data import (
    ENTRY,
    NOBODY,
    PERSON_ERASED,
    PERSON_EXPORTED,
    Copy,
    Found,
    Subject,
)
from bot.domain.personal_requests import RequestKind, RequestState
from bot.domain.privacy import digits
from bot.services import audit, avoidance
from bot.services.ports import Clock, Trackers, UnitOfWork, Units
from bot.services.turn import record

_NOTHING: Mapping[str, object] = {}
_NOBODY = "没有找到这个人：请核对投诉编号和电话（两样都要对）、会话编号或 openid。"


@dataclass(frozen=True)
class Who:
    """How a person is named: by a number with a phone, a phone alone, a conversation, or a channel's id."""

    number: str | None = None
    phone: str | None = None
    conversation: str | None = None
    openid: str | None = None

    @property
    def way(self) -> str:
        """Which of them it is, for the audit log."""
        ways = {"case": self.number, "phone": self.phone, "conversation": self.conversation}
        return next((way for way, given in ways.items() if given), "openid")


@dataclass(frozen=True)
class Taken:
    """A copy, and the ids of the photos and videos that belong into it."""

    copy: Copy
    files: tuple[str, ...]


class PersonalRights:
    """Copies and erases what the desk holds of one person, for `kesu person`."""

    def __init__(self, units: Units, reading: Units, trackers: Trackers, clock: Clock) -> None:
        self._units, self._reading, self._trackers, self._clock = units, reading, trackers, clock

    async def look(self, who: Who) -> tuple[Found, Mapping[str, int]]:
        """Whom the desk knows by that, and how many rows erasing would touch. NotFound."""
        async with self._reading() as uow:
            found = await find(uow, who)
            return found, await counted(uow, found.subject, self._trackers)

    async def copy(self, who: Who, login: str) -> Taken:
        """Everything of them, written down in the audit log first. NotFound, NotAllowed."""
        async with self._units() as uow:
            person = await _trusted(uow, login)
            found = await find(uow, who, person)
            taken = await take(uow, found.subject, person.id, self._clock, {"by": who.way})
            await uow.commit()
        return taken

    async def erase(self, who: Who, login: str, reason: str) -> Mapping[str, int]:
        """Forget them; what was touched, by what it is. What a case proves stays without the person.

        NotFound, NotAllowed, MissingValues without a reason; Conflict as `may_go` says.
        """
        reason = why(reason)
        async with self._units() as uow:
            person = await _trusted(uow, login)
            found = await find(uow, who, person)
            await may_go(uow, found)
            counts = await forget(uow, found.subject, person.id, self._clock, reason, PERSON_ERASED)
            await uow.commit()
        await self._trackers.forget(found.subject.conversations)
        return counts


def why(reason: str) -> str:
    """The reason of an erasure; MissingValues without one."""
    if not reason.strip():
        raise MissingValues("抹去个人信息要写明原因（例如：本人申请及收到日期）。")
    return reason.strip()


async def counted(uow: UnitOfWork, subject: Subject, trackers: Trackers) -> Mapping[str, int]:
    """How many rows erasing would touch, by what they are, Rasa's among them."""
    counts = await uow.personal_data.count(subject)
    rows = await trackers.count(subject.conversations)
    return counts | ({"机器人的会话记忆": rows} if rows else {})


async def take(
    uow: UnitOfWork, subject: Subject, actor: str, clock: Clock, details: Mapping[str, object]
) -> Taken:
    """A copy of everything, and its entries in the audit log; the caller commits before handing it out."""
    taken = await uow.personal_data.copy(subject)
    for customer in subject.customers:
        await audit.record(uow, actor, PERSON_EXPORTED, f"customer:{customer}", details, now=clock.now())
    return Taken(taken, tuple(str(row["id"]) for row in taken.own["attachments"]))


async def may_go(uow: UnitOfWork, found: Found) -> None:
    """Conflict while a case of theirs is open, or they wait for a copy or a correction.

    What somebody works on can't be done for nobody.
    """
    if found.open_cases:
        raise Conflict(f"还有没办结的投诉：{'、'.join(found.open_cases)}。请先办结，或由本人撤诉，再抹去。")
    requests = await uow.personal_requests.open_of(found.subject.customers)
    if any(request.kind is not RequestKind.ERASE for request in requests):
        raise Conflict("这个人还有没办结的查阅、复制或更正请求。请先办结，再抹去。")


async def forget(
    uow: UnitOfWork,
    subject: Subject,
    actor: str,
    clock: Clock,
    reason: str,
    deed: str,
    more: Mapping[str, object] = _NOTHING,
) -> Mapping[str, int]:
    """Erase a subject's data in this transaction, and write down that it was done and why (and `more`).

    Requests to erase them are done with that.
    """
    counts, now = await uow.personal_data.count(subject), clock.now()
    asked = [one.id for one in await uow.personal_requests.open_of(subject.customers)]
    await uow.personal_data.erase(subject)
    kept = await uow.cases.get_all(subject.kept)
    for case in kept.values():
        await record(uow, case, ENTRY, actor, now, reason=reason)
    for one in asked:
        request = await uow.personal_requests.get(one, lock=True)
        if request.kind is RequestKind.ERASE:
            request.decide(RequestState.DONE, actor, now, reason)
            request.result = {"rows": counts, "cases": sorted(case.number or "" for case in kept.values())}
    details = {"reason": reason, **more, **counts}
    for customer in subject.customers or subject.parts:
        kind = "customer" if subject.customers else "conversation"
        await audit.record(uow, actor, deed, f"{kind}:{customer}", details, now=now)
    for talk in subject.talks:
        uow.changed(talk)
    return counts


async def subject_of(uow: UnitOfWork, customer_id: str) -> Subject:
    """Everything of a customer and of whoever is the same person."""
    same = await uow.customers.same_person(customer_id)
    return await uow.personal_data.of_customers([one.id for one in same])


async def find(uow: UnitOfWork, who: Who, person: User | None = None) -> Found:
    """Whom the desk knows by that; NotFound in the same words, whatever is wrong.

    So it is for a `person` of the desk who keeps out of anything of theirs (回避). Conflict when several
    people gave the same phone.
    """
    return await found_of(uow, await _customer(uow, who, person), person)


async def found_of(uow: UnitOfWork, customer_id: str, person: User | None = None) -> Found:
    """Everything of a customer; NotFound for who keeps out of any of it."""
    subject = await subject_of(uow, customer_id)
    hidden = await avoidance.hidden(uow, person.id) if person else avoidance.Hidden()
    if hidden.cases & {*subject.cases} or hidden.conversations & {*subject.talks}:
        raise NotFound(_NOBODY)
    cases = (await uow.cases.get_all(subject.cases)).values()
    open_ones = sorted(case.number or "" for case in cases if case.state is CaseState.ACCEPTED)
    others = await uow.personal_data.same_phone(subject)
    numbers = {case.number for case in (await uow.cases.get_all(hidden.cases)).values()}
    return Found(subject, tuple(open_ones), tuple(one for one in others if one not in numbers))


async def _customer(uow: UnitOfWork, who: Who, person: User | None) -> str:
    """The id of a customer who is meant, if the desk still knows them."""
    named = await _named(uow, who, person)
    if named is None or (await uow.customers.get(named)).external_id.startswith(NOBODY):
        raise NotFound(_NOBODY)
    return named


async def _named(uow: UnitOfWork, who: Who, person: User | None) -> str | None:
    if who.conversation:
        try:
            return (await uow.conversations.get(who.conversation)).customer_id
        except NotFound:
            return None
    if who.openid:
        return next(iter(await uow.personal_data.by_external_id(who.openid)), None)
    if who.phone and not who.number:
        return await _only_one(uow, who.phone, person)
    number = read_number(who.number or "")
    case = await uow.cases.by_number(number) if number else None
    if case is None or not await _phone_fits(uow, case, who.phone or ""):
        return None
    return case.customer_id


async def _only_one(uow: UnitOfWork, phone: str, person: User | None) -> str | None:
    """The person who gave this phone; Conflict with their numbers when several did: families share them."""
    people: dict[frozenset[str], list[str]] = {}
    for customer in await uow.personal_data.by_phone(phone) if digits(phone) else ():
        with suppress(NotFound):
            subject = (await found_of(uow, customer, person)).subject
            cases = (await uow.cases.get_all(subject.kept)).values()
            named = sorted(case.number or "" for case in cases)
            people[frozenset(subject.customers)] = named or [f"会话 {subject.conversations[0]}"]
    if len(people) > 1:
        numbers = "、".join(sorted(number for known in people.values() for number in known))
        raise Conflict(f"几个人留了这个电话，请再填上本人的投诉编号，或只填会话编号（{numbers}）。")
    return next((next(iter(customers)) for customers in people), None)


async def _phone_fits(uow: UnitOfWork, case: Case, phone: str) -> bool:
    customer = await uow.customers.get(case.customer_id)
    known = {digits(one) for one in (case.fields.get("phone"), customer.phone) if one}
    return bool(digits(phone)) and digits(phone) in known


async def _trusted(uow: UnitOfWork, login: str) -> User:
    person = await uow.people.by_login(login)
    if person is None:
        raise NotFound(f"没有登录名 {login}。")
    if not person.may(Deed.HANDLE_PERSONAL_DATA):
        raise NotAllowed("个人信息的导出和抹去，要以管理员或管理员指定的人的名义。")
    return person
