"""One person's data on request: a copy of all of it, and its erasure (docs/privacy.md).

Who is meant is said by a case's number with the phone in it, by a conversation, or by what a channel calls
them. Customers of several channels who are one person (bot/services/persons.py) are one here too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.case import Case, CaseState, read_number
from bot.domain.errors import Conflict, MissingValues, NotAllowed, NotFound
from bot.domain.people import Deed, User
from bot.domain.personal_data import (
    ENTRY,
    PERSON_ERASED,
    PERSON_EXPORTED,
    Copy,
    Found,
    Subject,
)
from bot.domain.privacy import digits
from bot.services import audit
from bot.services.ports import Clock, Trackers, UnitOfWork, Units
from bot.services.turn import record

_NOBODY = "没有找到这个人：请核对投诉编号和电话（两样都要对）、会话编号或 openid。"


@dataclass(frozen=True)
class Who:
    """How a person is named; one of the three is given, a number only together with a phone."""

    number: str | None = None
    phone: str | None = None
    conversation: str | None = None
    openid: str | None = None

    @property
    def way(self) -> str:
        """Which of them it is, for the audit log."""
        return "case" if self.number else "conversation" if self.conversation else "openid"


@dataclass(frozen=True)
class Taken:
    """A copy, and the ids of the photos and videos that belong into it."""

    copy: Copy
    files: tuple[str, ...]


class PersonalRights:
    """Copies and erases what the desk holds of one person."""

    def __init__(self, units: Units, reading: Units, trackers: Trackers, clock: Clock) -> None:
        self._units, self._reading, self._trackers, self._clock = units, reading, trackers, clock

    async def look(self, who: Who) -> tuple[Found, Mapping[str, int]]:
        """Whom the desk knows by that, and how many rows erasing would touch. NotFound."""
        async with self._reading() as uow:
            found = await _find(uow, who)
            counts = await uow.personal_data.count(found.subject)
        rows = await self._trackers.count(found.subject.conversations)
        return found, counts | ({"机器人的会话记忆": rows} if rows else {})

    async def copy(self, who: Who, login: str) -> Taken:
        """Everything of them, written down in the audit log first. NotFound, NotAllowed."""
        async with self._units() as uow:
            person, found = await _overseer(uow, login), await _find(uow, who)
            subject = found.subject
            taken = await uow.personal_data.copy(subject)
            for customer in subject.customers:
                await audit.record(
                    uow, person.id, PERSON_EXPORTED, f"customer:{customer}", {"by": who.way},
                    now=self._clock.now(),
                )  # fmt: skip
            await uow.commit()
        return Taken(taken, tuple(str(row["id"]) for row in taken.own["attachments"]))

    async def erase(self, who: Who, login: str, reason: str) -> Mapping[str, int]:
        """Forget them; what was touched, by what it is. What a case proves stays without the person.

        NotFound, NotAllowed, MissingValues without a reason; Conflict while a case of theirs is open: what
        somebody works on can't be done for nobody.
        """
        if not reason.strip():
            raise MissingValues("抹去个人信息要写明原因（例如：本人申请及收到日期）。")
        async with self._units() as uow:
            person, found = await _overseer(uow, login), await _find(uow, who)
            if found.open_cases:
                raise Conflict(
                    f"还有没办结的投诉：{'、'.join(found.open_cases)}。请先办结，或由本人撤诉，再抹去。"
                )
            counts = await forget(uow, found.subject, person.id, self._clock, reason.strip(), PERSON_ERASED)
            await uow.commit()
        await self._trackers.forget(found.subject.conversations)
        return counts


async def forget(
    uow: UnitOfWork, subject: Subject, actor: str, clock: Clock, reason: str, deed: str
) -> Mapping[str, int]:
    """Erase a subject's data in this transaction, and write down that it was done and why."""
    counts, now = await uow.personal_data.count(subject), clock.now()
    await uow.personal_data.erase(subject)
    for case in (await uow.cases.get_all(subject.kept)).values():
        await record(uow, case, ENTRY, actor, now, reason=reason)
    details = {"reason": reason, **counts}
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


async def _find(uow: UnitOfWork, who: Who) -> Found:
    customer = await _customer(uow, who)
    subject = await subject_of(uow, customer)
    cases = (await uow.cases.get_all(subject.cases)).values()
    open_ones = sorted(case.number or "" for case in cases if case.state is CaseState.ACCEPTED)
    return Found(subject, tuple(open_ones), tuple(await uow.personal_data.same_phone(subject)))


async def _customer(uow: UnitOfWork, who: Who) -> str:
    """The id of a customer who is meant; NotFound in the same words, whatever is wrong."""
    if who.conversation:
        return (await uow.conversations.get(who.conversation)).customer_id
    if who.openid:
        named = await uow.personal_data.by_external_id(who.openid)
        if not named:
            raise NotFound(_NOBODY)
        return named[0]
    number = read_number(who.number or "")
    case = await uow.cases.by_number(number) if number else None
    if case is None or not await _phone_fits(uow, case, who.phone or ""):
        raise NotFound(_NOBODY)
    return case.customer_id


async def _phone_fits(uow: UnitOfWork, case: Case, phone: str) -> bool:
    customer = await uow.customers.get(case.customer_id)
    known = {digits(one) for one in (case.fields.get("phone"), customer.phone) if one}
    return bool(digits(phone)) and digits(phone) in known


async def _overseer(uow: UnitOfWork, login: str) -> User:
    person = await uow.people.by_login(login)
    if person is None:
        raise NotFound(f"没有登录名 {login}。")
    if not person.active or not person.may(Deed.OVERSEE):
        raise NotAllowed("个人信息的导出和抹去要以主管或管理员的名义。")
    return person
