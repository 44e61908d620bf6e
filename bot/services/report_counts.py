"""Everything a report is made of, counted in one reading of the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.case import Case
from bot.domain.figures import REPLY_STEPS
from bot.domain.handbook.handbook import Handbook
from bot.domain.handbook.severity import ThingKind
from bot.domain.privacy import mask
from bot.domain.reporting import Scope
from bot.domain.task import TaskState
from bot.domain.things import of_case
from bot.services.outbreaks import PAYLOAD
from bot.services.ports import UnitOfWork, Units
from bot.services.ports.reports import Common, Heard, Promised, Replied, Spent, Talked, Tally, Whose

MOST_THINGS = 15  # of each kind in a report
_PUZZLED = ("not_understood", "message.emoji", "message.markup")


@dataclass(frozen=True)
class Outbreak:
    """An alert of one thing that several people complained of, and how many cases it names."""

    id: str
    at: datetime
    thing: str
    people: int
    number: int
    state: TaskState


@dataclass(frozen=True)
class Team:
    """A group of people."""

    id: str
    title: str
    members: frozenset[str]


@dataclass(frozen=True)
class Counts:
    """What was counted. `before` is of the period before, `names` gives the words of things."""

    scope: Scope
    people: Mapping[str | None, Tally]
    departments: Mapping[str | None, Tally]
    heard: Sequence[Heard]
    before: Sequence[Heard]
    spent: Sequence[Spent]
    things: Sequence[Common]
    things_before: Mapping[tuple[ThingKind, str], int]
    names: Mapping[tuple[ThingKind, str], str]
    replies: Mapping[str | None, Replied]
    promises: Mapping[str, Promised]
    talks: Talked
    outbreaks: Sequence[Outbreak]
    users: Mapping[str, str]
    teams: Sequence[Team]

    @property
    def total(self) -> Tally:
        """The figures of all people's cases together, and of those that nobody has."""
        return added(self.people.values())


def added(tallies: Collection[Tally]) -> Tally:
    """Several tallies as one."""
    names = {name for tally in tallies for name in tally}
    return {name: sum(tally.get(name, 0) for tally in tallies) for name in names}


def merged(found: Iterable[Replied]) -> Replied:
    """Several people's first replies as one."""
    each = list(found)
    classes = tuple(sum(one.classes[at] for one in each) for at in range(len(REPLY_STEPS) + 1))
    return Replied(sum(one.number for one in each), sum(one.seconds for one in each), classes)


def summed(found: Iterable[Promised]) -> Promised:
    """Several people's promises as one."""
    each: Sequence[Promised] = list(found)
    return Promised(*(sum(one[at] for one in each) for at in range(4)))


async def count(units: Units, handbook: Handbook, scope: Scope) -> Counts:
    """Count everything."""
    before = replace(scope, period=scope.period.before())
    async with units() as uow:
        asked = uow.reports
        things, tallies = await asked.things(scope, MOST_THINGS), await asked.tallies(scope)
        return Counts(
            scope=scope,
            people=_by(tallies, 0),
            departments=_by(tallies, 1),
            heard=await asked.heard(scope),
            before=await asked.heard(before),
            spent=await asked.spent(scope),
            things=things,
            things_before=await asked.of_things(before, {one.key for one in things}),
            names=await named(uow, handbook, things),
            replies=await asked.replies(scope),
            promises=await asked.promises(scope),
            talks=await asked.talks(scope, puzzled(handbook)),
            outbreaks=await _outbreaks(uow, scope),
            users={user.id: user.name for user in await uow.people.all()},
            teams=await teams(uow),
        )


async def teams(uow: UnitOfWork) -> tuple[Team, ...]:
    """The groups with their people."""
    memberships = await uow.groups.memberships()
    return tuple(
        Team(group.id, group.title, frozenset(one.user_id for one in memberships if one.group_id == group.id))
        for group in await uow.groups.all()
    )


async def named(
    uow: UnitOfWork, handbook: Handbook, things: Sequence[Common]
) -> Mapping[tuple[ThingKind, str], str]:
    """The words of things: the database knows only keys, a case that is about one tells it."""
    cases = await uow.cases.get_all({one.sample for one in things})
    found = {}
    for one in things:
        found[one.kind, one.key] = _words(uow, handbook, cases.get(one.sample), one)
    return found


def puzzled(handbook: Handbook) -> frozenset[str]:
    """The clauses that say that nothing was understood."""
    keys = [key for key in handbook.situations if key.startswith(_PUZZLED)]
    return frozenset(way.clause.id for key in keys for way in handbook.situation(key))


def _by(tallies: Mapping[Whose, Tally], place: int) -> dict[str | None, Tally]:
    """The tallies of handlers (0) or departments (1)."""
    names = {whose[place] for whose in tallies}
    return {
        name: added([tally for whose, tally in tallies.items() if whose[place] == name]) for name in names
    }


def _words(uow: UnitOfWork, handbook: Handbook, case: Case | None, one: Common) -> str:
    if case is None:
        return ""
    values = [t.value for t in of_case(case, handbook.fields, handbook.scheme.vague) if t.kind is one.kind]
    keys = uow.reports.keys(values)
    found = mask(next((value for value in values if keys[value] == one.key), ""))
    return found.upper() if one.kind is ThingKind.BATCH else found


async def _outbreaks(uow: UnitOfWork, scope: Scope) -> tuple[Outbreak, ...]:
    found = []
    for task in await uow.reports.outbreaks(scope):
        if PAYLOAD not in task.payload:
            continue
        named = tuple(task.payload["cases"])
        of_all = Scope(scope.period, scope.now, ids=frozenset(named), hidden=scope.hidden)
        number = await uow.reports.count("outbreak_cases", of_all)
        found.append(
            Outbreak(
                task.id,
                task.created_at,
                mask(str(task.payload["thing"])),
                int(task.payload["people"]),
                number,
                task.state,
            )
        )
    return tuple(found)
