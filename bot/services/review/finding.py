"""Finds messages that are worth a look in the ledger, from readings that are stored there anyway.

The ledger is looked through once, in the order of its ids: a round goes on where the last one stopped. What a
later message says about an earlier one (「不是这个意思」, asking for a person) is noted on the earlier one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.conversation import Message
from bot.domain.errors import Conflict
from bot.domain.reading import Reading
from bot.domain.review import Review, ReviewReason
from bot.services import protests
from bot.services.ids import first_id
from bot.services.ports import Clock, UnitOfWork, Units

LOW = 0.6  # a label that is less sure is worth a look
CLOSE = 0.15  # two labels nearer to one another than this are hard to tell apart
SURE = 0.9  # what was read so surely is hardly why somebody asked for a person
BACK = timedelta(days=30)  # how far back the first look begins
LAG = timedelta(seconds=30)  # younger messages may still be read, or answered with a button
SOON = timedelta(minutes=30)  # asking for a person later than this is about something else
PROGRESS = "messages"
_AT_ONCE = 500


class Finding:
    """The background round over the ledger."""

    def __init__(self, units: Units, clock: Clock) -> None:
        self._units, self._clock = units, clock

    async def look(self) -> int:
        """Go on through the ledger to its present end; how many messages were looked at."""
        looked = 0
        while True:
            try:
                found = await self._some()
            except Conflict:  # another desk looks through the same ones
                return looked
            looked += found
            if found < _AT_ONCE:
                return looked

    async def _some(self) -> int:
        async with self._units() as uow:
            now = self._clock.now()
            after = await uow.reviews.position(PROGRESS) or first_id(now - BACK)
            waiting = await uow.reviews.first_waiting()
            until = min(now - LAG, waiting or now)
            messages = await uow.reviews.read_messages(after, first_id(until), _AT_ONCE)
            for message in messages:
                await look_at(uow, message, now)
            await uow.reviews.move(PROGRESS, messages[-1].id if messages else after)
            await uow.commit()
        return len(messages)


async def look_at(uow: UnitOfWork, message: Message, now: datetime) -> None:
    """Note what speaks for looking at this message, or at the one that it talks about. The caller commits."""
    reading = Reading.from_json(message.reading or {})
    for reason in reasons_of(message, reading):
        await note(uow, message, reason, now)
    about = (message.context or {}).get("about")
    if about:
        earlier = await uow.messages.get(about)
        read = Reading.from_json(earlier.reading) if earlier.reading else None
        if read is not None and read.label != reading.acted_on:
            await note(uow, earlier, ReviewReason.PICKED, now, meant=reading.acted_on)
    elif (late := _about_the_last(message, reading)) is not None:
        await _note_before(uow, message, late, now)


def reasons_of(message: Message, reading: Reading) -> Iterator[ReviewReason]:
    """What the reading itself says; of buttons and of answers to a question nothing."""
    if message.choice is not None or reading.taken_as is not None or not message.text.strip():
        return
    if reading.label is None:
        yield ReviewReason.NOT_UNDERSTOOD
        return
    if reading.confidence < LOW:
        yield ReviewReason.LOW_CONFIDENCE
    scores = [confidence for _, confidence in reading.ranking[:2]]
    if len(scores) > 1 and scores[0] - scores[1] < CLOSE:
        yield ReviewReason.CLOSE


async def note(
    uow: UnitOfWork, message: Message, reason: ReviewReason, now: datetime, *, meant: str | None = None
) -> bool:
    """Put a customer's message into the inbox, or a further reason to it; whether that was new.

    `meant`: the label that somebody gave it instead. What was looked at already stays so. The caller commits.
    """
    review = await uow.reviews.find(message.id, lock=True)
    if review is not None:
        return review.add(reason, meant)
    if not message.text.strip():
        return False
    reading = Reading.from_json(message.reading) if message.reading else Reading(None, 0.0)
    review = Review(
        message.id, message.conversation_id, message.created_at, now, reading.label, reading.confidence
    )
    review.add(reason, meant)
    uow.reviews.add(review)
    return True


async def note_by_id(
    uow: UnitOfWork, message_id: str, reason: ReviewReason, now: datetime, *, meant: str | None = None
) -> bool:
    """The same by the message's id; NotFound."""
    return await note(uow, await uow.messages.get(message_id), reason, now, meant=meant)


def _about_the_last(message: Message, reading: Reading) -> ReviewReason | None:
    """What this message tells about the one before it."""
    if protests.says_so(reading.normal or message.text):
        return ReviewReason.DENIED
    return ReviewReason.HANDED_OVER if reading.acted_on == "request_human" else None


async def _note_before(uow: UnitOfWork, message: Message, reason: ReviewReason, now: datetime) -> None:
    earlier = await uow.reviews.message_before(message.conversation_id, message.seq)
    if earlier is None or earlier.choice is not None or message.created_at - earlier.created_at > SOON:
        return
    read = Reading.from_json(earlier.reading or {"label": None, "confidence": 0})
    answered = read.taken_as is not None  # a question, rightly
    sure = read.confidence >= SURE or read.acted_on == "request_human" or answered
    if reason is ReviewReason.DENIED or not sure:
        await note(uow, earlier, reason, now)
