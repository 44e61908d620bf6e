"""The larger questions of the reports, as queries."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select

from bot.adapters.database import report_conditions as conditions
from bot.adapters.database.report_sql import seconds_from
from bot.adapters.database.tables import case_things, cases, conversations, messages, visits
from bot.domain.conversation import Author, Delivery
from bot.domain.handbook.severity import ThingKind
from bot.domain.reporting import Scope

_WHOSE = (cases.c.handler_id, cases.c.department)
_KINDS = tuple(kind.value for kind in (ThingKind.PRODUCT, ThingKind.BATCH, ThingKind.PLACE))
NUMBER = func.count().label("number")
Query = Select[*tuple[Any, ...]]  # of whatever columns


def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows are so."""
    return func.sum(case((condition, 1), else_=0))


def _named(made: Mapping[str, Any], scope: Scope) -> Iterable[ColumnElement[int]]:
    return (counted(condition(scope)).label(name) for name, condition in made.items())


def of_accepted(scope: Scope) -> Query:
    """The figures among the cases accepted in the period, by whose they are."""
    wanted = (*conditions.accepted(scope), *conditions.in_scope(scope))
    return select(*_WHOSE, *_named(conditions.AMONG_ACCEPTED, scope)).where(*wanted).group_by(*_WHOSE)


def of_closed(scope: Scope) -> Query:
    """The figures among the cases closed in the period, with the seconds of work on them."""
    wanted = (*conditions.closed(scope), *conditions.in_scope(scope))
    worked = seconds_from(cases.c.accepted_at, cases.c.closed_at) - cases.c.paused_seconds
    seconds = func.sum(case((worked > 0, worked), else_=0)).label("seconds")
    sums = (*_named(conditions.AMONG_CLOSED, scope), seconds)
    return select(*_WHOSE, *sums).where(*wanted).group_by(*_WHOSE)


def of_reopened(scope: Scope) -> Query:
    """The figures that go by what happened in the period, not by the case's own days."""
    figures = ("reopened", "promise_broken")
    found = [
        select(*_WHOSE, literal(figure).label("figure"), cases.c.id).where(
            *conditions.of_figure(figure, scope)
        )
        for figure in figures
    ]
    both = found[0].union_all(found[1]).subquery()
    sums = (counted(both.c.figure == figure).label(figure) for figure in figures)
    return select(both.c.handler_id, both.c.department, *sums).group_by(both.c.handler_id, both.c.department)


def answers(scope: Scope) -> Query:
    """The last answers to visits, by whose the cases are."""
    by = (*_WHOSE, visits.c.satisfaction)
    query = select(*by, NUMBER).join_from(cases, visits, visits.c.case_id == cases.c.id)
    wanted = (*conditions.answered_in(scope), conditions.is_last_answer(), conditions.COUNTED)
    return query.where(*wanted, *conditions.in_scope(scope)).group_by(*by)


def by_thing(scope: Scope) -> Query:
    """How many accepted cases are about each thing, and one of them."""
    things = case_things.c
    number, sample = func.count(things.case_id.distinct()), func.max(things.case_id)
    counted = select(things.kind, things.value, number.label("number"), sample.label("sample"))
    joined = counted.select_from(cases).join(case_things, things.case_id == cases.c.id)
    wanted = (things.kind.in_(_KINDS), *conditions.accepted(scope), *conditions.in_scope(scope))
    return joined.where(*wanted).group_by(things.kind, things.value)


def _written(scope: Scope) -> list[ColumnElement[bool]]:
    since, until = scope.period.since, scope.period.until
    wanted = [messages.c.created_at >= since, messages.c.created_at < until]
    if scope.channel is not None:
        theirs = (conversations.c.id == messages.c.conversation_id, conversations.c.channel == scope.channel)
        wanted.append(exists().where(*theirs))  # one look for a message, where IN would read all of years
    return wanted


def talks(scope: Scope) -> Query:
    """How many conversations there are in which the customer wrote, and in which a person had a part."""
    by_customer = messages.c.author == Author.CUSTOMER
    by_people = (messages.c.author == Author.AGENT) | (messages.c.delivery == Delivery.FOR_HUMAN)
    heard, handed = (func.max(case((one, 1), else_=0)) for one in (by_customer, by_people))
    each = select(heard.label("heard"), handed.label("handed")).where(*_written(scope))
    inner = each.group_by(messages.c.conversation_id).subquery()
    return (
        select(inner.c.heard, inner.c.handed, NUMBER)
        .select_from(inner)
        .group_by(inner.c.heard, inner.c.handed)
    )


def turns(scope: Scope, puzzled: Collection[str]) -> Query:
    """How many messages the bot answered, and how often it did not understand."""
    answered = (messages.c.author == Author.CUSTOMER) & (messages.c.delivery == Delivery.ANSWERED)
    asked = (messages.c.author == Author.BOT) & messages.c.clause.in_(sorted(puzzled))
    return select(counted(answered), counted(asked)).where(*_written(scope))
