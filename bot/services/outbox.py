"""What goes out by mail or short message: stored first, sent once, tried again when refused for now."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.errors import Conflict, SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import Letter, LetterState, Way
from bot.services.followups import phone_task
from bot.services.ports import Clock, Sender, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

log = logging.getLogger(__name__)

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))  # after each failed attempt
LOST_AFTER = timedelta(minutes=10)  # an attempt of which nothing is heard any more: the desk was killed
_NO_SENDER = "没有设置发送方式"


class Outbox:
    """Sends what waits.

    Before each attempt it is noted that there is one: a desk that dies in between does not send again,
    because the letter may have arrived.
    """

    def __init__(
        self, units: Units, reading: Units, words: Words, clock: Clock, senders: Mapping[Way, Sender]
    ) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self._senders = dict(senders)
        self._leaving = False

    def leave(self) -> None:
        """Begin no further letter."""
        self._leaving = True

    def also(self, way: Way, sender: Sender) -> None:
        """Send what goes this way too."""
        self._senders[way] = sender

    async def look(self) -> int:
        """Send what is due; how many there were."""
        async with self._reading() as uow:
            due = [letter.id for letter in await uow.letters.due(self._clock.now())]
        for letter_id in due:
            if self._leaving:
                break
            with suppress(Conflict):  # another process sends it at this moment
                await self._send(letter_id)
        return len(due)

    async def _send(self, letter_id: str) -> None:
        letter = await self._begun(letter_id)
        if letter is None:
            return
        sender = self._senders.get(letter.way)
        try:
            if sender is None:
                raise SendingRefused(_NO_SENDER)
            await sender.send(letter)
        except SendingFailed as problem:
            await self._failed(letter_id, problem)
        else:
            await self._finish(letter_id, LetterState.SENT)

    async def _begun(self, letter_id: str) -> Letter | None:
        """The letter, now marked as being sent; None if there is nothing to send."""
        now = self._clock.now()
        async with self._units() as uow:
            letter = await uow.letters.get(letter_id)
            if letter.next_at > now:
                return None
            if letter.state is LetterState.SENDING:
                await close(uow, self._words, letter, LetterState.UNSURE, "发送时中断，不知是否送达", now)
                await uow.commit()
                return None
            if letter.state is not LetterState.WAITING:
                return None
            letter.state, letter.attempts = LetterState.SENDING, letter.attempts + 1
            letter.next_at = now + LOST_AFTER
            await uow.commit()
        return letter

    async def _failed(self, letter_id: str, problem: SendingFailed) -> None:
        now = self._clock.now()
        async with self._units() as uow:
            letter = await uow.letters.get(letter_id)
            log.warning("letter %s by %s: %s", letter.id, letter.way, problem)
            retry = not isinstance(problem, SendingRefused | SendingUnsure) and letter.attempts <= len(
                RETRIES
            )
            if retry:
                letter.state, letter.error = LetterState.WAITING, str(problem)
                letter.next_at = now + RETRIES[letter.attempts - 1]
            else:
                unsure = isinstance(problem, SendingUnsure)
                state = LetterState.UNSURE if unsure else LetterState.FAILED
                await close(uow, self._words, letter, state, str(problem), now)
            await uow.commit()

    async def _finish(self, letter_id: str, state: LetterState) -> None:
        now = self._clock.now()
        async with self._units() as uow:
            await close(uow, self._words, await uow.letters.get(letter_id), state, "", now)
            await uow.commit()


async def close(
    uow: UnitOfWork, words: Words, letter: Letter, state: LetterState, error: str, now: datetime
) -> None:
    """What became of a letter, in its case's history too; what can't be sent is told by telephone."""
    letter.state, letter.error = state, error
    letter.sent_at = now if state is LetterState.SENT else None
    case = await uow.cases.get(letter.case_id)
    await record(
        uow, case, f"letter_{state.value}", "desk", now,
        title=letter.subject, letter=letter.id, way=letter.way.value, error=error,
    )  # fmt: skip
    if state is LetterState.FAILED:
        await _telephone(uow, words, letter, case, now)


async def _telephone(uow: UnitOfWork, words: Words, letter: Letter, case: Case, now: datetime) -> None:
    visit = await uow.visits.get(letter.visit_id) if letter.visit_id else None
    if visit is not None and visit.is_open and case.fields.get("phone"):
        visit.way = Way.CALL
        uow.tasks.add(phone_task(words, visit, case, now))
