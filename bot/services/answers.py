"""A message while the desk waits for the answer to a question about the case."""

import re

from bot.domain import labels
from bot.domain.case import Case
from bot.services import (
    asking,
    cases,
    complaints,
    confirming,
    corrections,
    facts,
    own_words,
    postponing,
    protests,
    unwell,
)
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

SHORT = 12  # characters: too few to tell of a vague grievance beside the case that is being asked about
LONGEST_ANSWER = 500  # characters of a free answer kept in its field; the message is kept whole
TIMES_ASKED = 2  # after this the question is let go
SUBMIT = "submit"  # the button "that is all, please accept it"
WISH = "wish"

_ENOUGH = re.compile(r"就这些|就这样吧|[别不]要?再?问|直接(?:受理|提交)|按现在|先这样|提交吧")


async def hear(turn: Turn) -> bool:
    """Take the message as the answer it most likely is; whether nothing more is open.

    Another complaint is heard as one, a refusal closes the question, a postponed one comes again at the end,
    a correction is carried out, facts are taken, anything else is the answer in the customer's own words
    where it can be one.
    """
    case, question = turn.case, turn.conversation.question
    if case is None or question is None:
        await _hear_right_value(turn)
        return turn.conversation.question is None
    case.heard_at = turn.now
    if turn.reading.acted_on == "goodbye" and not turn.reading.entities:
        await _leave(turn, case)
        return True
    agrees = question == asking.CONFIRM and confirming.agrees(turn)
    if agrees or turn.message.choice == SUBMIT or _has_enough(turn):
        turn.conversation.question = None
        return True
    await _hear_open(turn, case, question)
    case = turn.case or case
    if not asking.is_change(turn.conversation.question):
        turn.conversation.question = asking.next_question(turn.words, case)
    return turn.conversation.question is None


async def _hear_right_value(turn: Turn) -> None:
    """The right value of a fact that is wrong, or another complaint instead."""
    label, name = turn.reading.acted_on, asking.corrected(turn.conversation.question)
    if name is None:
        return
    sure = turn.reading.confidence >= CERTAIN
    if label is not None and labels.is_complaint(label) and (sure or labels.raises_case(label)):
        turn.conversation.question = None
        await complaints.hear(turn, label)
    else:
        await corrections.hear_right_value(turn, name)


def _has_enough(turn: Turn) -> bool:
    """Whether the customer wants no more questions; 「别问了，我打12315」 says more than that."""
    label = turn.reading.acted_on
    return bool(_ENOUGH.search(turn.plain)) and not (label and labels.raises_case(label))


async def take_later(turn: Turn) -> bool:
    """Whether the message puts the open question off, whatever it was taken for; the next one follows."""
    case, question = turn.case, turn.conversation.question
    is_field = question in turn.words.handbook.fields
    if case is None or question is None or not is_field or not postponing.is_meant(turn):
        return False
    postponing.postpone(turn, case, question)
    turn.conversation.question = asking.next_question(turn.words, case)
    if turn.conversation.question is None:
        await cases.complete(turn)
    return True


def note_wish(turn: Turn) -> None:
    """「退钱」 said before it was asked for needn't be asked any more; 「赔不赔」 only asks."""
    case = turn.case
    if case is None or turn.conversation.question is None or facts.asks_back(turn):
        return
    if WISH in cases.rule_of(turn.words, case).ask and WISH not in case.fields:
        case.fill(WISH, turn.text[:LONGEST_ANSWER])


async def take_wish(turn: Turn) -> bool:
    """Whether the message, 「退钱」 or 「尽快处理」, is the wish that was asked for; it is kept then."""
    if turn.case is None or turn.conversation.question != WISH:
        return False
    turn.case.fill(WISH, turn.text[:LONGEST_ANSWER])
    turn.conversation.question = asking.next_question(turn.words, turn.case)
    if turn.conversation.question is None:
        await cases.complete(turn)
    return True


async def _leave(turn: Turn, case: Case) -> None:
    """A customer who says goodbye has said everything: the case counts as it stands."""
    await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now, actor="customer")
    turn.case = turn.conversation.case_id = turn.conversation.question = None
    turn.announce("goodbye")


async def _hear_open(turn: Turn, case: Case, question: str) -> None:
    if question == asking.CHANGE:
        turn.conversation.question = None  # said now, or let go
    if asking.corrected(question) is not None:
        await _hear_right_value(turn)
    elif question in turn.words.handbook.fields and postponing.is_meant(turn):
        postponing.postpone(turn, case, question)
    elif not await corrections.hear(turn, case):
        await _hear_answer(turn, case, question)


async def _hear_answer(turn: Turn, case: Case, question: str) -> None:
    label = turn.reading.acted_on
    if unwell.is_asked(turn):
        if await unwell.hear(turn, case):
            await complaints.hear(turn, unwell.ILLNESS)
    elif label is not None and _complains(turn, case, question, label):
        await complaints.hear(turn, label)
    elif question in (asking.CONFIRM, asking.CHANGE):
        await confirming.hear(turn, case, question)
    elif unwell.note_told(turn, case) and not turn.reading.entities:
        turn.say("fact_noted", variant=turn.variant)
    elif protests.is_one(turn):
        await protests.hear(turn, case)
    elif _refuses(turn):
        case.refuse(question)
        turn.say("refusal_accepted", variant=len(case.fields))
    else:
        await _take(turn, case, question)


def _complains(turn: Turn, case: Case, question: str, label: str) -> bool:
    """Whether the message complains, and doesn't just answer the question in words that sound like it."""
    if not labels.is_complaint(label) or (label == labels.OTHER and len(turn.plain) <= SHORT):
        return False
    if label in (case.issue, case.second_issue):
        return question == "details" or not _is_free(turn, question)
    return labels.raises_case(label) or turn.reading.confidence >= CERTAIN


def _refuses(turn: Turn) -> bool:
    """Whether the customer has or gives no answer; a doubtful 「电话里」 may well be one."""
    certain = turn.reading.confidence >= CERTAIN or turn.message.choice is not None
    return turn.reading.acted_on == "deny" and certain and not turn.reading.entities


def _is_free(turn: Turn, question: str) -> bool:
    """Whether the field takes any words (symptoms, food eaten), not a fact the model finds."""
    rule = turn.words.handbook.fields.get(question)
    return rule is not None and not rule.filled_by


async def _take(turn: Turn, case: Case, question: str) -> None:
    before = case.fields
    if own_words.is_code(turn, question):
        case.fill(question, turn.text.strip())
        return
    changed = facts.take_entities(turn, case)
    if question in case.fields:
        await facts.tell_corrected(turn, case, before, changed)
        return
    if own_words.can_answer(turn, question, changed):
        case.fill(question, turn.text[:LONGEST_ANSWER])
        if question == "details":
            await complaints.answer(turn, case, case.issue)
    elif changed:
        await facts.acknowledge(turn, case, before, changed)
    elif case.asked.get(question, 0) >= TIMES_ASKED:
        case.refuse(question)
    elif turn.reading.entities:
        turn.say("fact_noted", variant=turn.variant)
    elif turn.reading.acted_on != "affirm":
        turn.say("not_understood.question", variant=case.asked.get(question, 1) - 1)
