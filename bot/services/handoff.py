"""From the bot into the agents' queue; what happens from there on: ownership.py, shifts.py."""

from bot.domain.case import Case
from bot.domain.conversation import Owner
from bot.domain.reasons import Reason, graver
from bot.services import asking, callbacks, cases, staffing
from bot.services.turn import Turn


async def to_queue(turn: Turn, case: Case | None, *, reason: str, calls: bool = False) -> None:
    """Put the conversation into the agents' queue, accept the draft, and tell the customer; once.

    The bot goes on helping until an agent claims the conversation. The agents read the gravest `reason`.
    `calls`: while nobody is there the customer may have a telephone call instead.
    """
    conversation = turn.conversation
    if case is not None:
        await cases.accept(turn.uow, turn.words, conversation, case, turn.now, actor="bot")
        await turn.record(case, "handed_over", reason=reason)
    if conversation.owner in (Owner.QUEUE, Owner.AGENT):
        conversation.reason = graver(conversation.reason, reason)
        await _say_waiting(turn)
    else:
        conversation.to_queue(turn.now, reason)
        await staffing.tell(turn.uow, turn.words, conversation, turn.now)
    if calls:
        await callbacks.offer(turn)


async def request_human(turn: Turn) -> None:
    """「转人工」 always works. While nobody is there the bot goes on with the question that was open."""
    question, turn.conversation.question = turn.conversation.question, None
    goes_on = question in turn.words.handbook.fields and not await staffing.is_staffed(
        turn.uow, turn.words, turn.now
    )
    await to_queue(turn, await cases.current(turn), reason=Reason.ASKED, calls=not goes_on)
    if goes_on:
        turn.conversation.question = question
        await asking.ask(turn)


async def _say_waiting(turn: Turn) -> None:
    """The customer asks for a person while waiting for one."""
    if await staffing.is_staffed(turn.uow, turn.words, turn.now):
        turn.say("hand_over.waiting", variant=turn.variant)
    elif turn.words.is_open(turn.now):
        turn.say("hand_over.nobody")
    else:
        turn.say("hand_over.waiting.closed", turn.words.office(turn.now))
