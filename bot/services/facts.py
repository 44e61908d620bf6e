"""The facts of a case: taken from what the customer says."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain import crowds
from bot.domain.case import JOINED, Case
from bot.domain.conversation import Author
from bot.domain.privacy import PHONE, digits
from bot.domain.reading import Reading
from bot.services import cases, summary
from bot.services.turn import Turn

CORRECTED = "fact_corrected"  # the entry of the history
FACTS = "inform"  # the label of a message that gives facts and nothing else
_NUMBERS = frozenset({"order_no", "batch_no"})  # a bare number is the one that is asked for
_TOLD_BEFORE = timedelta(hours=1)
_MESSAGES_BEFORE = 20
_ASKS = re.compile(r"[?？]|[吗么嘛呢]$|(.)不\1|干嘛|干什么|为什么|为啥|凭什么")
_SAME_TALK = timedelta(hours=24)
_OF_CUSTOMER = ("phone", "name")  # the same in whatever they complain of


def take_entities(turn: Turn, case: Case) -> list[str]:
    """Put every fact the message names into the case's fields; the names of those that changed.

    An entity goes to the open question if that accepts it, else to the first fitting field of the issue's
    form, else to the first fitting field of the handbook.
    """
    return _take(turn, case, turn.text, turn.reading)


async def take_earlier(turn: Turn, case: Case) -> None:
    """Facts told before the complaint itself, 「我昨天在你们店买的」 or a phone number, are part of it."""
    for message in await turn.uow.messages.latest(turn.conversation.id, limit=_MESSAGES_BEFORE):
        recent = message.author is Author.CUSTOMER and message.created_at > turn.now - _TOLD_BEFORE
        if not recent or message.seq >= turn.message.seq or message.reading is None:
            continue
        reading = Reading.from_json(message.reading)
        if reading.label == FACTS:
            _take(turn, case, message.text, reading)


def asks_back(turn: Turn) -> bool:
    """Whether the message asks something itself, 「你问这个干嘛」, and is no name of anything."""
    return _ASKS.search(turn.plain) is not None


def note_phone(turn: Turn, case: Case, phone: str, normal: str | None) -> None:
    """Keep the phone and the hash under which the case is found by it."""
    case.fill("phone", phone, normal)
    case.phone_hash = turn.words.phone_hash(phone)


async def take_known(turn: Turn, case: Case) -> None:
    """What the host site says of its signed-in customer need not be asked; the read-back shows it."""
    customer = await turn.uow.customers.get(case.customer_id)
    if customer.name and "name" not in case.fields:
        case.fill("name", customer.name)
    if customer.phone and "phone" not in case.fields and PHONE.fullmatch(customer.phone):
        note_phone(turn, case, customer.phone, None)


def take_over(turn: Turn, case: Case, earlier: Sequence[Case]) -> None:
    """How to reach the customer is known, or was refused, since their last complaint in this talk."""
    last = next((one for one in earlier if one.opened_at > turn.now - _SAME_TALK), None)
    for name in _OF_CUSTOMER if last else ():
        if last is not None and name in last.fields and name not in case.fields:
            case.fields = {**case.fields, name: last.fields[name]}
            if name == "phone":
                case.phone_hash = last.phone_hash


async def acknowledge(
    turn: Turn, case: Case, before: Mapping[str, str | None], changed: Sequence[str]
) -> None:
    """Show that facts were noted; those that the case knew otherwise, as they are now."""
    if not await tell_corrected(turn, case, before, changed):
        turn.say("fact_noted", variant=turn.variant)


async def tell_corrected(
    turn: Turn, case: Case, before: Mapping[str, str | None], changed: Sequence[str]
) -> bool:
    """Write down which of the changed facts the case knew otherwise, and tell the customer; whether any were.

    矿泉水 corrects no 水.
    """
    corrected = [name for name in changed if (before.get(name) or "") not in (case.fields[name] or "")]
    if not corrected:
        return False
    await turn.record(
        case,
        CORRECTED,
        actor="customer",
        message=turn.message.id,
        before={name: before.get(name) for name in corrected},
        after={name: case.fields[name] for name in corrected},
    )
    told = summary.changes(turn.words, case, corrected, turn.conversation.script)
    turn.say("fact_changed", {"case.changes": told}, variant=turn.variant)
    return True


def _take(turn: Turn, case: Case, text: str, reading: Reading) -> list[str]:
    case.people = max(case.people, crowds.together(reading.normal or text) or 1)
    said: dict[str, list[str]] = {}
    for kind, values in _values(text, reading).items():
        name = _field_for(turn, case, kind, values, reading)
        if name is not None:
            said.setdefault(name, []).extend(values)
    normals = {found.value: found.normal for found in reading.entities if found.normal}
    changed = [name for name, values in said.items() if _fill(case, name, values, normals)]
    if "phone" in said:
        phone = said["phone"][-1]
        note_phone(turn, case, phone, normals.get(phone))
    return changed


def _fill(case: Case, name: str, values: Sequence[str], normals: Mapping[str, str]) -> bool:
    known = dict.fromkeys(normals[value] for value in values if value in normals)
    return case.fill(name, JOINED.join(dict.fromkeys(values)), JOINED.join(known) or None)


def _values(text: str, reading: Reading) -> dict[str, list[str]]:
    """The values of each kind of entity; a phone is one too when only its digits show it."""
    found = {kind: reading.values(kind) for kind in dict.fromkeys(one.entity for one in reading.entities)}
    phone = PHONE.search(unicodedata.normalize("NFKC", text))
    if phone is None or "phone" in found:
        return found
    same = digits(phone.group())
    others = {kind: [value for value in values if digits(value) != same] for kind, values in found.items()}
    if not any(same in digits(value) for values in others.values() for value in values):
        found = {kind: values for kind, values in others.items() if values} | {"phone": [phone.group()]}
    return found


def _is_bare_number(turn: Turn, kind: str, value: str) -> bool:
    """Whether the message is a number and nothing else; 20260118 may be read as a date."""
    is_number = kind in _NUMBERS or (kind == "date" and value.isdecimal())
    return is_number and turn.text.strip() == value


def _field_for(turn: Turn, case: Case, kind: str, values: Sequence[str], reading: Reading) -> str | None:
    question = turn.conversation.question
    fitting = [name for name, rule in turn.words.handbook.fields.items() if kind in rule.filled_by]
    if question in fitting or (question in _NUMBERS and _is_bare_number(turn, kind, values[0])):
        return question
    form = cases.rule_of(turn.words, case).ask
    ordered = [name for name in form if name in fitting] or fitting
    unknown = [name for name in ordered if case.fields.get(name) is None]
    if unknown or reading.acted_on == FACTS:
        return next(iter(unknown or ordered), None)
    # Told in passing: it only replaces what it says more exactly, 水 by 矿泉水.
    told = " ".join(values)
    return next((name for name in ordered if (case.fields[name] or "") in told), None)
