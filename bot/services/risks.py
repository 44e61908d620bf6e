"""What a customer threatens with or tells of: recorded with its words, and taken to a person at need."""

from typing import Any

from bot.domain import risk
from bot.domain.case import Case, changes
from bot.domain.conversation import Owner
from bot.domain.reading import Risk
from bot.domain.risk import RiskKind
from bot.services import cases, danger, handoff, verdicts
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn

NOTED = "risk_noted"  # the entry in a case's history
# Who talks of something else mentions; who complains threatens.
_ONLY_MENTIONS = frozenset({"greet", "thank", "praise", "chitchat", "product_question", "bot_challenge"})


async def look_first(turn: Turn) -> None:
    """Before anything else: say what there is to say to somebody in danger, or who needs a doctor first."""
    turn.answered = await danger.meet(turn)
    if not turn.answered:
        danger.care(turn)


async def note(turn: Turn) -> None:
    """Record on the case what the message says of risks, with the words that told; once each.

    The first that needs a person sends the conversation to one. What is open to be asked stays open: the bot
    goes on helping until an agent comes.
    """
    found = risk.said(turn.reading.risks)
    if not found or (turn.reading.acted_on in _ONLY_MENTIONS and not risk.dangers_now(found)):
        return
    case = turn.case or await cases.current(turn)
    if case is None:
        return
    for reply in turn.replies:
        if reply.clause and case is turn.case:
            case.note_clause(reply.clause)  # said before the case was open
    before = await _noted(turn.uow, case)
    new = [one for one in found if (one.kind, one.text) not in before]
    if not new:
        return
    await _record(turn, case, new)
    await verdicts.judge(turn.uow, turn.words, case, turn.now)
    was_taken = any(RiskKind(kind) in risk.FOR_A_PERSON for kind, _ in before)
    waits = turn.conversation.owner in (Owner.QUEUE, Owner.AGENT)
    if risk.kinds(new) & risk.FOR_A_PERSON and not was_taken and not waits:
        await _to_a_person(turn, case, new)


async def _record(turn: Turn, case: Case, found: list[Risk]) -> None:
    """Append the entry, and mark the case for its judgement: what may come of it, never that it has come."""
    flags = {risk.FLAGS[kind].value for kind in risk.kinds(found) if kind in risk.FLAGS}
    before = {"flags": case.flags}
    case.flags = [*case.flags, *sorted(flags.difference(case.flags))]
    marked: dict[str, Any] = changes(before, {"flags": case.flags})
    named = [{"kind": one.kind, "text": one.text} for one in found]
    await turn.record(case, NOTED, risks=named, message=turn.message.id, **marked)


async def _noted(uow: UnitOfWork, case: Case) -> set[tuple[str, str]]:
    """The kinds and words that the case's history holds already."""
    entries: list[dict[str, Any]] = [
        row
        for event in await uow.cases.history(case.id)
        if event.kind == NOTED and event.payload
        for row in event.payload.get("risks", ())
    ]
    return {(row["kind"], row["text"]) for row in entries if row["kind"] in set(RiskKind)}


async def _to_a_person(turn: Turn, case: Case, found: list[Risk]) -> None:
    kind = next(one.kind for one in found if RiskKind(one.kind) in risk.FOR_A_PERSON)
    case_id, question = turn.conversation.case_id, turn.conversation.question
    await handoff.to_queue(turn, case, reason=f"risk.{kind}")
    turn.conversation.case_id, turn.conversation.question = case_id, question
