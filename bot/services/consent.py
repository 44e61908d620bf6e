"""A customer's yes or no to the solution that was just put to them (同意/不同意) moves their case."""

from bot.domain.case import Case
from bot.domain.conversation import Author
from bot.domain.handbook.process import Arrow
from bot.domain.process import CUSTOMER, Filled, course
from bot.services import moves, steps
from bot.services.turn import Turn

PLAN = "handling.plan"
_LOOKED_AT = 10  # lines: what came further back was not just said


async def hear(turn: Turn, *, agrees: bool) -> bool:
    """Take the message as the answer to the solution; False if none was put to the customer just before.

    Only directly after it: a later 「好的」 may be about anything. What they say against it is kept in their
    own words.
    """
    if turn.conversation.question is not None or not await _was_just_asked(turn):
        return False
    for case in await turn.uow.cases.of_conversation(turn.conversation.id):
        arrow = _way(turn, case, "agree" if agrees else "disagree")
        if arrow is not None:
            values = {} if agrees else dict.fromkeys(arrow.needs, turn.text)
            await moves.by_customer(turn.uow, turn.words, case, arrow.id, Filled(values), turn.now)
            return True
    return False


async def _was_just_asked(turn: Turn) -> bool:
    """Whether the last line before the customer's was the solution."""
    before = [
        line
        for line in await turn.uow.messages.latest(turn.conversation.id, _LOOKED_AT)
        if line.seq < turn.message.seq and line.author is not Author.CUSTOMER
    ]
    asking = {way.clause.id for way in turn.words.handbook.situation(PLAN)}
    return bool(before) and before[-1].clause in asking


def _way(turn: Turn, case: Case, means: str) -> Arrow | None:
    if not case.is_open:
        return None
    possible = course(steps.process_of(turn.words, case)).possible(case, CUSTOMER)
    return next((arrow for arrow in possible if arrow.means == means), None)
