"""Asking for progress and urging: answered from the database, with the truth."""

import re
from datetime import timedelta

from bot.domain.case import Case, CaseState, read_number
from bot.domain.privacy import digits
from bot.services import answers, cases, handoff, steps
from bot.services.turn import Turn

ATTEMPTS, WINDOW = 5, timedelta(hours=1)
URGINGS_BEFORE_HUMAN = 2
_NUMBER = re.compile(r"[Kk]\s*\d{4}\s*[-－—]?\s*\d{5}")
_LAST_FOUR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


async def report(turn: Turn) -> None:
    """Say how the customer's own cases stand; somebody else's only with its number and the phone's last four.

    Looking up by number is limited to 5 attempts an hour for each customer.
    """
    asked = _NUMBER.search(turn.text)
    if asked is not None:
        await _report_number(turn, asked)
        return
    own = await _own(turn)
    if own:
        for case in own[:3]:
            await _say_progress(turn, case)
    elif turn.case is not None:
        turn.say("progress.draft")
    else:
        turn.say("progress.identify")


async def _own(turn: Turn) -> list[Case]:
    """The customer's cases in process, and those that go on in a case of somebody else."""
    all_of_them = await turn.uow.cases.of_customer(turn.conversation.customer_id)
    own = [case for case in all_of_them if case.is_open]
    for case in all_of_them:
        if case.state is CaseState.MERGED:
            other = await steps.resolved(turn.uow, case)
            if other.is_open and other not in own:
                own.append(case)
    return own


async def _report_number(turn: Turn, asked: re.Match[str]) -> None:
    number = read_number(asked.group())
    case = await turn.uow.cases.by_number(number) if number else None
    if case is not None and case.customer_id == turn.conversation.customer_id:
        await _say_progress(turn, case)
        return
    who = turn.conversation.customer_id
    if await turn.uow.lookups.count(who, turn.now - WINDOW) >= ATTEMPTS:
        turn.say("progress.too_many")
        return
    rest = turn.text.replace(asked.group(), " ")
    last_four = _LAST_FOUR.search(rest)
    if last_four is None:
        turn.say("progress.identify")
        return
    turn.uow.lookups.add(who, turn.now)
    if case is not None and _phone_ends(case, last_four.group(1)):
        await _say_progress(turn, case)
    else:
        turn.say("progress.unknown")


async def _say_progress(turn: Turn, case: Case) -> None:
    """Where the case stands; of a merged one, under its own number, where the other one stands."""
    other = await steps.resolved(turn.uow, case)
    turn.say("progress", {**cases.case_values(other, turn.words), "case.number": case.number or ""})


def _phone_ends(case: Case, last_four: str) -> bool:
    phone = case.fields.get("phone")
    return bool(phone) and digits(phone or "").endswith(last_four)


def names_a_case(text: str) -> bool:
    """Whether the text holds something that looks like one of our case numbers."""
    return _NUMBER.search(text) is not None


async def urge(turn: Turn) -> None:
    """Note the urging and tell the truth: state and due date; the second one reaches a person.

    A draft is accepted, and the questions go on: what they ask helps to be quick.
    """
    case = await cases.current(turn)
    if case is None:
        turn.say("urge.none")
        return
    if await answers.take_wish(turn):
        turn.say("fact_noted", variant=turn.variant)
        return
    if case.is_draft:
        question = turn.conversation.question
        turn.say("urge.draft")
        await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now, actor="customer")
        turn.conversation.question = question
    else:
        turn.say("urge", cases.case_values(case, turn.words))
    case.urged += 1
    await turn.record(case, "urged", actor="customer", message=turn.message.id)
    if case.urged >= URGINGS_BEFORE_HUMAN:
        await handoff.to_queue(turn, case, reason="urged")
