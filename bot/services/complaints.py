"""Hearing a complaint: a case is opened or grows, and the handbook answers this very problem."""

from datetime import timedelta

from bot.domain import labels
from bot.domain.case import Case
from bot.services import cases, facts, handoff
from bot.services.turn import Turn

CERTAIN = 0.5  # below this, another issue inside an open case is noise rather than a second complaint
SAME_TALK = timedelta(hours=24)


async def hear(turn: Turn, issue: str) -> None:
    """A complaining message: add it to the case it belongs to or open one, then say the handbook's answer.

    Illness and special.* raise the case at hand (labels.md, borders); an ordinary issue of another family is
    a complaint of its own, and the draft before it is accepted as it stands.
    """
    case = await _case_at_hand(turn, issue)
    if case is None:
        await _open(turn, issue)
    elif _belongs(case, issue):
        await _grow(turn, case, issue)
    elif turn.reading.confidence >= CERTAIN:
        await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now)
        await _open(turn, issue)
    else:
        await _listen(turn, case)


async def _case_at_hand(turn: Turn, issue: str) -> Case | None:
    """The open case, or a just accepted one that this message repeats or makes graver."""
    if turn.case is not None:
        return turn.case
    case = await cases.current(turn, within=SAME_TALK)
    if case is not None and (labels.raises_case(issue) or issue in (case.issue, case.second_issue)):
        return case
    return None


def _belongs(case: Case, issue: str) -> bool:
    """Whether this issue is part of the same complaint."""
    return (
        issue in (case.issue, case.second_issue)
        or labels.raises_case(issue)
        or (labels.raises_case(case.issue) and case.is_draft)
        or case.issue == "other_complaint"
        or (case.is_draft and labels.family(issue) == labels.family(case.issue))
    )


async def _open(turn: Turn, issue: str) -> None:
    earlier = await turn.uow.cases.of_conversation(turn.conversation.id)
    case = await cases.open_draft(turn, issue)
    facts.take_entities(turn, case)
    turn.say("understand", variant=len(earlier))
    await _answer(turn, case, issue)


async def _grow(turn: Turn, case: Case, issue: str) -> None:
    turn.case, case.heard_at = case, turn.now
    known = issue in (case.issue, case.second_issue)
    if turn.message.text not in case.text:
        case.text = f"{case.text}\n{turn.message.text}"
    facts.take_entities(turn, case)
    if known:
        await _listen(turn, case)
        return
    raised = case.note_issue(issue)
    cases.reclassify(turn, case, issue)
    await turn.record(case, "issue_noted", issue=issue, primary=raised, message=turn.message.id)
    turn.say("second_issue")
    await _answer(turn, case, issue)


async def _answer(turn: Turn, case: Case, issue: str) -> None:
    """Say the clauses the pack gives for this issue; send it to a person where the clause does."""
    rule = cases.rule_of(turn.words, case, issue)
    for clause in rule.say:
        turn.quote(clause)
    if rule.human:
        await handoff.to_queue(turn, case, reason=issue)
    turn.conversation.case_id = case.id
    turn.conversation.question = facts.next_question(turn.words, case)
    if turn.conversation.question is None:
        await cases.complete(turn)


async def _listen(turn: Turn, case: Case) -> None:
    """The customer says more about what is known already: show that it was heard."""
    case.heard_at = turn.now
    turn.say("listen", variant=len(case.text))
    if turn.conversation.case_id is None and case.number:
        turn.say("progress", cases.case_values(case, turn.words))
