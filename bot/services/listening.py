"""What a customer tells an agent is understood too, so that the case knows it when the bot answers again."""

from bot.domain import labels
from bot.domain.case import Case
from bot.services import attachments, cases, facts, risks
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn


async def hear(turn: Turn) -> None:
    """Keep the facts and risks of a message that a person answers with its case; nothing is said.

    A complaint that is surely one opens a draft where there is no case yet: otherwise the bot, or the next
    agent, would have to ask what it was all about.
    """
    case = await cases.current(turn) or await _opened(turn)
    if case is not None:
        facts.take_entities(turn, case)
        await risks.note(turn)


async def _opened(turn: Turn) -> Case | None:
    label = turn.reading.acted_on
    if label is None or not labels.is_complaint(label) or turn.reading.confidence < CERTAIN:
        return None
    case = await cases.open_draft(turn, label)
    await attachments.take_earlier(turn, case)
    await facts.take_earlier(turn, case)
    return case
