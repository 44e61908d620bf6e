"""What a customer says besides complaining: content or not, praise, small talk, or nothing we understand."""

import re
from datetime import timedelta

from bot.domain.case import Case, CaseState
from bot.domain.conversation import Author
from bot.domain.process import CUSTOMER, Filled, course
from bot.domain.reading import Reading
from bot.domain.reasons import Reason
from bot.services import (
    answers,
    asking,
    cases,
    confirming,
    consent,
    corrections,
    handoff,
    meanings,
    moves,
    satisfaction,
    steps,
)
from bot.services.turn import Turn

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
_OUR_PLAN, _TELL_US = 0, 1  # the ways to answer the dissatisfied: we look into it again; please say more
_JUST_READ = 20  # lines
_SAME_TALK = timedelta(hours=24)
_CAN_BE_WISHES = {"compensation": "compensation", "suggest": "fact_noted"}


async def small_talk(turn: Turn, situation: str) -> None:
    """Answer with the words of a situation, in another variant each time it comes up.

    「退钱」 asks for compensation; said when we asked what the customer wishes, it is also the answer.
    """
    if turn.conversation.question == cases.WITHDRAWAL:
        cases.keep(turn)  # 「我想想」 is no yes
        await asking.resume(turn)
        return
    if turn.conversation.question == asking.CONFIRM and confirming.agrees(turn):
        await cases.complete(turn)
        return
    if await answers.take_later(turn):
        return
    if not _has_words(turn):
        situation = "message.emoji"
    elif situation == "greet" and await _is_known(turn):
        situation = "greet.again"
    elif situation in _CAN_BE_WISHES and await answers.take_wish(turn):
        situation = _CAN_BE_WISHES[situation]
    elif situation == "compensation":
        answers.note_wish(turn)
    await say_afresh(turn, situation)


async def _is_known(turn: Turn) -> bool:
    """Whether a person has just talked with the customer: then nobody asks again what happened."""
    lines = await turn.uow.messages.latest(turn.conversation.id, _JUST_READ)
    since = turn.now - _SAME_TALK
    return any(line.author is Author.AGENT and line.created_at > since for line in lines)


async def say_afresh(turn: Turn, situation: str) -> None:
    """Speak in the next way that the customer has not just read, or that they read longest ago."""
    lines = await turn.uow.messages.latest(turn.conversation.id, _JUST_READ)
    read = {line.text: line.seq for line in lines if line.author is Author.BOT}
    ways = range(turn.variant, turn.variant + len(turn.words.handbook.situation(situation)))
    script = turn.conversation.script
    spoken = [(turn.words.situation(situation, script, variant=nth).text, nth) for nth in ways]
    _, freshest = min(spoken, key=lambda way: read.get(way[0], 0))
    turn.say(situation, variant=freshest)


async def satisfied(turn: Turn) -> None:
    """The customer is content with the handling: into the case's history, and thanks."""
    if await satisfaction.hear(turn) or await consent.hear(turn, agrees=True):
        return
    case = await cases.current(turn)
    if case is not None:
        await turn.record(case, "satisfied", actor="customer", message=turn.message.id)
    turn.say("satisfied", variant=turn.variant)


async def dissatisfied(turn: Turn) -> None:
    """The customer is not content: recorded, and a person takes it up (D01: back to the investigation).

    A closed case is opened again where its process lets customers do that (P-LP-7 D17).
    """
    if await corrections.hear_later(turn):
        return
    if await satisfaction.hear(turn) or await consent.hear(turn, agrees=False):
        return
    case = await cases.current(turn)
    if case is not None:
        await turn.record(case, "dissatisfied", actor="customer", message=turn.message.id)
    if case is None or not await _taken_up_again(turn, case):
        turn.say("dissatisfied", variant=_TELL_US if case is None else _OUR_PLAN)
    if (case is not None and case.number is not None) or await _said_before(turn):
        await handoff.to_queue(turn, case, reason=Reason.DISSATISFIED, calls=True)


async def _said_before(turn: Turn) -> bool:
    """Whether the customer said lately that they are not content; the second time a person takes it up."""
    lines = await turn.uow.messages.latest(turn.conversation.id, _JUST_READ)
    earlier = [line for line in lines if line.author is Author.CUSTOMER and line.seq < turn.message.seq]
    return any(
        line.reading and Reading.from_json(line.reading).acted_on == "dissatisfied" for line in earlier
    )


async def _taken_up_again(turn: Turn, case: Case) -> bool:
    """Open a closed case again by the customer's own word; False if it isn't closed, or can't be."""
    if case.state is not CaseState.CLOSED:
        return False
    possible = course(steps.process_of(turn.words, case)).possible(case, CUSTOMER)
    arrow = next((arrow for arrow in possible if arrow.means == "reopen"), None)
    if arrow is None:
        return False
    turn.announce("dissatisfied")
    await moves.by_customer(turn.uow, turn.words, case, arrow.id, Filled(reason=turn.text), turn.now)
    return True


async def not_understood(turn: Turn) -> None:
    """Ask what was meant; before the last time that the company allows in a row, offer a person.

    The offer stands beside the likeliest meanings: who finds theirs among them need not wait for anybody.
    """
    if await corrections.hear_later(turn):
        return
    turn.conversation.misunderstood += 1
    times, script = turn.conversation.misunderstood, turn.conversation.script
    most = turn.words.company.desk.misunderstood
    if times >= most:
        turn.conversation.misunderstood = 0
        case = await cases.current(turn)
        await handoff.to_queue(turn, case, reason=Reason.NOT_UNDERSTOOD, calls=True)
        return
    meant = meanings.offered(turn)
    if times == most - 1 and times > 1:
        person = turn.words.choices("not_understood.again", script)
        turn.say("not_understood.again", choices=(*meant, *person))
    elif meant and _puzzle(turn) == "not_understood":
        person = turn.words.choices("not_understood.again", script)
        turn.say("not_understood.meanings", choices=(*meant, *person))
    else:
        turn.say(_puzzle(turn), choices=turn.words.choices("not_understood", script))


def _puzzle(turn: Turn) -> str:
    if not _has_words(turn):
        return "message.emoji"
    return "message.markup" if _MARKUP.search(turn.text) else "not_understood"


def _has_words(turn: Turn) -> bool:
    """Whether there is a letter or digit in the message at all."""
    return any(char.isalnum() for char in turn.text)
