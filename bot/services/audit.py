"""The audit log: written in the transaction of the deed, searched by supervisors, checked at the terminal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.audit import TITLES, AuditEntry, Deed, Wanted, first_break
from bot.domain.case import Case
from bot.domain.people import User
from bot.services.ports import UnitOfWork, Units

TERMINAL = "the terminal"  # who acts there without naming a person
PAGE = 100  # entries on one page
_AT_ONCE = 1000  # entries checked in one transaction
_NOTHING: Mapping[str, Any] = {}
# Who is nobody of the desk: what they do stands in the case's history alone.
_MACHINES = frozenset({"bot", "desk", "customer"})
# Entries of a case's history that say more than that it was changed.
_OF_CASES = {"file_opened": "original_opened", "evidence_made": "evidence_made"}


async def record(
    uow: UnitOfWork,
    actor: str,
    deed: str,
    object: str,
    details: Mapping[str, Any] = _NOTHING,
    *,
    now: datetime,
) -> None:
    """Write down who (`actor`: a person's id, or who else) did what to which `object` ("case:…", "user:…").

    It becomes true with the transaction. Details hold what changed and why, never what was looked at.
    """
    uow.audit.add(Deed(now, actor, deed, object, details))


async def of_case(uow: UnitOfWork, case: Case, kind: str, actor: str, now: datetime) -> None:
    """Write down that a person made an entry of this kind in a case's history, which says the rest."""
    if actor not in _MACHINES:
        deed = _OF_CASES.get(kind, "case_changed")
        await record(uow, actor, deed, case_object(case), {"entry": kind}, now=now)


def case_object(case: Case) -> str:
    """A case as the log names it: by its number, a draft by its id."""
    return f"case:{case.number or case.id}"


@dataclass(frozen=True)
class Shown:
    """An entry as supervisors see it."""

    seq: int
    at: datetime
    who: str
    what: str
    object: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AuditPage:
    """One page, newest first; `before` leads to the next, None on the last. `logins` are for the filter."""

    entries: tuple[Shown, ...]
    before: int | None
    logins: tuple[tuple[str, str], ...]


class AuditLog:
    """Looks the log up. Reads only."""

    def __init__(self, reading: Units) -> None:
        self._reading = reading

    async def page(self, wanted: Wanted, login: str, user: User) -> AuditPage:
        """One page; `login` names the person whose deeds are wanted ("" anybody's, an unknown one has none).

        Nothing of what `user` keeps out of is shown, nor that they do.
        """
        async with self._reading() as uow:
            people = {one.id: one for one in await uow.people.all()}
            hidden = await _hidden(uow, user)
            actor = {one.login: one.id for one in people.values()}.get(login, login) or None
            found = await uow.audit.page(replace(wanted, actor=actor, hidden=hidden), PAGE + 1)
        names = {known: f"{one.name}（{one.login}）" for known, one in people.items()}
        shown = tuple(_shown(entry, names) for entry in found[:PAGE])
        logins = tuple((one.login, one.name) for one in people.values())
        return AuditPage(shown, shown[-1].seq if len(found) > PAGE else None, logins)


@dataclass
class Checked:
    """How many entries were looked at, the chain value of the last, and where it breaks first."""

    entries: int = 0
    last: str = ""
    broken: int | None = None


async def check(reading: Units, progress: Callable[[Checked], None] = lambda _: None) -> Checked:
    """Check the chain of the whole log; it stops at the first break."""
    found, previous = Checked(), None
    while True:
        async with reading() as uow:
            entries = await uow.audit.after(previous.seq if previous else 0, _AT_ONCE)
        found.broken = first_break(entries, previous)
        if found.broken is not None or not entries:
            return found
        previous = entries[-1]
        found.entries, found.last = found.entries + len(entries), previous.chain
        progress(found)


async def _hidden(uow: UnitOfWork, user: User) -> tuple[str, ...]:
    """The cases and conversations that a person keeps out of, as the log names them."""
    rows = await uow.avoidances.of_user(user.id)
    cases = await uow.cases.get_all({row.case_id for row in rows})
    talks = {f"conversation:{row.conversation_id}" for row in rows}
    return (*sorted(talks), *map(case_object, cases.values()), *(f"case:{known}" for known in cases))


def _shown(entry: AuditEntry, names: Mapping[str, str]) -> Shown:
    told = ((name, _told(value)) for name, value in entry.details.items())
    details = tuple((name, words) for name, words in told if words)
    what = TITLES.get(entry.deed, entry.deed)
    return Shown(entry.seq, entry.at, names.get(entry.actor, entry.actor), what, entry.object, details)


def _told(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
