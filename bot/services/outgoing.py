"""Looks at what an agent is about to send: taboos, promises, somebody else's numbers, blanks left open.

Nothing is forbidden: whoever means it confirms the warning, sends it, and that is written down.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import promises
from bot.domain.case import Case
from bot.domain.conversation import Conversation, Message
from bot.domain.errors import UnderstandingUnavailable
from bot.domain.outgoing import Warned, WarningKind
from bot.domain.people import User
from bot.domain.promises import Promise
from bot.domain.reading import Reading
from bot.domain.workdays import SHANGHAI
from bot.services import avoidance, cases, quoting
from bot.services import outgoing_checks as checks
from bot.services import promises as promises_kept
from bot.services.intake import clean_text
from bot.services.ports import Clock, Understanding, UnitOfWork, Units
from bot.services.words import Words

_READ_SECONDS = 1.5  # an agent waits for this: dates are read again after sending
_READINGS_KEPT = 500


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
            known = await checks.known_numbers(uow, self._words, conversation)
        reading = await self._read(text, now, ask=ask)
        found = self._promises(text, now, reading)
        clause = self._quoted(text, quote, conversation, case)
        warnings = [*checks.blanks(text), *checks.strange(text, known), *checks.promised(text, found)]
        if clause is None:
            warnings += checks.taboos(self._words, text, conversation.script, case)
        return Looked(checks.ordered(warnings), clause, tuple(found), reading)

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
        checks.refuse_unconfirmed(looked.warnings, confirmed)
        meant = frozenset(one.id for one in looked.warnings if one.id in confirmed)
        return Looked(looked.warnings, looked.clause, looked.promises, looked.reading, meant)

    def _quoted(
        self, text: str, quote: Quote | None, conversation: Conversation, case: Case | None
    ) -> tuple[str, int] | None:
        if quote is None:
            return None
        return quoting.quoted(
            self._words, text, quote.clause, quote.version, conversation.script, checks.product(case)
        )

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
    about = {"message": message.id}
    await checks.note_overridden(uow, f"conversation:{conversation.id}", kept, user_id, now, about)
