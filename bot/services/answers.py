"""A message while the desk waits for the answer to a question about the case."""

from bot.domain import labels
from bot.domain.case import Case
from bot.domain.privacy import PHONE
from bot.services import complaints, facts
from bot.services.turn import Turn

LONGEST_ANSWER = (
    500  # characters of a free answer that are kept in its field; the message itself is kept whole
)
SHORTEST_ANSWER = 6  # characters beside the facts that make a free answer
SUBMIT = "submit"  # the button "that is all, please accept it"


async def hear(turn: Turn) -> bool:
    """Take the message as the answer it most likely is; whether nothing more is open.

    Another complaint is heard as one, a refusal closes the question, facts are taken, anything else is the
    answer in the customer's own words.
    """
    case, question = turn.case, turn.conversation.question
    if case is None or question is None:
        return True
    case.heard_at = turn.now
    if turn.message.choice == SUBMIT:
        turn.conversation.question = None
        return True
    await _hear_open(turn, case, question)
    case = turn.case or case
    turn.conversation.question = facts.next_question(turn.words, case)
    return turn.conversation.question is None


async def _hear_open(turn: Turn, case: Case, question: str) -> None:
    label = turn.reading.acted_on
    described = label in (case.issue, case.second_issue)
    if label is not None and labels.is_complaint(label) and not (described and _is_free(turn, question)):
        await complaints.hear(turn, label)
    elif label == "deny" and not turn.reading.entities:
        case.refuse(question)
        turn.say("refusal_accepted", variant=len(case.fields))
    else:
        _take(turn, case, question)


def _is_free(turn: Turn, question: str) -> bool:
    """Whether the field takes any words (symptoms, food eaten), not a fact the model finds."""
    return not turn.words.handbook.fields[question].filled_by


def _take(turn: Turn, case: Case, question: str) -> None:
    changed = facts.take_entities(turn, case)
    if question in case.fields:
        return
    if question == "phone":
        _take_phone(turn, case)
    elif not changed or (_is_free(turn, question) and _says_more(turn)):
        case.fill(question, turn.message.text.strip()[:LONGEST_ANSWER])


def _says_more(turn: Turn) -> bool:
    """Whether the message says something beside the facts in it: 「昨天喝的」 doesn't tell what hurts."""
    rest = turn.message.text
    for found in turn.reading.entities:
        rest = rest.replace(found.value, "")
    return len(rest) >= SHORTEST_ANSWER


def _take_phone(turn: Turn, case: Case) -> None:
    """A phone must be one; without it the question is asked once more and then let go."""
    found = PHONE.search(turn.message.text)
    if found:
        facts.note_phone(turn, case, found.group())
    elif case.asked.get("phone", 0) > 1:
        case.refuse("phone")
