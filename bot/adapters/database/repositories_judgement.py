"""The queries by which cases are judged and listed: set-based, along indexes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from bot.adapters.database.races import races_as_conflicts
from bot.adapters.database.repositories import Repository
from bot.adapters.database.tables import case_things, cases
from bot.adapters.database.types import Hashed, hashed
from bot.domain.case import Case, CaseState
from bot.domain.handbook.severity import ThingKind
from bot.domain.things import Cluster, Listed, Thing

_NOT_COUNTED = (CaseState.DRAFT, CaseState.WITHDRAWN)
_IS_OPEN = cases.c.state == CaseState.ACCEPTED
_MARK = 400  # rows marked in one statement
_COUNTED = 1000  # complaints of one thing


class SqlJudgements(Repository):
    """What cases have in common, and which are to be judged (ports.Judgements)."""

    async def note_things(self, case: Case, things: Collection[Thing], at: datetime) -> bool:
        """Keep what a case is about, for each of its issues; whether that is news.

        Rows that stay keep their alert.
        """
        person = case.phone_hash or case.customer_id
        issues = [issue for issue in (case.issue, case.second_issue) if issue]
        wanted = {(thing.kind.value, self._hash(thing.value), issue) for thing in things for issue in issues}
        table = case_things.c
        mine = select(table.kind, table.value, table.issue, table.person).where(table.case_id == case.id)
        with races_as_conflicts():
            await self._session.flush()
            found = await self._session.execute(mine)
            known = {(row.kind, row.value, row.issue): row.person for row in found}
            for kind, value, issue in known.keys() - wanted:
                row = and_(table.case_id == case.id, table.kind == kind, table.value == value)
                await self._session.execute(delete(case_things).where(row, table.issue == issue))
            if known and set(known.values()) != {person}:
                theirs = update(case_things).where(table.case_id == case.id)
                await self._session.execute(theirs.values(person=person))
            rows = [
                {"case_id": case.id, "kind": kind, "value": value, "issue": issue, "person": person, "at": at}
                for kind, value, issue in sorted(wanted - known.keys())
            ]
            if rows:
                await self._session.execute(insert(case_things), rows)
        return known.keys() != wanted

    def _hash(self, value: str) -> Hashed:
        return hashed(value, self._session.get_bind().dialect)

    async def most_with_the_same(self, case_id: str, since: datetime, until: datetime) -> int:
        """The most different people who then complained of one issue of one of the case's things.

        Of the latest `_COUNTED` complaints of each: on the day of a recall there may be any number.
        """
        table = case_things.c
        mine = select(table.kind, table.value, table.issue).where(table.case_id == case_id)
        with races_as_conflicts():
            counts = [
                await self._session.scalar(_people_with(*thing, since, until)) or 0
                for thing in await self._session.execute(mine)
            ]
        return max([1, *counts])

    async def newly_repeated(self, since: datetime, people: int, limit: int) -> list[str]:
        """Open cases of which so many people complained alike since then, and that don't know it yet."""
        hot = (
            select(case_things.c.kind, case_things.c.value, case_things.c.issue)
            .join(cases, cases.c.id == case_things.c.case_id)
            .where(case_things.c.at >= since, cases.c.state.not_in(_NOT_COUNTED))
            .group_by(case_things.c.kind, case_things.c.value, case_things.c.issue)
            .having(func.count(case_things.c.person.distinct()) >= people)
            .subquery()
        )
        same = and_(
            case_things.c.value == hot.c.value,
            case_things.c.issue == hot.c.issue,
            case_things.c.kind == hot.c.kind,
        )
        found = (
            select(cases.c.id)
            .select_from(hot)
            .join(case_things, same)
            .join(cases, cases.c.id == case_things.c.case_id)
            .where(case_things.c.at >= since, _IS_OPEN, cases.c.repeated < people)
        )
        return await self._ids(found.distinct().limit(limit))

    async def to_judge(self, now: datetime, limit: int) -> list[str]:
        """Open cases whose verdict the passing of time changes by now, those that wait longest first."""
        due = select(cases.c.id).where(_IS_OPEN, cases.c.judge_at <= now)
        return await self._ids(due.order_by(cases.c.judge_at).limit(limit))

    async def judge_all_anew(self, rules: str, now: datetime) -> None:
        """Have every open case judged that was judged under other rules, or never."""
        other = or_(cases.c.judged_by.is_(None), cases.c.judged_by != rules)
        await self._session.execute(update(cases).where(_IS_OPEN, other).values(judge_at=now))

    async def clusters(
        self, kinds: Iterable[ThingKind], labels: Collection[str], since: datetime, people: int
    ) -> list[Cluster]:
        """Things of which so many people complained since then, with cases that no alert has named yet."""
        things = case_things.c
        wanted = [things.at >= since, things.kind.in_([kind.value for kind in kinds])]
        wanted += [things.issue.in_(sorted(labels))] if labels else []
        grouped = (
            select(things.kind, things.value, func.count(things.person.distinct()))
            .join(cases, cases.c.id == things.case_id)
            .where(*wanted, cases.c.state.not_in(_NOT_COUNTED))
            .group_by(things.kind, things.value)
            .having(
                func.count(things.person.distinct()) >= people,
                func.count(things.alert_id) < func.count(),
            )
            .order_by(things.kind, things.value)
        )
        with races_as_conflicts():
            found = list(await self._session.execute(grouped))
        return [await self._cluster(row[0], row[1], row[2], wanted) for row in found]

    async def _cluster(
        self, kind: str, value: str, people: int, wanted: Iterable[ColumnElement[bool]]
    ) -> Cluster:
        things = case_things.c
        rows = list(
            await self._session.execute(
                select(things.case_id, things.alert_id)
                .join(cases, cases.c.id == things.case_id)
                .where(*wanted, things.kind == kind, things.value == value)
                .where(cases.c.state.not_in(_NOT_COUNTED))
                .order_by(things.at, things.case_id)
            )
        )
        alerts = select(things.alert_id).where(things.kind == kind, things.value == value)
        named = await self._ids(
            alerts.where(things.alert_id.is_not(None)).distinct().order_by(things.alert_id)
        )
        fresh = dict.fromkeys(case_id for case_id, alert in rows if alert is None)
        return Cluster(ThingKind(kind), value, people, tuple(fresh), tuple(named))

    async def people_of(self, cluster: Cluster, since: datetime, labels: Collection[str]) -> int:
        """How many different people stand behind the cases of a cluster that no alert has named yet."""
        things = case_things.c
        fresh = (
            select(func.count(things.person.distinct()))
            .join(cases, cases.c.id == things.case_id)
            .where(things.kind == cluster.kind.value, things.value == cluster.key)
            .where(things.alert_id.is_(None), things.at >= since, cases.c.state.not_in(_NOT_COUNTED))
        )
        if labels:
            fresh = fresh.where(things.issue.in_(sorted(labels)))
        with races_as_conflicts():
            return await self._session.scalar(fresh) or 0

    async def mark(self, cluster: Cluster, alert_id: str) -> None:
        """Note that this alert names the cases of the cluster."""
        things = case_things.c
        same = and_(things.kind == cluster.kind.value, things.value == cluster.key)
        with races_as_conflicts():
            for start in range(0, len(cluster.cases), _MARK):
                part = things.case_id.in_(cluster.cases[start : start + _MARK])
                await self._session.execute(update(case_things).where(same, part).values(alert_id=alert_id))

    async def children(self, parent_id: str) -> list[Case]:
        """The cases of an outbreak, without the parent, oldest first."""
        return await self._all(
            select(Case).where(cases.c.parent_id == parent_id).order_by(cases.c.opened_at, cases.c.id)
        )

    async def absorbed(self, case_id: str) -> list[Case]:
        """The cases that were merged into this one, oldest first."""
        return await self._all(
            select(Case).where(cases.c.merged_into == case_id).order_by(cases.c.opened_at, cases.c.id)
        )

    async def page(self, listed: Listed, after: Case | None = None, limit: int = 50) -> list[Case]:
        """One page of cases, `after` the last one of the page before."""
        by_priority = listed.state == CaseState.ACCEPTED.value
        keys = (
            (cases.c.priority, cases.c.due_at, cases.c.id)
            if by_priority
            else (cases.c.accepted_at, cases.c.id)
        )
        found = select(Case).where(cases.c.state == CaseState(listed.state), *_filters(listed))
        if after is not None:
            found = found.where(_beyond(keys, after, rising=by_priority))
        order = [key if by_priority else key.desc() for key in keys]
        return await self._all(found.order_by(*order).limit(limit))

    async def _ids(self, found: Select[Any]) -> list[str]:
        with races_as_conflicts():
            return list(await self._session.scalars(found))


def _filters(listed: Listed) -> list[ColumnElement[bool]]:
    named = ("severity", "heat", "issue", "department", "handler_id")
    wanted = [cases.c[name] == getattr(listed, name) for name in named if getattr(listed, name) is not None]
    if listed.accepted_from is not None:
        wanted.append(cases.c.accepted_at >= listed.accepted_from)
    if listed.accepted_until is not None:
        wanted.append(cases.c.accepted_at < listed.accepted_until)
    if listed.hidden:
        wanted.append(cases.c.id.not_in(sorted(listed.hidden)))
    if listed.overdue_at is not None:
        late = (cases.c.due_at, cases.c.step_due_at)
        wanted.append(or_(*(column < listed.overdue_at for column in late)))
    return wanted


def _beyond(keys: tuple[Any, ...], last: Case, *, rising: bool) -> ColumnElement[bool]:
    """Behind the last one in this order; compared as rows, so that the index is read on from there."""
    here, there = tuple_(*keys), tuple_(*(literal(getattr(last, key.name), key.type) for key in keys))
    return here > there if rising else here < there


def _people_with(kind: str, value: str, issue: str, since: datetime, until: datetime) -> Select[int]:
    """How many different people stand behind the latest complaints of an issue of a thing."""
    table = case_things.c
    latest = (
        select(table.person)
        .join(cases, cases.c.id == table.case_id)
        .where(table.value == value, table.issue == issue, table.kind == kind)
        .where(table.at.between(since, until), cases.c.state.not_in(_NOT_COUNTED))
        .order_by(table.at.desc())
        .limit(_COUNTED)
        .subquery()
    )
    return select(func.count(latest.c.person.distinct()))
