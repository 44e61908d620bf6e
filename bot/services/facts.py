"""The facts of a case: taken from what the customer says, asked for one at a time."""

from bot.domain.case import JOINED, Case
from bot.services import cases
from bot.services.turn import Turn
from bot.services.words import Words


def next_question(words: Words, case: Case) -> str | None:
    """The first field of the issue's form that is neither known nor refused; None when nothing is open."""
    return next((name for name in cases.rule_of(words, case).ask if name not in case.fields), None)


def take_entities(turn: Turn, case: Case) -> list[str]:
    """Put every fact the message names into the case's fields; the names of those that changed.

    An entity goes to the open question if that accepts it, else to the first fitting field of the issue's
    form, else to the first fitting field of the handbook.
    """
    said: dict[str, list[str]] = {}
    for kind in dict.fromkeys(found.entity for found in turn.reading.entities):
        name = _field_for(turn, case, kind)
        if name is not None:
            said.setdefault(name, []).extend(turn.reading.values(kind))
    changed = [name for name, values in said.items() if case.fill(name, JOINED.join(dict.fromkeys(values)))]
    if "phone" in said:
        note_phone(turn, case, said["phone"][-1])
    return changed


def note_phone(turn: Turn, case: Case, phone: str) -> None:
    """Keep the phone and the hash under which the case is found by it."""
    case.fill("phone", phone)
    case.phone_hash = turn.words.phone_hash(phone)


def _field_for(turn: Turn, case: Case, entity: str) -> str | None:
    question = turn.conversation.question
    fitting = [name for name, rule in turn.words.handbook.fields.items() if entity in rule.filled_by]
    if question in fitting:
        return question
    form = cases.rule_of(turn.words, case).ask
    ordered = [name for name in form if name in fitting] or fitting
    unknown = [name for name in ordered if case.fields.get(name) is None]
    if not unknown and turn.reading.acted_on != "inform":
        return None  # told in passing; only a message that is about facts corrects what is known
    return next(iter(unknown or ordered), None)


def ask(turn: Turn) -> None:
    """Ask the open question, in other words than the last time, with the ways out as buttons."""
    case, question = turn.case, turn.conversation.question
    if case is None or question is None:
        return
    choices = turn.words.choices("question.draft" if case.is_draft else "question", turn.conversation.script)
    turn.say(f"ask.{question}", variant=case.count_question(question), choices=choices)


async def take_unasked(turn: Turn) -> None:
    """Facts that come without a question: into the case at hand, or thanks and what we can do with them."""
    case = await cases.current(turn)
    if case is None:
        turn.say("facts_without_case")
        return
    changed = take_entities(turn, case)
    if not changed and not turn.reading.entities:
        case.text = f"{case.text}\n{turn.message.text}"
    await turn.record(case, "fact_added", fields=changed, message=turn.message.id)
    turn.say("fact_noted", variant=len(case.fields))
