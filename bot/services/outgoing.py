"""Looks at what an agent is about to send: taboos, promises, somebody else's numbers, blanks left open.

Nothing is forbidden: whoever means it confirms the warning, sends it, and that is written down.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import promises
from bot.domain.case import Case
from bot.domain.conversation import Conversation, Message
from bot.domain.errors import Conflict, UnderstandingUnavailable
from bot.domain.outgoing import Better, Warned, WarningKind, broken_taboos, strange_numbers, warned
from bot.domain.people import User
from bot.domain.privacy import SENSITIVE, digits
from bot.domain.promises import Promise
from bot.domain.reading import Reading
from bot.domain.workdays import SHANGHAI
from bot.services import audit, avoidance, cases, quoting
from bot.services import promises as promises_kept
from bot.services.intake import clean_text
from bot.services.ports import Clock, Understanding, UnitOfWork, Units
from bot.services.words import Words

OVERRIDDEN = "warning_overridden"
_READ_SECONDS = 1.5  # an agent waits for this: dates are read again after sending
_READINGS_KEPT = 500
_LINES_LOOKED_AT = 200


class Unconfirmed(Conflict):
    """What is to be sent has warnings that nobody confirmed; `warnings` are all there are."""

    key = "unconfirmed"

    def __init__(self, warnings: tuple[Warned, ...]) -> None:
        super().__init__("这段话有需要再看一下的地方；确认要这样发，请再按一次发送。")
        self.warnings = warnings


@dataclass(frozen=True)
class Quote:
    """The clause that an agent inserted, and its version then."""

    clause: str
    version: int


@dataclass(frozen=True)
class Looked:
    """What was seen in a text: `clause` and its version if it quotes the handbook unchanged."""

    warnings: tuple[Warned, ...]
    clause: tuple[str, int] | None
    promises: tuple[Promise, ...]
    reading: Reading | None
    confirmed: frozenset[str] = frozenset()


class Outgoing:
    """Looks texts over, and writes down with the message what came of it."""

    def __init__(self, units: Units, understanding: Understanding, words: Words, clock: Clock) -> None:
        self._units, self._understanding = units, understanding
        self._words, self._clock = words, clock
        self._readings: OrderedDict[tuple[str, date], Reading] = OrderedDict()  # of the texts lately checked

    async def look_over(
        self, conversation_id: str, text: str, user: User, quote: Quote | None = None, *, ask: bool = True
    ) -> Looked:
        """What deserves a second look, in the order of the text. NotFound, InvalidInput.

        Without `ask` Rasa isn't asked: days are known only if this text was looked over before.
        """
        text, now = clean_text(text), self._clock.now()
        async with self._units() as uow:
            await avoidance.keep_out(uow, user.id, conversation_id=conversation_id)
            conversation = await uow.conversations.get(conversation_id)
            case = await cases.at_hand(uow, conversation, now)
            known = await self._known_numbers(uow, conversation)
        reading = await self._read(text, now, ask=ask)
        found = self._promises(text, now, reading)
        clause = self._quoted(text, quote, conversation, case)
        warnings = [*self._blanks(text), *self._strange(text, known), *self._promised(text, found)]
        if clause is None:
            warnings += self._taboos(text, conversation, case)
        ordered = tuple(sorted(warnings, key=lambda one: (one.start, one.id)))
        return Looked(ordered, clause, tuple(found), reading)

    async def cleared(
        self,
        conversation_id: str,
        text: str,
        user: User,
        confirmed: Collection[str] = (),
        quote: Quote | None = None,
    ) -> Looked:
        """The same while sending; Unconfirmed if a warning that must be confirmed was not.

        The customer doesn't wait for Rasa: what it would say is looked at afterwards.
        """
        looked = await self.look_over(conversation_id, text, user, quote, ask=False)
        open_ones = [one for one in looked.warnings if one.must_be_confirmed and one.id not in confirmed]
        if open_ones:
            raise Unconfirmed(looked.warnings)
        meant = frozenset(one.id for one in looked.warnings if one.id in confirmed)
        return Looked(looked.warnings, looked.clause, looked.promises, looked.reading, meant)

    def _quoted(
        self, text: str, quote: Quote | None, conversation: Conversation, case: Case | None
    ) -> tuple[str, int] | None:
        if quote is None:
            return None
        return quoting.quoted(
            self._words, text, quote.clause, quote.version, conversation.script, _product(case)
        )

    def _taboos(self, text: str, conversation: Conversation, case: Case | None) -> Iterator[Warned]:
        simplified = self._words.in_script(text, "hans")
        if len(simplified) != len(text):
            simplified = "".join(self._words.in_script(char, "hans")[:1] or char for char in text)
        for taboo, start, end in broken_taboos(self._words.handbook.taboos.values(), text, simplified):
            found = warned(WarningKind.TABOO, text, start, end, taboo.reason, taboo.id)
            better = self._better(taboo.better, conversation, case)
            yield found._replace(taboo=taboo.id, better=better)

    def _better(self, clause_id: str | None, conversation: Conversation, case: Case | None) -> Better | None:
        if clause_id is None or clause_id not in self._words.handbook.clauses:
            return None
        clause, values = self._words.handbook.clause(clause_id), dict(self._words.company.values())
        if case is not None:
            values |= cases.case_values(case, self._words)
        draft = quoting.draft(self._words, clause, values, conversation.script, _product(case))
        return Better(draft.clause_id, draft.version, draft.text) if draft else None

    def _blanks(self, text: str) -> Iterator[Warned]:
        for match in quoting.UNFILLED.finditer(text):
            reason = "这里还没有填写；请填好或删去"
            yield warned(WarningKind.BLANK, text, match.start(), match.end(), reason)

    def _strange(self, text: str, known: Collection[str]) -> Iterator[Warned]:
        for start, end, is_identity in strange_numbers(text, known):
            what = "证件号" if is_identity else "电话号码"
            reason = f"这个{what}不是这位顾客的，也不是公司的；请核对是不是发错了人"
            yield warned(WarningKind.PERSONAL, text, start, end, reason)

    def _promised(self, text: str, found: list[Promise]) -> Iterator[Warned]:
        for one in found:
            local = one.due_at.astimezone(SHANGHAI)
            reason = f"这是一个承诺，发出后会成为待办：{local.month}月{local.day}日{local:%H:%M}前"
            place = warned(WarningKind.PROMISE, text, one.start, one.end, reason, one.kind.value)
            yield place._replace(due_at=one.due_at)

    def _promises(self, text: str, now: datetime, reading: Reading | None) -> list[Promise]:
        simplified = self._words.in_script(text, "hans")
        hours = self._words.company.working_hours
        return promises.find(simplified, now, reading, self._words.due, hours)

    async def _read(self, text: str, now: datetime, *, ask: bool) -> Reading | None:
        """Rasa's reading of it, for the days and times in it; None if it can't be had at once."""
        day = now.astimezone(SHANGHAI).date()
        known = self._readings.get((text, day))
        if known is not None or not ask:
            return known
        try:
            async with asyncio.timeout(_READ_SECONDS):
                (reading,) = await self._understanding.parse([text], day)
        except (UnderstandingUnavailable, TimeoutError):
            return None
        self._readings[text, day] = reading
        while len(self._readings) > _READINGS_KEPT:
            self._readings.popitem(last=False)
        return reading

    async def _known_numbers(self, uow: UnitOfWork, conversation: Conversation) -> frozenset[str]:
        """The numbers that this customer has told, and the company's own; bare digits."""
        company = self._words.company.values()
        texts = [company.get("company.hotline", ""), company.get("company.duty_phone", "")]
        customer = await uow.customers.get(conversation.customer_id)
        texts += [customer.phone or ""]
        for case in await uow.cases.of_customer(conversation.customer_id):
            texts += [case.text, *(value for value in case.fields.values() if value)]
        lines = await uow.messages.latest(conversation.id, _LINES_LOOKED_AT)
        texts += [line.text for line in lines if line.agent_id is None]
        told = {digits(match.group()) for text in texts for match in SENSITIVE.finditer(text)}
        return frozenset(told | {digits(text) for text in texts[:3] if text})


async def note_sent(
    uow: UnitOfWork,
    conversation: Conversation,
    message: Message,
    looked: Looked,
    user_id: str,
    now: datetime,
) -> None:
    """With the message that was looked over: its clause, its confirmed promises, what was overridden.

    Promises that nobody confirmed are asked about afterwards (bot/services/promises.py).
    """
    if looked.clause is not None:
        message.clause, message.clause_version = looked.clause
    kept = [one for one in looked.warnings if one.id in looked.confirmed]
    places = {(one.start, one.end) for one in kept if one.kind is WarningKind.PROMISE}
    if places and looked.reading is not None:
        case = await cases.at_hand(uow, conversation, now)
        for promise in looked.promises:
            if (promise.start, promise.end) in places:
                await promises_kept.promised(uow, promise, message, case, user_id, now)
            else:
                uow.tasks.add(promises_kept.proposal(promise, message, case.id if case else None, now))
        message.reading = looked.reading.to_json()  # so that it isn't looked through once more
    overridden = [one for one in kept if one.must_be_confirmed]
    if overridden:
        talk, details = f"conversation:{conversation.id}", _details(message, overridden)
        await audit.record(uow, user_id, OVERRIDDEN, talk, details, now=now)


def _details(message: Message, overridden: Collection[Warned]) -> Mapping[str, object]:
    """What was sent anyway: taboos in their words, numbers not at all."""
    return {
        "message": message.id,
        "warnings": [
            {"kind": one.kind.value, "taboo": one.taboo, "words": one.words if one.taboo else ""}
            for one in overridden
        ],
    }


def _product(case: Case | None) -> str | None:
    return case.fields.get("product") if case else None
