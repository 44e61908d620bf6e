"""A case that a customer names by its number: their own, or one of which they know the phone.

In WeChat, number and whole phone make the case theirs for good: what began on the web goes on there. Who has
only the last four digits is told how it stands, as on the web, and nothing else. A wrong phone and a number
that isn't ours are answered in the same words, and attempts are counted.
"""

import re
from datetime import timedelta
from typing import NamedTuple

from bot.domain.case import Case, read_number
from bot.domain.conversation import Author
from bot.domain.privacy import PHONE, digits
from bot.services import persons
from bot.services.turn import Turn

ATTEMPTS, WINDOW = 5, timedelta(hours=1)
LINKED = "linked"  # the entry in a case's history
_NUMBER = re.compile(r"[Kk]\s*\d{4}\s*[-－—]?\s*\d{5}")
_LAST_FOUR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_LOOKED_BACK = 8  # messages
_ASKING = ("progress.identify", "progress.unknown", "claim.identify", "claim.unknown", "urge.none")


class Named(NamedTuple):
    """A case number as the customer wrote it, and what else they wrote with it."""

    number: str
    rest: str


class _Digits(NamedTuple):
    """What a text says of a phone: whole numbers, or the last four digits of one."""

    whole: tuple[str, ...]
    last_four: str | None

    def fit(self, phone: str) -> bool:
        if self.whole:
            return phone in self.whole
        return self.last_four is not None and phone.endswith(self.last_four)


async def named(turn: Turn) -> Named | None:
    """The case number that the message names; or names by the phone that we asked for after it."""
    found = _NUMBER.search(turn.text)
    if found is not None:
        return Named(found.group(), turn.text.replace(found.group(), " "))
    number = await _asked_about(turn)
    return Named(number, turn.text) if number else None


def is_ours(text: str) -> bool:
    """Whether the text holds what is a case number of ours for sure, not some other K and digits."""
    found = _NUMBER.search(text)
    return found is not None and read_number(found.group()) is not None


async def find(turn: Turn, name: Named) -> Case | None:
    """The case of this number, if the customer may hear of it; else they have been told why not."""
    number = read_number(name.number)
    case = await turn.uow.cases.by_number(number) if number else None
    if case is not None and await persons.knows(turn.uow, turn.conversation, case):
        return case
    given = _digits_of(name.rest)
    refusal = await _refusal(turn, case, given)
    if refusal is not None or case is None:
        turn.say(refusal or "progress.unknown", variant=int(refusal == "claim.identify"))
        return None
    if given.whole and turn.conversation.channel in persons.MESSENGERS:
        await _claim(turn, case)
    return case


def ask_for_number(turn: Turn) -> str:
    """The situation that asks for number and phone."""
    return "claim.identify" if turn.conversation.channel in persons.MESSENGERS else "progress.identify"


async def _refusal(turn: Turn, case: Case | None, given: _Digits) -> str | None:
    """Why a case of somebody else (or none) is not told of; None where the phone fits."""
    who = turn.conversation.customer_id
    if await turn.uow.lookups.count(who, turn.now - WINDOW) >= ATTEMPTS:
        return "progress.too_many"
    if not given.whole and given.last_four is None:
        return ask_for_number(turn)
    turn.uow.lookups.add(who, turn.now)
    known = digits((case.fields.get("phone") if case else None) or "")
    if known and given.fit(known):
        return None
    return "claim.unknown" if turn.conversation.channel in persons.MESSENGERS else "progress.unknown"


async def _claim(turn: Turn, case: Case) -> None:
    """The case's customer and this one are one person, unless somebody else in WeChat is that person."""
    uow = turn.uow
    await uow.conversations.get(case.conversation_id)  # locked: of two who claim it at once, one is first
    own = await uow.customers.get(turn.conversation.customer_id)
    theirs = await uow.customers.get(case.customer_id)
    if not await persons.may_join(uow, own, theirs):
        return
    await persons.join(uow, own, theirs)
    await turn.record(case, LINKED, actor="customer", message=turn.message.id, channel=own.channel)
    turn.say("claim.done", {"case.number": case.number or ""})


async def _asked_about(turn: Turn) -> str | None:
    """The number in the customer's message before this one, where this one has the phone we asked for."""
    given = _digits_of(turn.text)
    if not given.whole and given.last_four is None:
        return None
    said = await turn.uow.messages.latest(turn.conversation.id, limit=_LOOKED_BACK)
    earlier = [line for line in said if line.seq < turn.message.seq]
    asking = {way.clause.id for key in _ASKING for way in turn.words.handbook.situation(key)}
    if not earlier or earlier[-1].author is not Author.BOT or earlier[-1].clause not in asking:
        return None
    before = [line.text for line in earlier if line.author is Author.CUSTOMER]
    found = _NUMBER.search(before[-1]) if before else None
    return found.group() if found else None


def _digits_of(text: str) -> _Digits:
    last_four = _LAST_FOUR.search(PHONE.sub(" ", text))
    whole = tuple(digits(found.group()) for found in PHONE.finditer(text))
    return _Digits(whole, digits(last_four.group(1)) if last_four else None)
