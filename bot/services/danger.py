"""Danger now: the first sentence is what to do at once, a person comes at once, and nothing is asked."""

from datetime import timedelta

from bot.domain import labels, risk
from bot.domain.case import Case
from bot.domain.risk import RiskKind
from bot.services import attachments, cases, complaints, facts, handoff
from bot.services.turn import Turn

SAME_DANGER = timedelta(hours=24)  # within it, the danger of a case is the one that was told before


async def meet(turn: Turn) -> bool:
    """Answer a danger that is there as the customer writes; whether there was one, and the turn is answered.

    The advice on a danger is said once in a case; after that the message is heard as what else it says.
    """
    found = risk.dangers_now(turn.reading.risks)
    if not found:
        return False
    case = await _case_at_hand(turn, found[0])
    new = [kind for kind in found if case is None or not _was_advised(turn, case, kind)]
    if not new and turn.reading.acted_on is not None:
        return False
    turn.case = case or await cases.open_draft(turn, _issue(turn, found[0]))
    if case is None:
        await attachments.take_earlier(turn, turn.case)
    for kind in new:
        turn.say(_situation(turn, turn.case, kind))
    _keep(turn, turn.case)
    await handoff.to_queue(turn, turn.case, reason=f"danger.{found[0].value}")
    turn.conversation.case_id = turn.conversation.question = None
    return True


def care(turn: Turn) -> None:
    """Say "see a doctor now" before anything else where somebody has grave symptoms; once in a case."""
    label = turn.reading.acted_on
    concerns = turn.case is not None or (label is not None and labels.is_complaint(label))
    if not concerns or not risk.needs_a_doctor(turn.reading.risks):
        return
    if turn.case is None or not _was_said(turn, turn.case, "illness.urgent"):
        turn.say("illness.urgent")


def _issue(turn: Turn, kind: RiskKind) -> str:
    label = turn.reading.acted_on
    return label if label is not None and labels.is_complaint(label) else risk.ISSUES[kind]


async def _case_at_hand(turn: Turn, kind: RiskKind) -> Case | None:
    """The case that the danger is part of: the open one if it fits, or a just accepted one of this danger."""
    issue = _issue(turn, kind)
    if turn.case is not None:
        is_other = labels.is_complaint(turn.reading.acted_on) and not complaints.belongs(turn.case, issue)
        if not is_other or _was_advised(turn, turn.case, kind):
            return turn.case
        await cases.accept(turn.uow, turn.words, turn.conversation, turn.case, turn.now)
        return None
    case = await cases.current(turn, within=SAME_DANGER)
    return case if case is not None and _was_advised(turn, case, kind) else None


def _keep(turn: Turn, case: Case) -> None:
    case.heard_at = turn.now
    if turn.text not in case.text:
        case.text = f"{case.text}\n{turn.text}"
    facts.take_entities(turn, case)


def _situation(turn: Turn, case: Case, kind: RiskKind) -> str:
    """The situation with the words of the pack that answers for the case, or those for everybody."""
    everybodys = risk.DANGERS[kind]
    own = f"{everybodys}.{cases.rule_of(turn.words, case).pack}"
    return own if turn.words.knows(own) else everybodys


def _was_advised(turn: Turn, case: Case, kind: RiskKind) -> bool:
    return _was_said(turn, case, risk.DANGERS[kind]) or _was_said(turn, case, _situation(turn, case, kind))


def _was_said(turn: Turn, case: Case, situation: str) -> bool:
    return any(way.clause.id in case.clauses for way in turn.words.handbook.situation(situation))
