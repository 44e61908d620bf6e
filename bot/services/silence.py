"""A customer who falls silent while a question is open: a gentle word, then their draft counts as it stands.

All of it is read from the ledger, so that a restart neither forgets nor repeats anything.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Message, Owner
from bot.domain.errors import Conflict
from bot.services import asking, cases, needing_people
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import deliver, line
from bot.services.words import Words

GENTLE_WORD = timedelta(minutes=3)  # of silence
PATIENCE = timedelta(minutes=5)  # after the gentle word
SILENCE = GENTLE_WORD + PATIENCE
_SITUATIONS = ("silence", "silence.confirm")
_LOOKED_BACK = 40  # lines, of a conversation that has fallen silent


async def look(units: Units, words: Words, clock: Clock) -> int:
    """Say the gentle word and accept drafts where it is time to; how many were accepted.

    Each in its own transaction: one broken case doesn't hold up the others.
    """
    now = clock.now()
    async with units() as uow:
        silent = await uow.cases.silent_drafts(now - GENTLE_WORD)
    accepted = 0
    for case in silent:
        with suppress(Conflict):  # the customer or an agent was quicker; the next round looks again
            accepted += await _see_to(units, words, case, now)
    return accepted


async def _see_to(units: Units, words: Words, found: Case, now: datetime) -> bool:
    """Speak or accept, whichever is due; whether the draft was accepted."""
    async with units() as uow:
        conversation = await uow.conversations.get(found.conversation_id)
        case = await uow.cases.get(found.id)
        if not case.is_draft or await uow.messages.next_waiting(conversation.id):
            return False
        lines = await uow.messages.latest(conversation.id, _LOOKED_BACK)
        heard = max([case.heard_at, *(one.created_at for one in lines if one.author is Author.CUSTOMER)])
        spoken = _gentle_word(words, case, lines)
        is_over = now - heard >= SILENCE and (spoken is None or now - spoken.created_at >= PATIENCE)
        if is_over:
            await _accept(uow, words, conversation, case, now)
        elif spoken is None and heard <= now - GENTLE_WORD:
            _speak(uow, words, conversation, case, now)
        await uow.commit()
    return is_over


def _gentle_word(words: Words, case: Case, lines: list[Message]) -> Message | None:
    """The gentle word that was said since this case was opened: one is enough."""
    clauses = {way.clause.id for key in _SITUATIONS for way in words.handbook.situation(key)}
    return next((one for one in lines if one.clause in clauses and one.created_at >= case.opened_at), None)


async def _accept(
    uow: UnitOfWork, words: Words, conversation: Conversation, case: Case, now: datetime
) -> None:
    await cases.accept(uow, words, conversation, case, now)
    if conversation.case_id == case.id:
        conversation.case_id = None
    await needing_people.after_accepting(uow, words, conversation, case, now)
    deliver(uow, conversation, now)


def _speak(uow: UnitOfWork, words: Words, conversation: Conversation, case: Case, now: datetime) -> None:
    """Only the bot speaks so, and only about what it has asked."""
    question = conversation.question
    if question in (None, cases.WITHDRAWAL) or conversation.case_id != case.id:
        return
    if conversation.owner is not Owner.BOT:
        return
    situation = "silence.confirm" if question == asking.CONFIRM else "silence"
    script = conversation.script
    said = replace(words.situation(situation, script), choices=words.choices("silence", script))
    uow.messages.add(line(conversation, Author.BOT, said, now))
    conversation.updated_at = now
    uow.changed(conversation.id)
