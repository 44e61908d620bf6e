"""Histories as proof: whether their chains are whole, and forgetting what one entry says."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.case import CaseEvent
from bot.domain.errors import Conflict, MissingValues, NotAllowed, NotFound
from bot.domain.history import first_break
from bot.domain.people import Deed, User
from bot.services.chronicle import KINDS
from bot.services.papers import case_numbered
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import record

_AT_ONCE = 500  # histories read in one transaction


@dataclass(frozen=True)
class Break:
    """The first entry that doesn't fit the chain of a case; `case` is its number, or the id of a draft."""

    case: str
    seq: int
    kind: str


@dataclass
class Checked:
    """How many histories and entries were looked at, and what is wrong with them."""

    cases: int = 0
    entries: int = 0
    breaks: list[Break] = field(default_factory=list)


async def check(reading: Units, progress: Callable[[Checked], None] = lambda _: None) -> Checked:
    """Check the chain of every history; `progress` hears from time to time how far it is.

    Entries that were cut off at a history's end leave no trace (bot/domain/history.py).
    """
    found, after = Checked(), ""
    while True:
        async with reading() as uow:
            histories = await uow.cases.next_histories(after, _AT_ONCE)
            for case_id, events in histories.items():
                await _check_one(uow, found, case_id, events)
        if not histories:
            return found
        after = list(histories)[-1]
        progress(found)


async def _check_one(uow: UnitOfWork, found: Checked, case_id: str, events: list[CaseEvent]) -> None:
    found.cases += 1
    found.entries += len(events)
    seq = first_break(events)
    if seq is not None:
        kind = next(event.kind for event in events if event.seq == seq)
        case = await uow.cases.get(case_id)
        found.breaks.append(Break(case.number or case_id, seq, KINDS.get(kind, kind)))


async def erase(units: Units, clock: Clock, number: str, seq: int, reason: str, login: str) -> str:
    """Forget for ever what the `seq`-th entry of a case's history says; its title, for the answer.

    That it was there, when and by whom stays, and the chain stays whole; who had it erased and why becomes an
    entry of its own. NotFound, MissingValues without a reason, NotAllowed unless `login` is a supervisor's or
    an admin's, Conflict if it was erased before.
    """
    if not reason.strip():
        raise MissingValues("抹去记录要写明原因。")
    async with units() as uow:
        person = await _supervisor(uow, login)
        case = await case_numbered(uow, number)
        events = await uow.cases.history(case.id)
        event = next((one for one in events if one.seq == seq), None)
        if event is None:
            raise NotFound(f"案件 {case.number} 没有第 {seq} 条记录，一共 {len(events)} 条。")
        title = KINDS.get(event.kind, event.kind)
        if event.payload is None:
            raise Conflict(f"案件 {case.number} 的第 {seq} 条记录（{title}）已经抹去了。")
        await uow.cases.erase_event(event.id)
        await record(
            uow, case, "entry_erased", person.id, clock.now(),
            title=f"抹去第 {seq} 条记录的内容（{title}）", seq=seq, reason=reason.strip(),
        )  # fmt: skip
        await uow.commit()
    return title


async def _supervisor(uow: UnitOfWork, login: str) -> User:
    person = await uow.people.by_login(login)
    if person is None:
        raise NotFound(f"没有登录名 {login}。")
    if not person.active or not person.may(Deed.OVERSEE):
        raise NotAllowed("抹去记录要以主管或管理员的名义。")
    return person
