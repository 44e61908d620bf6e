"""The figures of the reports, counted by the database along the indexes made for them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, literal, select, text, tuple_

from bot.adapters.database import report_conditions as conditions
from bot.adapters.database import report_queries as queries
from bot.adapters.database import tables
from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.report_sql import day_of, month_of, seconds_from
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import cases, messages, tasks
from bot.adapters.database.types import hashed
from bot.domain.case import Case
from bot.domain.figures import REPLY_STEPS, answer_key
from bot.domain.handbook.severity import ThingKind
from bot.domain.reporting import Period, Scope
from bot.domain.task import Task
from bot.services.ports.reports import (
    Common,
    Heard,
    Promised,
    Replied,
    Spent,
    Talked,
    Tally,
    Whose,
)

# The conditions of partial indexes, word for word.
_BY_AGENT, _IS_ALERT = text(tables.BY_AGENT), text(tables.IS_ALERT)


class SqlReports(Repository):
    """Counts (ports.Reports)."""

    async def tallies(self, scope: Scope) -> Mapping[Whose, Tally]:
        """The figures of cases by handler and department; `seconds` is the sum of handling times."""
        found = defaultdict[Whose, Tally](dict)
        for query in (queries.of_accepted(scope), queries.of_closed(scope), queries.of_reopened(scope)):
            for handler, department, *numbers in await self._rows(query):
                names = [one["name"] for one in query.column_descriptions[2:]]
                found[handler, department] |= dict(zip(names, map(int, numbers), strict=True))
        for row in await self._rows(queries.answers(scope)):
            tally = found[row.handler_id, row.department]
            tally[answer_key(row.satisfaction)] = row.number
            tally["answered"] = tally.get("answered", 0) + row.number
        return dict(found)

    async def heard(self, scope: Scope) -> Sequence[Heard]:
        """Accepted cases by bucket, issue, channel and business."""
        period = scope.period
        bucket = (month_of if period.by_month else day_of)(cases.c.accepted_at).label("bucket")
        by = (bucket, cases.c.issue, cases.c.channel, cases.c.pack)
        query = (
            select(*by, queries.NUMBER)
            .where(*conditions.accepted(scope), *conditions.in_scope(scope))
            .group_by(*by)
        )
        return [Heard(_bucket(row.bucket, period), *row[1:]) for row in await self._rows(query)]

    async def spent(self, scope: Scope) -> Sequence[Spent]:
        """Closed cases by the days of acceptance and closing."""
        by = (day_of(cases.c.accepted_at).label("first"), day_of(cases.c.closed_at).label("last"))
        query = (
            select(*by, queries.NUMBER)
            .where(*conditions.closed(scope), *conditions.in_scope(scope))
            .group_by(*by)
        )
        return [
            Spent(date.fromisoformat(row.first), date.fromisoformat(row.last), row.number)
            for row in await self._rows(query)
        ]

    async def things(self, scope: Scope, most: int) -> Sequence[Common]:
        """The products, batches and places most complained of, so many of each kind, the most first."""
        each = queries.by_thing(scope).subquery()
        order = (each.c.number.desc(), each.c.value)
        place = func.row_number().over(partition_by=each.c.kind, order_by=order).label("place")
        ranked = select(each, place).subquery()
        query = select(ranked).where(ranked.c.place <= most).order_by(ranked.c.kind, ranked.c.place)
        return [
            Common(ThingKind(row.kind), str(row.value), row.number, row.sample)
            for row in await self._rows(query)
        ]

    async def of_things(self, scope: Scope, keys: Collection[str]) -> Mapping[tuple[ThingKind, str], int]:
        """How many cases there are about each of these things.

        All are counted: asked for some values only, SQLite would go through the cases of all years.
        """
        rows = await self._rows(queries.by_thing(scope)) if keys else ()
        return {(ThingKind(row.kind), str(row.value)): row.number for row in rows if str(row.value) in keys}

    async def replies(self, scope: Scope) -> Mapping[str | None, Replied]:
        """First replies by the case's handler."""
        first = (
            select(func.min(messages.c.created_at))
            .where(messages.c.conversation_id == cases.c.conversation_id, _BY_AGENT)
            .where(messages.c.created_at >= cases.c.opened_at)
            .scalar_subquery()
        )
        wanted = (*conditions.accepted(scope), *conditions.in_scope(scope))
        waited = select(
            cases.c.handler_id.label("key"), seconds_from(cases.c.opened_at, first).label("seconds")
        )
        inner = waited.where(*wanted).subquery()
        seconds = inner.c.seconds
        bounds = (*REPLY_STEPS, None)
        below = [queries.counted(seconds <= bound if bound else seconds.is_not(None)) for bound in bounds]
        query = (
            select(inner.c.key, func.sum(seconds).label("total"), *below)
            .where(seconds.is_not(None))
            .group_by(inner.c.key)
        )
        return {row[0]: _replied(row) for row in await self._rows(query)}

    async def promises(self, scope: Scope) -> Mapping[str, Promised]:
        """Promises that fell due, by who has to keep them."""
        sums = (queries.NUMBER, queries.counted(conditions.kept()), queries.counted(conditions.kept_late()),
                queries.counted(conditions.missed(scope)))  # fmt: skip
        query = select(tasks.c.assignee, *sums).where(*conditions.promised_in(scope))
        of_cases = conditions.in_scope(scope)
        if of_cases:
            query = query.where(tasks.c.case_id.in_(select(cases.c.id).where(*of_cases)))
        return {
            row[0]: Promised(*map(int, row[1:])) for row in await self._rows(query.group_by(tasks.c.assignee))
        }

    async def talks(self, scope: Scope, puzzled: Collection[str]) -> Talked:
        """What happened in conversations; `puzzled` are the clauses that say that nothing was understood."""
        talks, read = await self._rows(queries.talks(scope)), await self._rows(queries.turns(scope, puzzled))
        heard = [row for row in talks if row.heard]
        ((answered, asked),) = read
        return Talked(sum(row.number for row in heard), sum(row.number for row in heard if not row.handed),
                      int(answered or 0), int(asked or 0))  # fmt: skip

    async def outbreaks(self, scope: Scope) -> Sequence[Task]:
        """The alerts of outbreaks, oldest first."""
        since, until = scope.period.since, scope.period.until
        alerts = select(Task).where(_IS_ALERT, tasks.c.id.startswith("outbreak-"))
        alerts = alerts.where(tasks.c.created_at >= since, tasks.c.created_at < until)
        return await self._all(alerts.order_by(tasks.c.created_at, tasks.c.id))

    async def count(self, figure: str, scope: Scope) -> int:
        """How many cases a listed figure counts."""
        query = select(func.count()).select_from(cases).where(*conditions.of_figure(figure, scope))
        return await self._first(query) or 0

    async def page(self, figure: str, scope: Scope, after: Case | None, limit: int) -> Sequence[Case]:
        """These cases, those accepted last first, `after` the last one of the page before."""
        found = select(Case).where(*conditions.of_figure(figure, scope))
        order = (cases.c.accepted_at, cases.c.id)
        if after is not None:
            last = (literal(after.accepted_at, cases.c.accepted_at.type), literal(after.id, cases.c.id.type))
            found = found.where(tuple_(*order) < tuple_(*last))
        return await self._all(found.order_by(*(key.desc() for key in order)).limit(limit))

    def keys(self, values: Collection[str]) -> Mapping[str, str]:
        """The keys by which the database knows these values of things."""
        dialect = self._session.get_bind().dialect
        return {value: str(hashed(value, dialect)) for value in values}

    async def _rows(self, query: queries.Query) -> Sequence[Row[*tuple[Any, ...]]]:
        with races_as_conflicts():
            return (await self._session.execute(query)).all()


def _bucket(named: str, period: Period) -> date:
    """The first day of the bucket that the database named by its day or month."""
    return max(date.fromisoformat(f"{named}-01" if period.by_month else named), period.first)


def _replied(row: Row[*tuple[Any, ...]]) -> Replied:
    """From "at most so long" to "longer than the class before, at most so long"."""
    upto = [int(number) for number in row[2:]]
    classes = tuple(here - before for before, here in zip([0, *upto], upto, strict=False))
    return Replied(upto[-1], int(row.total), classes)
