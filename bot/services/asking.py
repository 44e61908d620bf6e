"""What is asked next, and in which words: never the same twice in one conversation."""

from bot.domain.case import Case
from bot.domain.reading import Choice
from bot.services import cases, summary
from bot.services.turn import Turn
from bot.services.words import Words

CONFIRM = "confirm"  # the open question whether the draft is right as it stands
CHANGE = "change"  # ... what is to be changed; "change.<field>": what is right instead
TIMES_CONFIRMED = 2  # asked so often, the draft is accepted
TIMES_ASKED = 3  # asked so often of one case, a field is let go, whatever came between


def next_question(words: Words, case: Case) -> str | None:
    """The first field of the issue's form that is neither known nor refused; None when nothing is open.

    What the customer wanted to tell later comes last, in the order in which it was put off; then the draft
    is to be confirmed, if there is anything to confirm.
    """
    still = [name for name in cases.rule_of(words, case).ask if name not in case.fields]
    later = [name for name in case.postponed if name in still]
    first = next((name for name in still if name not in later), None) or next(iter(later), None)
    if first is not None:
        return first
    confirms = case.is_draft and case.asked.get(CONFIRM, 0) < TIMES_CONFIRMED
    return CONFIRM if confirms and summary.is_worth_reading(case) else None


def corrected(question: str | None) -> str | None:
    """The field whose right value is the open question, if that is what is asked."""
    field = (question or "").removeprefix(f"{CHANGE}.")
    return field if field != question and field else None


def is_change(question: str | None) -> bool:
    """Whether it is asked what to change, or what is right instead."""
    return question == CHANGE or corrected(question) is not None


async def ask(turn: Turn) -> None:
    """Ask the open question, with the ways out as buttons; nothing, if the customer just put it off."""
    case, question = turn.case, turn.conversation.question
    if case is None or question is None:
        return
    if question == CONFIRM:
        await _confirm(turn, case)
    elif question == CHANGE:
        turn.say("confirm_case.change", variant=case.count_question(CHANGE), choices=_ways_out(turn, CHANGE))
    elif corrected(question) is not None:
        ask_corrected(turn, case, question)
    elif case.postponed.get(question) != turn.message.seq:
        await _ask_field(turn, case, question)


async def resume(turn: Turn) -> None:
    """Go on with the draft after something else was asked: the next question, or it is accepted."""
    case = turn.case
    if case is None or not case.is_draft or turn.conversation.question is not None:
        return
    turn.conversation.question = next_question(turn.words, case)
    if turn.conversation.question is None:
        await cases.complete(turn)
    await ask(turn)


def ask_corrected(turn: Turn, case: Case, question: str) -> None:
    """Ask for the right value of a field that is known to be wrong."""
    name = corrected(question) or ""
    values = _title(turn, name)
    turn.say("fact_wrong", values, variant=case.count_question(question))


async def _ask_field(turn: Turn, case: Case, question: str) -> None:
    """Ask for a field in words not used yet; let it go when there are none left."""
    situation, again = f"ask.{question}", "ask_again"
    before = await _asked_before(turn, case, question)
    own = len(turn.words.handbook.situation(situation))
    choices = _ways_out(turn, "question.draft" if case.is_draft else "question")
    ways = own + len(turn.words.handbook.situation(again))
    if before < ways and case.asked.get(question, 0) < TIMES_ASKED:
        case.count_question(question)
        values = _title(turn, question)
        is_own = before < own
        variant = before if is_own else before - own
        turn.say(situation if is_own else again, values, variant=variant, choices=choices)
    else:
        case.refuse(question)
        turn.conversation.question = next_question(turn.words, case)
        if turn.conversation.question is None:
            await cases.complete(turn)
        await ask(turn)


async def _asked_before(turn: Turn, case: Case, question: str) -> int:
    """How often this was asked in the conversation, whichever case it was about."""
    others = await turn.uow.cases.of_conversation(turn.conversation.id)
    return sum(one.asked.get(question, 0) for one in {case, *others})


async def _confirm(turn: Turn, case: Case) -> None:
    """Read the draft back, the second time only ask; after that it counts as it stands."""
    if not case.is_draft:  # it was urged, or a person has it: nothing is left to confirm
        turn.conversation.case_id = turn.conversation.question = None
        return
    before = case.asked.get(CONFIRM, 0)
    if before >= TIMES_CONFIRMED:
        await cases.complete(turn)
        return
    if case.postponed.get(CONFIRM) == turn.message.seq:
        return
    case.count_question(CONFIRM)
    script = turn.conversation.script
    if before:
        turn.say("confirm_case.again", variant=before - 1, choices=_ways_out(turn, CONFIRM))
        return
    facts = summary.facts(turn.words, case, script)
    turn.say("confirm_case", {"case.facts": facts}, choices=_ways_out(turn, CONFIRM))


def _title(turn: Turn, name: str) -> dict[str, str]:
    rule = turn.words.handbook.fields[name]
    return {"field.title": turn.words.named(rule.name, turn.conversation.script)}


def _ways_out(turn: Turn, menu: str) -> tuple[Choice, ...]:
    return turn.words.choices(menu, turn.conversation.script)
