"""Answering a conversation's messages: one at a time, in order, each exactly once."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

from bot.domain.conversation import Author, Conversation, Delivery, Message, Owner
from bot.domain.errors import UnderstandingUnavailable
from bot.domain.reading import Reading, Reply, TurnAnswer, TurnContext
from bot.domain.reasons import Reason
from bot.domain.wechat_records import MediaState
from bot.domain.workdays import SHANGHAI
from bot.services import (
    attachments,
    callbacks,
    cases,
    choices,
    listening,
    meanings,
    photos,
    satisfaction,
    staffing,
    wordless,
)
from bot.services.ports import (
    Clock,
    Measures,
    NotMeasured,
    NotTraced,
    Traces,
    TurnFailure,
    Understanding,
    UnitOfWork,
    Units,
)
from bot.services.turn import Turn, deliver, line
from bot.services.turn_times import TurnTimes
from bot.services.words import Words

ARRIVING = timedelta(seconds=20)


class Turns:
    """Sends waiting messages through Rasa and stores what came back (design: the life of a message)."""

    def __init__(
        self,
        units: Units,
        reading: Units,
        understanding: Understanding,
        words: Words,
        clock: Clock,
        measures: Measures | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._units, self._reading = units, reading
        self._measures, self._traces = measures or NotMeasured(), traces or NotTraced()
        self._understanding, self._words, self._clock = understanding, words, clock

    async def answer_next(self, conversation_id: str) -> bool:
        """Have the oldest waiting message answered; whether there was one.

        UnderstandingUnavailable: nothing has changed but that the customer was told, once, to be patient.
        """
        async with self._reading() as uow:
            conversation, message = await uow.conversations.with_next_waiting(conversation_id)
            if message is None and conversation.owner is Owner.AGENT:
                message = await uow.messages.unheard(conversation_id)
            if message is None or await self._is_arriving(uow, message):
                return False
            context = await self._context(uow, conversation, message)
            said = await uow.messages.get(context.about) if context.about else message
        try:
            with TurnTimes(self._measures, message, self._clock, self._traces) as times:
                if not await self._answer_here(conversation, message):
                    with times.reading():
                        answer = await self._understanding.turn(
                            conversation_id, message.id, said.text, context, _day(said)
                        )
                    await self._finish(conversation_id, message.id, answer)
        except UnderstandingUnavailable:
            await self._hold(conversation_id)
            raise
        return True

    async def _is_arriving(self, uow: UnitOfWork, message: Message) -> bool:
        """Whether it is a photo, video or voice that is still with WeChat: what was sent after it waits, too.

        For a while only: one that takes longer comes to the case by itself (wechat/media.py).
        """
        is_here = message.files or (message.text and message.choice != wordless.VOICE)
        if is_here or self._clock.now() >= message.created_at + ARRIVING:
            return False
        media = await uow.wechat.media(message.id)
        return media is not None and media.state is MediaState.WAITING

    async def _answer_here(self, conversation: Conversation, message: Message) -> bool:
        """Have a message answered that needs no dialogue; False if it does."""
        if not message.text:
            await self._by_desk(message, photos.hear)
        elif wordless.is_one(message):
            await self._by_desk(message, wordless.hear)
        elif conversation.owner is Owner.AGENT:
            await self._read_along(conversation.id, message)
        elif callbacks.is_pressed(message):
            await self._by_desk(message, callbacks.hear)
        elif callbacks.may_be_answer(conversation, message):
            (reading,) = await self._understanding.parse([message.text], _day(message))
            stretch = callbacks.named(self._words, reading, self._clock.now())
            if stretch is None:
                return False
            await self._by_desk(message, partial(callbacks.agree, stretch=stretch), reading)
        else:
            return False
        return True

    async def give_up(self, conversation_id: str) -> None:
        """The bot can't answer for too long: a person gets the conversation, with the draft accepted."""
        now = self._clock.now()
        self._measures.failed(None, TurnFailure.GIVEN_UP)
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            for message in await uow.messages.waiting(conversation_id):
                message.delivery = Delivery.FOR_HUMAN
            if conversation.case_id is not None:
                case = await uow.cases.get(conversation.case_id)
                await cases.accept(uow, self._words, conversation, case, now)
            if conversation.owner is Owner.BOT:
                conversation.to_queue(now, Reason.BOT_AWAY)
                await staffing.tell(uow, self._words, conversation, now)
                await callbacks.announce_offer(uow, self._words, conversation, now)
            deliver(uow, conversation, now)
            await uow.commit()

    async def _context(self, uow: UnitOfWork, conversation: Conversation, message: Message) -> TurnContext:
        if message.context is not None:
            return TurnContext.from_json(message.context)
        answer = await satisfaction.meant(uow, self._words, conversation, message)
        given = meanings.Given(answer.label, None) if answer else None
        meant = given or await meanings.given(uow, conversation, message)
        asked = self._words.handbook.fields.get(conversation.question or "")
        return TurnContext(
            case=conversation.case_id,
            question=conversation.question,
            expects=tuple(asked.filled_by) if asked else (),
            choice=meant.label if meant else choices.label_of(message.choice),
            about=meant.about if meant else None,
        )

    async def _finish(self, conversation_id: str, message_id: str, answer: TurnAnswer) -> None:
        """Store the answer, unless somebody took the conversation over while it was computed."""
        async with self._units() as uow:
            conversation, message = await uow.conversations.with_message(conversation_id, message_id)
            await satisfaction.heard_from(uow, self._words, conversation, self._clock.now())
            await attachments.settle(uow, self._words, conversation, message, self._clock.now())
            conversation.held_at = None
            message.reading = answer.reading.to_json()  # after the queries: so it is written once
            if message.delivery is Delivery.WAITING:
                message.delivery = Delivery.ANSWERED
                self._say(uow, conversation, message, answer.replies)
            elif conversation.owner is Owner.AGENT:
                conversation.question = None  # the customer never read what the bot asked
            deliver(uow, conversation, self._clock.now())
            await uow.commit()

    def _say(
        self, uow: UnitOfWork, conversation: Conversation, message: Message, replies: tuple[Reply, ...]
    ) -> None:
        """Put the bot's replies and what the desk announced into the transcript; a question comes last."""
        now = self._clock.now()
        deliver(uow, conversation, now, only_first=True)
        asked = replies[-1:] if replies and replies[-1].choices else ()
        for reply in replies[: len(replies) - len(asked)]:
            uow.messages.add(line(conversation, Author.BOT, reply, now, to=message.id))
        deliver(uow, conversation, now)
        for reply in asked:
            uow.messages.add(line(conversation, Author.BOT, reply, now, to=message.id))

    async def _read_along(self, conversation_id: str, message: Message) -> None:
        """A person answers; the desk still understands the message and keeps its facts with the case.

        When the person has left meanwhile, the message stays waiting: it is the bot's to answer.
        """
        (reading,) = await self._understanding.parse([message.text], _day(message))
        async with self._units() as uow:
            turn = await open_turn(uow, self._words, self._clock, conversation_id, message.id, reading)
            if turn.message.delivery is Delivery.WAITING and turn.conversation.owner is not Owner.AGENT:
                return
            turn.message.reading, turn.message.delivery = reading.to_json(), Delivery.FOR_HUMAN
            await satisfaction.hear_beside(turn)
            await listening.hear(turn)
            await attachments.settle(uow, self._words, turn.conversation, turn.message, turn.now)
            await uow.commit()

    async def _by_desk(
        self, message: Message, hear: Callable[[Turn], Awaitable[None]], reading: Reading = photos.UNREAD
    ) -> None:
        """Photos, a button of the desk, a time for a call: the desk answers itself, or the agent will."""
        async with self._units() as uow:
            turn = await open_turn(
                uow, self._words, self._clock, message.conversation_id, message.id, reading
            )
            if turn.message.text != message.text:  # its words have come meanwhile: it is looked at again
                return
            await satisfaction.heard_from(uow, self._words, turn.conversation, turn.now)
            if turn.conversation.owner is Owner.AGENT:
                turn.message.delivery = Delivery.FOR_HUMAN
                turn.message.reading = turn.message.reading or reading.to_json()  # nobody need try again
            if turn.message.delivery is Delivery.WAITING:
                turn.message.delivery = Delivery.ANSWERED
                await hear(turn)
                self._say(uow, turn.conversation, turn.message, tuple(turn.replies))
            else:
                await attachments.settle(uow, self._words, turn.conversation, turn.message, turn.now)
            deliver(uow, turn.conversation, turn.now)
            await uow.commit()

    async def _hold(self, conversation_id: str) -> None:
        """Tell the customer once that their message is safe and will be answered."""
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation.held_at is not None or conversation.owner is Owner.AGENT:
                return
            conversation.held_at = now
            holding = self._words.situation("holding", conversation.script)
            uow.messages.add(line(conversation, Author.DESK, holding, now))
            uow.changed(conversation_id)
            await uow.commit()


def _day(message: Message) -> date:
    """The day a message was written on, in China: what its 「昨天」 is counted from."""
    return message.created_at.astimezone(SHANGHAI).date()


async def open_turn(
    uow: UnitOfWork,
    words: Words,
    clock: Clock,
    conversation_id: str,
    message_id: str,
    reading: Reading,
    about: str | None = None,
) -> Turn:
    """Open the turn of a message inside a transaction: conversation (locked), case, the customer's script.

    A text like 「不方便」 is the same in both scripts: the conversation goes on in the one it is held in.
    """
    conversation, message = await uow.conversations.with_message(conversation_id, message_id)
    case = await uow.cases.get(conversation.case_id) if conversation.case_id else None
    if reading.script != "none" and not words.fits_both_scripts(message.text):
        conversation.script = reading.script
    meant = await uow.messages.get(about) if about else None
    turn = Turn(uow, words.kept(), clock.now(), conversation, message, reading, case, meant)
    cases.drop_stale_withdrawal(turn)
    return turn
