"""A message while the desk waits for the answer to a question about the case."""

import re

from bot.domain import labels
from bot.domain.case import Case
from bot.domain.privacy import PHONE
from bot.services import cases, complaints, facts, unwell
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

LONGEST_ANSWER = 500  # characters of a free answer kept in its field; the message is kept whole
LONGEST_NAME = 60  # characters of an answer that names a thing, a place or a time
SHORTEST_ANSWER = 6  # characters beside the facts that make a free answer
TIMES_ASKED = 2  # after this the question is let go
SUBMIT = "submit"  # the button "that is all, please accept it"
WISH = "wish"
EATEN = "food_before"  # dishes are the answer, though they are products elsewhere

_ENOUGH = re.compile(r"就这些|就这样吧|[别不]要?再?问|直接(?:受理|提交)|按现在|先这样|提交吧")
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]{4,30}")
_CODES = frozenset({"order_no", "batch_no"})
_NUMBERS = frozenset({"phone", "order_no", "batch_no", "amount"})
_NAMED, _NAMES = frozenset({"organisation"}), frozenset({"place", "person"})  # 「城东区市场监管局」 is one
_NO_ANSWERS = frozenset({"affirm", "satisfied", "dissatisfied"})  # 「好的」 is no batch number
_ASKS = re.compile(r"[?？]|[吗么嘛呢]$|干嘛|干什么|为什么|为啥|凭什么")


async def hear(turn: Turn) -> bool:
    """Take the message as the answer it most likely is; whether nothing more is open.

    Another complaint is heard as one, a refusal closes the question, facts are taken, anything else is the
    answer in the customer's own words where it can be one.
    """
    case, question = turn.case, turn.conversation.question
    if case is None or question is None:
        return True
    case.heard_at = turn.now
    if turn.reading.acted_on == "goodbye" and not turn.reading.entities:
        await _leave(turn, case)
        return True
    if turn.message.choice == SUBMIT or _has_enough(turn):
        turn.conversation.question = None
        return True
    await _hear_open(turn, case, question)
    case = turn.case or case
    turn.conversation.question = facts.next_question(turn.words, case)
    return turn.conversation.question is None


def _has_enough(turn: Turn) -> bool:
    """Whether the customer wants no more questions; 「别问了，我打12315」 says more than that."""
    label = turn.reading.acted_on
    return bool(_ENOUGH.search(turn.plain)) and not (label and labels.raises_case(label))


async def take_wish(turn: Turn) -> bool:
    """Whether the message, 「退钱」 or 「尽快处理」, is the wish that was asked for; it is kept then."""
    if turn.case is None or turn.conversation.question != WISH:
        return False
    turn.case.fill(WISH, turn.text[:LONGEST_ANSWER])
    turn.conversation.question = facts.next_question(turn.words, turn.case)
    if turn.conversation.question is None:
        await cases.complete(turn)
    return True


async def _leave(turn: Turn, case: Case) -> None:
    """A customer who says goodbye has said everything: the case counts as it stands."""
    await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now, actor="customer")
    turn.case = turn.conversation.case_id = turn.conversation.question = None
    turn.announce("goodbye")


async def _hear_open(turn: Turn, case: Case, question: str) -> None:
    label = turn.reading.acted_on
    if unwell.is_asked(turn):
        if unwell.hear(turn, case):
            await complaints.hear(turn, unwell.ILLNESS)
    elif label is not None and _complains(turn, case, question, label):
        await complaints.hear(turn, label)
    elif _refuses(turn):
        case.refuse(question)
        turn.say("refusal_accepted", variant=len(case.fields))
    else:
        await _take(turn, case, question)


def _complains(turn: Turn, case: Case, question: str, label: str) -> bool:
    """Whether the message complains, and doesn't just answer the question in words that sound like it."""
    if not labels.is_complaint(label):
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
    return not turn.words.handbook.fields[question].filled_by


async def _take(turn: Turn, case: Case, question: str) -> None:
    before = case.fields
    if _is_code(turn, question):
        case.fill(question, turn.text.strip())
        return
    changed = facts.take_entities(turn, case)
    if question in case.fields:
        return
    if _can_answer(turn, question, changed):
        case.fill(question, turn.text[:LONGEST_ANSWER])
        if question == "details":
            await complaints.answer(turn, case, case.issue)
    elif changed:
        facts.acknowledge(turn, case, before, changed)
    elif case.asked.get(question, 0) >= TIMES_ASKED:
        case.refuse(question)
    elif turn.reading.entities:
        turn.say("fact_noted", variant=turn.variant)
    elif turn.reading.acted_on != "affirm":
        turn.say("not_understood.question", variant=case.asked.get(question, 1) - 1)


def _is_code(turn: Turn, question: str) -> bool:
    """Whether a code was asked for and the message is nothing but one, even if it reads like a date."""
    text = turn.text.strip()
    is_bare = _CODE.fullmatch(text) is not None and PHONE.fullmatch(text) is None
    return is_bare and question in _CODES and not turn.reading.values("phone")


def _can_answer(turn: Turn, question: str, changed: list[str]) -> bool:
    """Whether the customer's own words can stand in the field though no fact was found that fits it."""
    text, kinds = turn.plain, turn.words.handbook.fields[question].filled_by
    if question == EATEN and turn.reading.values("product"):
        return True
    if turn.reading.entities and not _says_more(turn):
        return question in _NAMED and {one.entity for one in turn.reading.entities} <= _NAMES
    if not kinds:
        return any(char.isalnum() for char in text)
    if changed or (turn.reading.acted_on in _NO_ANSWERS and turn.reading.confidence >= CERTAIN):
        return False
    if _NUMBERS & set(kinds):
        return "phone" not in kinds and any(char.isdigit() for char in text)
    return len(text) <= LONGEST_NAME and any(char.isalnum() for char in text) and not _ASKS.search(text)


def _says_more(turn: Turn) -> bool:
    """Whether the message says something beside the facts in it: 「昨天喝的」 doesn't tell what hurts."""
    rest = turn.text
    for found in turn.reading.entities:
        rest = rest.replace(found.value, "")
    return len(rest) >= SHORTEST_ANSWER
