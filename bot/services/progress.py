"""Asking for progress and urging: answered from the database, with the truth."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.case import Case, CaseState
from bot.domain.conversation import Author
from bot.domain.people import Role
from bot.domain.reasons import Reason
from bot.domain.task import Assignee, TaskState
from bot.services import answers, cases, handoff, looking_up, outlook, persons, steps
from bot.services.deadlines import alert
from bot.services.turn import Turn

URGINGS_BEFORE_HUMAN = 2
MOST_TOLD = 3  # cases in one answer, the newest first
REMEMBERED = timedelta(days=30)  # after the end of a case, as long as it may be meant
URGED = "urged"  # the payload's key of the note that tells people that the customer urges
_LOOKED_BACK = 6  # messages


async def report(turn: Turn) -> None:
    """Say how the customer's own cases stand; somebody else's only with its number and phone.

    A number that was asked for because the customer had urged is urged.
    """
    if await looking_up.named(turn) is not None and await _was_asked_for_urging(turn):
        await urge(turn)
        return
    meant = await _meant(turn)
    if meant is None:
        return
    for case in meant[:MOST_TOLD]:
        await _tell(turn, case)
    if not meant and turn.case is None:
        await _tell_ended(turn, "progress", looking_up.ask_for_number(turn))
    elif turn.case is not None and turn.case.is_draft:
        turn.say("progress.draft")


async def urge(turn: Turn) -> None:
    """Note the urging and tell the truth: state, who has it, due date; the second one reaches a person.

    A draft is accepted, and the questions go on: what they ask helps to be quick. Whoever has the case finds
    the urging in the inbox. What is overdue reaches a person at once.
    """
    if await answers.take_wish(turn):
        turn.say("fact_noted", variant=turn.variant)
        return
    meant = await _meant(turn)
    if meant is None:
        return
    draft = turn.case if turn.case is not None and turn.case.is_draft else None
    if draft is not None:
        await _urge_draft(turn, draft)
    if meant:
        await _urge_open(turn, meant)
    elif draft is None:
        await _tell_ended(turn, "urge", "urge.none")


async def _meant(turn: Turn) -> list[Case] | None:
    """The cases that the customer means: the one they name, else their open ones.

    None: a number was named that is not theirs to hear of, and they have been told so.
    """
    name = await looking_up.named(turn)
    if name is None:
        return await _own(turn)
    case = await looking_up.find(turn, name)
    return [case] if case is not None else None


async def _own(turn: Turn) -> list[Case]:
    """The customer's cases in process, and those that go on in a case of somebody else."""
    all_of_them = await persons.cases_of(turn.uow, turn.conversation)
    own = [case for case in all_of_them if case.is_open]
    for case in all_of_them:
        if case.state is CaseState.MERGED:
            other = await steps.resolved(turn.uow, case)
            if other.is_open and other not in own:
                own.append(case)
    return own


async def _tell(turn: Turn, case: Case) -> None:
    """Where the case stands; of a merged one, under its own number, where the other one stands."""
    other = await steps.resolved(turn.uow, case)
    values = await outlook.values(turn.uow, turn.words, case, turn.now)
    turn.say(_situation("progress", other, turn), values)


async def _tell_ended(turn: Turn, ask: str, otherwise: str) -> None:
    """What became of the customer's last case, if that ended lately; else `otherwise`."""
    for case in await persons.cases_of(turn.uow, turn.conversation):
        other = await steps.resolved(turn.uow, case)
        ended = other.closed_at or other.opened_at
        if not other.is_draft and not other.is_open and ended > turn.now - REMEMBERED:
            values = await outlook.values(turn.uow, turn.words, case, turn.now)
            turn.say(_situation(ask, other, turn), values)
            return
    turn.say(otherwise)


def _situation(ask: str, case: Case, turn: Turn) -> str:
    """The situation of `progress` or `urge` that is true of the case."""
    if case.state is CaseState.WITHDRAWN:
        return f"{ask}.withdrawn"
    if not case.is_open:
        return f"{ask}.closed"
    if outlook.is_resting(case):
        return ask
    return f"{ask}.late" if outlook.is_late(case, turn.now) else f"{ask}.at_work"


async def _urge_draft(turn: Turn, case: Case) -> None:
    question = turn.conversation.question
    turn.say("urge.draft")
    await cases.accept(turn.uow, turn.words, turn.conversation, case, turn.now, actor="customer")
    turn.conversation.question = question
    await _note(turn, case, case)


async def _urge_open(turn: Turn, meant: Sequence[Case]) -> None:
    """Urge each; the one that has to wait longest decides whether a person takes over."""
    for_a_person: Case | None = None
    if len(meant) > 1:
        turn.say("urge.several")
    for case in meant[:MOST_TOLD]:
        other = await steps.resolved(turn.uow, case)
        if other.is_open:
            await _note(turn, case, other)
        impatient = case.urged >= URGINGS_BEFORE_HUMAN and other.is_open
        if len(meant) > 1:
            await _tell(turn, case)
        else:
            await _say_urged(turn, case, other, impatient=impatient)
        if impatient or outlook.is_late(other, turn.now):
            for_a_person = for_a_person or case
    if for_a_person is not None:
        await handoff.to_queue(turn, for_a_person, reason=Reason.URGED, calls=True)


async def _say_urged(turn: Turn, case: Case, other: Case, *, impatient: bool) -> None:
    situation = _situation("urge", other, turn)
    if impatient and situation == "urge.at_work":
        situation = "urge.again"
    turn.say(situation, await outlook.values(turn.uow, turn.words, case, turn.now))


async def _note(turn: Turn, case: Case, other: Case) -> None:
    """Count the urging, and put it once into the inbox of whoever has the case in hand."""
    case.urged += 1
    await turn.record(case, "urged", actor="customer", message=turn.message.id)
    tasks = [task for task in await turn.uow.tasks.of_case(other.id) if task.state is TaskState.OPEN]
    if any(URGED in task.payload for task in tasks):
        return
    step = next((task for task in tasks if steps.MINE in task.payload), None)
    kind, assignee = (step.assignee_kind, step.assignee) if step else (Assignee.ROLE, Role.AGENT.value)
    if step is None and other.handler_id:
        kind, assignee = Assignee.USER, other.handler_id
    alert(turn.uow, f"{other.number} 顾客在催，请尽快处理", kind, assignee, turn.now, other, **{URGED: True})


async def _was_asked_for_urging(turn: Turn) -> bool:
    """Whether the bot has just asked for the number because the customer urged."""
    said = await turn.uow.messages.latest(turn.conversation.id, limit=_LOOKED_BACK)
    earlier = [line for line in said if line.author is Author.BOT and line.seq < turn.message.seq]
    asking = {way.clause.id for way in turn.words.handbook.situation("urge.none")}
    return bool(earlier) and earlier[-1].clause in asking
