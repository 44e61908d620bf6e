"""Planning the visits (回访) of a case: when one is due, and how many there are."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.deadlines import Duration, Unit
from bot.domain.errors import ForbiddenMove
from bot.domain.followup import Satisfaction, Visit, VisitState
from bot.domain.handbook.followup import Followup, Visits
from bot.domain.handbook.process import Arrow, Process, Stage, State
from bot.domain.process import Filled
from bot.domain.workdays import SHANGHAI
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.words import Words

# The arrows that a visit takes, where a process has them (docs/followup.md).
BEGIN, SATISFIED, DISSATISFIED = "visit", "satisfied", "dissatisfied"
UNREACHED, WITH_NOTE = "unreached", "close_with_note"
ANSWER = "satisfaction"  # the value in which a process keeps the answer
_A_WORKDAY = Duration(1, Unit.WORKDAYS)


def rule_of(words: Words, case: Case) -> tuple[Followup, Visits] | None:
    """What the case's pack says of its visits; None if nobody says anything."""
    fields = case.fields
    rule = words.handbook.issue(case.issue, product=fields.get("product"), place=fields.get("place"))
    followup = words.handbook.followup(case.pack or rule.pack)
    visits = followup.of(rule.kind) if followup else None
    return (followup, visits) if followup and visits else None


def asks_in(process: Process, state: State | None) -> bool:
    """Whether customers are asked in this state: a visit begins there, or its answer is waited for there."""
    if state is None:
        return False
    leaving = {arrow.id for arrow in process.arrows if state.id in process.sources_of(arrow)}
    return BEGIN in leaving or (state.stage is Stage.FOLLOW_UP and bool(leaving & {SATISFIED, DISSATISFIED}))


async def arrived(uow: UnitOfWork, words: Words, case: Case, process: Process, now: datetime) -> None:
    """The case has come into its present state: plan the first visit of this round where one is due."""
    found = rule_of(words, case)
    if found is None or not asks_in(process, process.state(case.step or "")):
        return
    if any(visit.round == case.round for visit in await uow.visits.of_case(case.id)):
        return
    followup, _ = found
    begins = morning(words, words.due(now, followup.begins.duration))
    uow.visits.add(_visit(case, 1, max(now, begins), now))


async def leaving(
    uow: UnitOfWork, words: Words, case: Case, arrow: Arrow, filled: Filled, by: str, now: datetime
) -> None:
    """Somebody moves the case by hand with the customer's answer: it is the answer to the open visit.

    ForbiddenMove if the case would be closed before the visits that its kind must have.
    """
    answer = filled.values.get(ANSWER, "")
    if arrow.id not in (SATISFIED, WITH_NOTE, DISSATISFIED) or answer not in list(Satisfaction):
        return
    visits = [visit for visit in await uow.visits.of_case(case.id) if visit.round == case.round]
    for visit in visits:
        if visit.is_open:
            visit.answer(Satisfaction(answer), by, now)
    found = rule_of(words, case)
    if found is None or not visits or arrow.id == DISSATISFIED:
        return
    done = sum(visit.state is VisitState.ANSWERED for visit in visits)
    if done < found[1].least:
        raise ForbiddenMove(
            f"这类投诉至少要回访 {found[1].least} 次，现在是第 {done} 次，到期再回访后才能结案。"
        )


async def further(uow: UnitOfWork, words: Words, case: Case, visit: Visit, now: datetime) -> Visit | None:
    """Plan the next visit after an answered one, if there is to be one."""
    found, answer = rule_of(words, case), visit.satisfaction
    if found is None or answer is None or answer.reopens:
        return None
    followup, rule = found
    wanted = rule.least if answer in followup.content else rule.most
    if visit.nth >= wanted:
        return None
    begins = morning(words, words.due(now, followup.between.duration))
    following = _visit(case, visit.nth + 1, begins, now)
    uow.visits.add(following)
    return following


def next_try(words: Words, now: datetime) -> datetime:
    """When the customer is asked again, or given up: the next working day in the morning."""
    return morning(words, words.due(now, _A_WORKDAY))


def morning(words: Words, moment: datetime) -> datetime:
    """When people come to work on the day of `moment`."""
    day = moment.astimezone(SHANGHAI).date()
    return datetime.combine(day, words.company.opens, SHANGHAI)


def _visit(case: Case, nth: int, due_at: datetime, now: datetime) -> Visit:
    return Visit(
        id=new_id(now),
        case_id=case.id,
        conversation_id=case.conversation_id,
        round=case.round,
        nth=nth,
        due_at=due_at,
        next_at=due_at,
        created_at=now,
    )
