"""Hearing a complaint: a case is opened or grows, and the handbook answers this very problem."""

import re

from bot.domain import labels
from bot.domain.case import Case
from bot.services import (
    asking,
    attachments,
    cases,
    corrections,
    facts,
    handoff,
    issues,
    repeats,
    sympathy,
    unwell,
)
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

SAME_TALK = repeats.SAME_TALK
LONGEST_ANNOUNCEMENT = 14  # characters of 「我要投诉你们」: no more than that there is a complaint
_ANNOUNCES = re.compile(r"投[诉速拆素述苏塑]|[头透]诉|申诉|客诉|举报|反映|维权")  # 投诉 as it is mistyped too


async def hear(turn: Turn, issue: str) -> None:
    """A complaining message: add it to the case it belongs to or open one, then say the handbook's answer.

    Illness and special.* raise the case at hand (labels.md, borders); an ordinary issue of another family is
    a complaint of its own, and the draft before it is accepted as it stands. Two issues of one message stay
    together.
    """
    if await corrections.hear_later(turn):
        return
    issue, second = issues.of_message(turn.reading, issue)
    case = await repeats.at_hand(turn, issue)
    if case is None:
        await _open(turn, issue, second)
    elif belongs(case, issue):
        await _grow(turn, case, issue, second)
    elif turn.reading.confidence >= CERTAIN and not _only_announces(turn, issue):
        await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now, first=True)
        await _open(turn, issue, second)
    else:
        facts.take_entities(turn, case)
        await _listen(turn, case)


async def answer(turn: Turn, case: Case, *heard: str) -> None:
    """Say the clauses the packs give for these issues; send it to a person where one of them does.

    Beside a grave issue nothing is said of the other one.
    """
    said: dict[str, None] = {}
    mourned = sympathy.tells_of_death(turn, case)
    for issue in heard:
        rule = cases.rule_of(turn.words, case, issue)
        if mourned and issue == sympathy.ILLNESS:
            turn.say("illness.death")  # what is said to the sick would hurt
        elif issue == heard[0] or not labels.raises_case(heard[0]):
            said.update(dict.fromkeys(() if case.is_unspecified else rule.say))
        if rule.human:
            await handoff.to_queue(turn, case, reason=issue)
    for clause in said:
        turn.quote(clause)
    unwell.note_told(turn, case)
    turn.conversation.case_id = case.id
    turn.conversation.question = asking.next_question(turn.words, case)
    if turn.conversation.question is None:
        await cases.complete(turn)


def belongs(case: Case, issue: str) -> bool:
    """Whether this issue is part of the same complaint."""
    return (
        issue in (case.issue, case.second_issue)
        or labels.raises_case(issue)
        or (labels.raises_case(case.issue) and case.is_draft)
        or case.is_unspecified
        or (case.is_draft and labels.family(issue) == labels.family(case.issue))
    )


def _only_announces(turn: Turn, issue: str) -> bool:
    """Whether the message says that there is a complaint, but not about what."""
    short = len(turn.plain) <= LONGEST_ANNOUNCEMENT
    return issue == labels.OTHER and short and bool(_ANNOUNCES.search(turn.plain))


async def _open(turn: Turn, issue: str, second: str | None) -> None:
    earlier = await turn.uow.cases.of_conversation(turn.conversation.id)
    case = await cases.open_draft(turn, issue)
    await attachments.take_earlier(turn, case)
    if not earlier:
        await facts.take_earlier(turn, case)
    facts.take_over(turn, case, earlier)
    facts.take_entities(turn, case)
    await facts.take_known(turn, case)
    _note_details(turn, case, issue)
    if second is not None:
        await _note_issue(turn, case, second)
    await sympathy.show(turn, issue)
    await answer(turn, case, issue, *filter(None, [second]))


async def _grow(turn: Turn, case: Case, issue: str, second: str | None) -> None:
    turn.case, case.heard_at = case, turn.now
    asked_what = case.is_unspecified
    new = [one for one in (issue, second) if one and one not in (case.issue, case.second_issue)]
    if turn.text not in case.text:
        case.text = f"{case.text}\n{turn.text}"
    facts.take_entities(turn, case)
    if not new and not asked_what:
        await _listen(turn, case)
        return
    _note_details(turn, case, issue)
    if new and not any([await _note_issue(turn, case, one) for one in new]):
        turn.say("second_issue")
    await answer(turn, case, *(new or [issue]))


async def _note_issue(turn: Turn, case: Case, issue: str) -> bool:
    """Add an issue to the case; whether it is the primary one now."""
    changed = case.note_issue(issue)
    cases.reclassify(turn, case, issue)
    await turn.record(case, "issue_noted", issue=issue, primary=changed, message=turn.message.id)
    if changed:
        await cases.refile(turn, case)
    return changed


def _note_details(turn: Turn, case: Case, issue: str) -> None:
    """What the customer tells is all there is to know of a complaint that no other label fits."""
    if issue == labels.OTHER and not _only_announces(turn, issue):
        case.fill("details", turn.text)


async def _listen(turn: Turn, case: Case) -> None:
    """The customer says more about what is known already: show that it was heard."""
    case.heard_at = turn.now
    if turn.conversation.case_id is None and case.number:
        await repeats.tell(turn, case, cases.case_values(case, turn.words))
        return
    turn.say("fact_noted" if turn.conversation.question else "listen", variant=turn.variant)
