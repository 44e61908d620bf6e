"""Name and phone of a person put right wherever they stand (PIPL 46)."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.case import Case
from bot.domain.conversation import Customer
from bot.domain.errors import InvalidInput, MissingValues
from bot.domain.personal_data import CORRECTED, Subject
from bot.domain.privacy import PHONE
from bot.services import audit
from bot.services.ports import PhoneHash, UnitOfWork
from bot.services.turn import record

_NAME, _PHONE = "name", "phone"
_LONGEST = 40  # characters of a name
_TITLES = {_NAME: "姓名", _PHONE: "电话"}


def checked(name: str, phone: str) -> dict[str, str]:
    """What is to be put right; MissingValues without anything, InvalidInput for what is no name or phone."""
    name, phone = name.strip(), phone.strip()
    if not name and not phone:
        raise MissingValues("请填写正确的姓名或电话。")
    if len(name) > _LONGEST:
        raise InvalidInput(f"姓名最多 {_LONGEST} 个字。")
    if phone and not PHONE.fullmatch(phone):
        raise InvalidInput("电话的格式不对，请连区号填写。")
    return {field: value for field, value in ((_NAME, name), (_PHONE, phone)) if value}


async def put_right(
    uow: UnitOfWork,
    subject: Subject,
    right: Mapping[str, str],
    phone_hash: PhoneHash,
    actor: str,
    now: datetime,
) -> Mapping[str, int]:
    """Change it in the customers and in the cases that hold it; in how many places, by title.

    What was said in messages stays said. Every case's history tells what stood there; the audit log, that it
    was changed. A case that rests, or is over, is put right too: its papers are.
    """
    places = dict.fromkeys((_TITLES[field] for field in right), 0)
    for known in subject.customers:
        customer = await uow.customers.get(known)
        for field, value in right.items():
            places[_TITLES[field]] += await _of_customer(uow, customer, field, value, phone_hash)
        fields = {"fields": [_TITLES[field] for field in right]}
        await audit.record(uow, actor, CORRECTED, f"customer:{known}", fields, now=now)
    for case in (await uow.cases.get_all(subject.cases)).values():
        before = {field: case.fields.get(field) for field in right}
        changed = [field for field, value in right.items() if _of_case(case, field, value, phone_hash)]
        for field in changed:
            places[_TITLES[field]] += 1
        if changed:
            after = {field: right[field] for field in changed}
            old = {field: before[field] for field in changed}
            await record(uow, case, CORRECTED, actor, now, before=old, after=after)
    for talk in subject.talks:
        uow.changed(talk)
    return places


async def _of_customer(
    uow: UnitOfWork, customer: Customer, field: str, value: str, phone_hash: PhoneHash
) -> bool:
    """Somebody who called is known by their phone: whoever calls with the right one is them."""
    if field == _NAME:
        changed, customer.name = customer.name != value, value
        return changed
    changed, old, customer.phone = customer.phone != value, customer.phone, value
    called = bool(old) and customer.external_id == phone_hash(old or "")
    if called and await uow.customers.find(customer.channel, phone_hash(value)) is None:
        customer.external_id = phone_hash(value)
    return changed


def _of_case(case: Case, field: str, value: str, phone_hash: PhoneHash) -> bool:
    if not case.fields.get(field) or case.fields[field] == value:
        return False
    case.fill(field, value)
    if field == _PHONE:
        case.phone_hash = phone_hash(value)
    return True
