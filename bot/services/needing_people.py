"""What sends a conversation to a person though nobody asked: 重大, growing anger, the company's own rules."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.conversation import Conversation, Owner
from bot.domain.handbook.severity import Severity
from bot.domain.labels import is_complaint
from bot.domain.reasons import RULE, Reason, graver
from bot.services import anger, cases, handoff, staffing
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn, record
from bot.services.words import Words


async def look(turn: Turn, *, is_first: bool) -> None:
    """Look at what the message and the case say, after an action; `is_first`: the turn's first one.

    What is open to be asked stays open: the bot goes on helping until an agent comes.
    """
    if turn.conversation.owner not in (Owner.BOT, Owner.QUEUE):
        return
    reason = _of_case(turn) or (await _of_message(turn) if is_first else None)
    if reason is None:
        return
    if turn.conversation.owner is Owner.QUEUE:
        turn.conversation.reason = graver(turn.conversation.reason, reason)
        return
    case_id, question = turn.conversation.case_id, turn.conversation.question
    await handoff.to_queue(turn, await cases.current(turn), reason=reason, calls=question is None)
    turn.conversation.case_id, turn.conversation.question = case_id, question


async def after_accepting(
    uow: UnitOfWork, words: Words, conversation: Conversation, case: Case, now: datetime
) -> None:
    """The same of a case that was accepted outside of a turn, whose customer was here a moment ago."""
    if conversation.owner is Owner.BOT and _is_major(case):
        await record(uow, case, "handed_over", "desk", now, reason=Reason.MAJOR.value)
        conversation.to_queue(now, Reason.MAJOR)
        await staffing.tell(uow, words, conversation, now)


def _of_case(turn: Turn) -> str | None:
    return Reason.MAJOR if turn.case is not None and _is_major(turn.case) else None


def _is_major(case: Case) -> bool:
    return case.is_open and case.severity == Severity.MAJOR


async def _of_message(turn: Turn) -> str | None:
    for rule in turn.words.company.desk.rules:
        if rule.fits(_heard(turn), _pack(turn), turn.plain, turn.now):
            return f"{RULE}{rule.why}"
    return Reason.ANGER if await anger.is_growing(turn) else None


def _heard(turn: Turn) -> set[str]:
    """What the message as a whole was taken for, and each clause of it."""
    found = {part.label for part in turn.reading.parts} | {turn.reading.acted_on}
    return {label for label in found if label is not None}


def _pack(turn: Turn) -> str | None:
    """The pack whose business the case is, or else the message."""
    if turn.case is not None:
        return cases.rule_of(turn.words, turn.case).pack
    label = turn.reading.acted_on
    return turn.words.handbook.issue(label).pack if label and is_complaint(label) else None
