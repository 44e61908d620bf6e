"""The same complaint again: same customer, same issue, and nothing that says it is about something else."""

from datetime import timedelta

from bot.domain import labels, things
from bot.domain.case import Case
from bot.domain.handbook.severity import ThingKind
from bot.services import persons
from bot.services.turn import Turn

SAME_TALK = timedelta(hours=24)  # in which illness and the like belong to what was told before


async def at_hand(turn: Turn, issue: str) -> Case | None:
    """The case that a complaining message belongs to, if there is one already.

    The one that the bot is working on; else the customer's open case of this issue, unless another product,
    batch, order or place is named. Illness and special.* make the newest case of the last day graver. What no
    label fits is only the same within a day: nothing but the label would tie it to an older one.
    """
    if turn.case is not None:
        return turn.case
    named = _named(turn)
    for case in await persons.cases_of(turn.uow, turn.conversation):
        is_recent = case.opened_at > turn.now - SAME_TALK
        if not (case.is_open or (case.is_draft and is_recent)):
            continue
        if labels.raises_case(issue) and is_recent:
            return case
        alike = issue in (case.issue, case.second_issue) and (is_recent or issue != labels.OTHER)
        if alike and not things.differ(_about(turn, case), named):
            return case
    return None


async def tell(turn: Turn, case: Case, values: dict[str, str]) -> None:
    """Say that the complaint is known and joined to the open case, under its number."""
    await turn.record(case, "said_again", actor="customer", message=turn.message.id)
    turn.say("same_again", values)


def _about(turn: Turn, case: Case) -> frozenset[things.Thing]:
    handbook = turn.words.handbook
    return things.of_case(case, handbook.fields, handbook.scheme.vague)


def _named(turn: Turn) -> frozenset[things.Thing]:
    """What the message names; words that name nothing in particular are passed over."""
    vague = turn.words.handbook.scheme.vague
    kinds = {kind.value: kind for kind in ThingKind}
    named = (
        things.Thing(kinds[found.entity], things.normal(found.normal or found.value))
        for found in turn.reading.entities
        if found.entity in kinds
    )
    return frozenset(thing for thing in named if thing.value not in vague)
