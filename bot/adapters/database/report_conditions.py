"""What each listed figure of bot/domain/figures.py counts, as conditions on the table of cases.

The report and the list behind each of its numbers ask with the same ones.
"""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import ColumnElement, TextClause, and_, exists, false, or_, select, text, true, tuple_

from bot.adapters.database import tables
from bot.adapters.database.tables import case_events, case_things, cases, tasks, visits
from bot.adapters.database.types import Hashed
from bot.domain.by_hand import Channel
from bot.domain.case import CaseState
from bot.domain.figures import ANSWER
from bot.domain.followup import Satisfaction
from bot.domain.reporting import NOBODY, Scope
from bot.domain.task import TaskState

Condition = ColumnElement[bool]
# Said so that no index on the state lures SQLite away from the one on the time.
COUNTED = cases.c.state.not_in([CaseState.DRAFT])
# Written out, so that they are the conditions of the partial indexes in tables/, word for word.
BY_PEOPLE = text(tables.HANDLED_BY_PEOPLE)
REOPENED = text(tables.REOPENED)
IS_PROMISE = text(tables.IS_PROMISE)
_ABOUT = {"pack": cases.c.pack, "channel": cases.c.channel, "department": cases.c.department,
          "issue": cases.c.issue, "handler": cases.c.handler_id}  # fmt: skip
_is_done = tasks.c.state == TaskState.DONE
_is_open = tasks.c.state == TaskState.OPEN


def in_scope(scope: Scope) -> list[Condition]:
    """What of the scope is about cases, whatever the figure; the period is the figure's own matter."""
    found = []
    for name, column in _ABOUT.items():
        value = getattr(scope, name)
        if value is not None:
            found.append(column.is_(None) if value == NOBODY else column == value)
    if scope.members is not None:
        found.append(cases.c.handler_id.in_(sorted(scope.members)))
    if scope.ids is not None:
        found.append(cases.c.id.in_(sorted(scope.ids)))
    if scope.hidden:
        found.append(cases.c.id.not_in(sorted(scope.hidden)))
    if scope.thing is not None:
        kind, key = scope.thing
        things = case_things.c
        same = (things.case_id == cases.c.id, things.kind == kind.value, things.value == Hashed(key))
        found.append(exists().where(*same))
    return found


def accepted(scope: Scope) -> list[Condition]:
    """Accepted in the period."""
    since, until = scope.period.since, scope.period.until
    return [COUNTED, cases.c.accepted_at >= since, cases.c.accepted_at < until]


def closed(scope: Scope) -> list[Condition]:
    """Closed in the period."""
    since, until = scope.period.since, scope.period.until
    return [cases.c.state == CaseState.CLOSED, cases.c.closed_at >= since, cases.c.closed_at < until]


def of_figure(figure: str, scope: Scope) -> list[Condition]:
    """All that a listed figure asks of a case; KeyError for a figure that lists none."""
    if figure in AMONG_ACCEPTED:
        return [*accepted(scope), AMONG_ACCEPTED[figure](scope), *in_scope(scope)]
    if figure in AMONG_CLOSED:
        return [*closed(scope), AMONG_CLOSED[figure](scope), *in_scope(scope)]
    return [COUNTED, _ELSE[figure](scope), *in_scope(scope)]


def handled_by_people() -> Condition:
    """The history says that somebody of the desk took the conversation over, or was to."""
    return exists().where(case_events.c.case_id == cases.c.id, BY_PEOPLE)


def last_answer(scope: Scope, answer: Satisfaction | None = None) -> Condition:
    """The case's last answer to a visit was given in the period, and is this one."""
    wanted = [*answered_in(scope), is_last_answer()]
    if answer is not None:
        wanted.append(visits.c.satisfaction == answer)
    return cases.c.id.in_(select(visits.c.case_id).where(*wanted))


def is_last_answer() -> Condition:
    """No later visit of the same case was answered."""
    later, here = visits.alias(), visits.c
    is_later = tuple_(later.c.answered_at, later.c.id) > tuple_(here.answered_at, here.id)
    return ~exists().where(later.c.case_id == here.case_id, later.c.answered_at.is_not(None), is_later)


def answered_in(scope: Scope) -> list[Condition]:
    """A visit's answer was given in the period."""
    since, until = scope.period.since, scope.period.until
    return [visits.c.answered_at >= since, visits.c.answered_at < until, visits.c.satisfaction.is_not(None)]


def promised_in(scope: Scope) -> list[Condition | TextClause]:
    """A promise fell due in the period, and was not dropped before."""
    since, until = scope.period.since, scope.period.until
    in_time = and_(tasks.c.state == TaskState.DROPPED, tasks.c.decided_at <= tasks.c.due_at)
    return [IS_PROMISE, tasks.c.due_at >= since, tasks.c.due_at < until, ~in_time]


def kept() -> Condition:
    """It was kept in time."""
    return and_(_is_done, tasks.c.decided_at <= tasks.c.due_at)


def kept_late() -> Condition:
    """It was kept, but late."""
    return and_(_is_done, tasks.c.decided_at > tasks.c.due_at)


def missed(scope: Scope) -> Condition:
    """It was never kept, and its time is over."""
    return and_(~_is_done, or_(~_is_open, tasks.c.due_at < scope.now))


def _reopened(scope: Scope) -> Condition:
    events, period = case_events.c, scope.period
    again = select(events.case_id).where(REOPENED, events.at >= period.since, events.at < period.until)
    return cases.c.id.in_(again)


def _broken(scope: Scope) -> Condition:
    broken = or_(kept_late(), missed(scope))
    return cases.c.id.in_(select(tasks.c.case_id).where(*promised_in(scope), broken))


def _alone(_: Scope) -> Condition:
    ended = cases.c.state.in_((CaseState.CLOSED, CaseState.WITHDRAWN))
    by_chat = cases.c.channel.not_in([channel.value for channel in Channel])
    return and_(ended, by_chat, cases.c.handler_id.is_(None), ~handled_by_people())


Made = Callable[[Scope], Condition]
AMONG_ACCEPTED: Mapping[str, Made] = {
    "accepted": lambda _: true(),
    "open": lambda _: cases.c.state == CaseState.ACCEPTED,
    "overdue": lambda scope: and_(cases.c.state == CaseState.ACCEPTED, cases.c.due_at < scope.now),
    "withdrawn": lambda _: cases.c.state == CaseState.WITHDRAWN,
    "handed_over": lambda _: handled_by_people(),
    "alone": _alone,
}
AMONG_CLOSED: Mapping[str, Made] = {
    "closed": lambda _: true(),
    "on_time": lambda _: cases.c.closed_at <= cases.c.due_at,
    "late": lambda _: cases.c.closed_at > cases.c.due_at,
}
_ELSE: Mapping[str, Made] = {
    "reopened": _reopened,
    "promise_broken": _broken,
    "answered": last_answer,
    "outbreak_cases": lambda scope: false() if scope.ids is None else true(),
    **{f"{ANSWER}{one.number}": partial(last_answer, answer=one) for one in Satisfaction},
}
