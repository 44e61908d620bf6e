"""Facts that nobody asked for, and numbers to look up."""

from bot.domain.case import Case
from bot.services import asking, cases, corrections, facts, feedback, looking_up, progress
from bot.services.turn import Turn


async def hear(turn: Turn) -> None:
    """Look up the case a number names; keep facts with the case at hand, or say what they are good for.

    Without a case, a message that was taken for facts but holds none was not understood.
    """
    if await looking_up.named(turn) is not None:
        await progress.report(turn)
        return
    if await corrections.hear_later(turn):
        return
    case = await cases.current(turn)
    if case is not None:
        await _keep(turn, case)
        await asking.resume(turn)
    elif turn.reading.entities:
        turn.say("facts_without_case", variant=turn.variant)
    else:
        await feedback.not_understood(turn)


async def looks_up(turn: Turn) -> bool:
    """Answer a message that names a case number of ours while something is being asked; False for others."""
    if not looking_up.is_ours(turn.text):
        return False
    await progress.report(turn)
    return True


async def _keep(turn: Turn, case: Case) -> None:
    before = case.fields
    changed = facts.take_entities(turn, case)
    if not changed and not turn.reading.entities:
        case.text = f"{case.text}\n{turn.text}"
    await turn.record(case, "fact_added", fields=changed, message=turn.message.id)
    await facts.acknowledge(turn, case, before, changed)
