"""What a customer says about us besides complaining: satisfied or not, praise, suggestions."""

from bot.services import cases, handoff
from bot.services.turn import Turn


async def satisfied(turn: Turn) -> None:
    """The customer is content with the handling: into the case's history, and thanks."""
    case = await cases.current(turn)
    if case is not None:
        await turn.record(case, "satisfied", actor="customer", message=turn.message.id)
    turn.say("satisfied")


async def dissatisfied(turn: Turn) -> None:
    """The customer is not content: recorded, and a person takes it up (D01: back to the investigation)."""
    case = await cases.current(turn)
    if case is not None:
        await turn.record(case, "dissatisfied", actor="customer", message=turn.message.id)
    turn.say("dissatisfied")
    if case is not None and case.number is not None:
        await handoff.to_queue(turn, case, reason="dissatisfied")


async def not_understood(turn: Turn) -> None:
    """Ask again in other words; the second time in a row a person takes over."""
    turn.conversation.misunderstood += 1
    if turn.conversation.misunderstood < 2:  # noqa: PLR2004 -- the second misunderstanding
        turn.say("not_understood", choices=turn.words.choices("not_understood", turn.conversation.script))
        return
    turn.conversation.misunderstood = 0
    await handoff.to_queue(turn, await cases.current(turn), reason="not_understood")
