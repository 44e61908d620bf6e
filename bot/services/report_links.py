"""From what somebody chose to the cases that are meant, and back: the filter behind every number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.errors import InvalidInput, NotFound
from bot.domain.handbook.severity import ThingKind
from bot.domain.paper_values import CHANNELS
from bot.domain.reporting import NOBODY, Kind, Period, Scope
from bot.domain.task import TaskKind
from bot.services.outbreaks import PAYLOAD
from bot.services.ports import UnitOfWork
from bot.services.words import Words

_WRONG = "没有这样的筛选条件，请从列表里选。"
_KEY_LETTERS = 64


@dataclass(frozen=True)
class Chosen:
    """What stands in the address of a report, or of the list behind one of its numbers; "" is no filter."""

    period: str = Kind.MONTH.value
    first: str = ""
    last: str = ""
    pack: str = ""
    channel: str = ""
    department: str = ""
    group: str = ""
    issue: str = ""
    handler: str = ""
    thing: str = ""
    outbreak: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Chosen":
        """From an address: `from` and `to` go before a named period."""
        known = {name: query.get(name, "").strip() for name in _NAMES}
        first, last = query.get("from", "").strip(), query.get("to", "").strip()
        period = query.get("period", "").strip()
        if not period:
            period = Kind.DAYS if first or last else Kind.MONTH
        return cls(**known, period=period, first=first, last=last)

    def at(self, now: datetime) -> Period:
        """The period; InvalidInput."""
        try:
            kind = Kind(self.period)
        except ValueError:
            raise InvalidInput(_WRONG) from None
        return Period.between(self.first, self.last) if kind is Kind.DAYS else Period.named(kind, now)

    def link(self, period: Period, **narrower: str) -> dict[str, str]:
        """The filter of the list of cases behind a number; `narrower` goes before what was chosen."""
        mine = {name: getattr(self, name) for name in _NAMES}
        days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        return {name: value for name, value in {**mine, **days, **narrower}.items() if value}


_NAMES = ("pack", "channel", "department", "group", "issue", "handler", "thing", "outbreak")


async def scope_of(
    uow: UnitOfWork, words: Words, chosen: Chosen, now: datetime, hidden: frozenset[str]
) -> Scope:
    """The cases that were chosen; InvalidInput for a filter that there is not."""
    handbook = words.handbook
    packs = {*(pack.id for pack in handbook.packs), NOBODY, ""}
    departments = {*handbook.processes.departments, NOBODY, ""}
    for value, known in (
        (chosen.pack, packs),
        (chosen.department, departments),
        (chosen.channel, {*CHANNELS, ""}),
    ):
        if value not in known:
            raise InvalidInput(_WRONG)
    scope = Scope(
        chosen.at(now), now, pack=chosen.pack or None, channel=chosen.channel or None,
        department=chosen.department or None, issue=chosen.issue or None, handler=chosen.handler or None,
        thing=_thing(chosen.thing), hidden=hidden,
    )  # fmt: skip
    if chosen.group:
        memberships = await uow.groups.memberships()
        members = frozenset(one.user_id for one in memberships if one.group_id == chosen.group)
        scope = replace(scope, members=members)
    if chosen.outbreak:
        scope = replace(scope, ids=await _named_by(uow, chosen.outbreak))
    return scope


async def _named_by(uow: UnitOfWork, task_id: str) -> frozenset[str]:
    try:
        task = await uow.tasks.get(task_id)
    except NotFound:
        raise InvalidInput(_WRONG) from None
    if task.kind is not TaskKind.ALERT or PAYLOAD not in task.payload:
        raise InvalidInput(_WRONG)
    return frozenset(task.payload["cases"])


def _thing(text: str) -> tuple[ThingKind, str] | None:
    """A kind and a key, like product:0a1b…."""
    if not text:
        return None
    kind, _, key = text.partition(":")
    if kind not in set(ThingKind) or not key.isalnum() or len(key) > _KEY_LETTERS:
        raise InvalidInput(_WRONG)
    return ThingKind(kind), key
