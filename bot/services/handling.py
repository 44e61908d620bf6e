"""What people of the desk do with an accepted case: move it along its process, let it rest, merge, reopen.

Every change names the version that the person has seen (the number of the last entry of the case's history):
whoever comes second is told what changed, and nothing is overwritten.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

from bot.domain.case import Case, read_number
from bot.domain.errors import Conflict, ForbiddenMove, InvalidInput, MissingValues, NotAllowed, NotFound
from bot.domain.handbook.process import Arrow
from bot.domain.people import Deed, User
from bot.domain.process import Course, Filled, Mover, course
from bot.services import approvals, avoidance, merging, moves, steps, told_words
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.standing import Standing, asks_why, standing_of
from bot.services.turn import record
from bot.services.words import Words

_NOTHING: Mapping[str, str] = {}


class Handling:
    """Moves cases for people of the desk; each call is one transaction."""

    def __init__(self, units: Units, words: Words, clock: Clock) -> None:
        self._units, self._words, self._clock = units, words, clock

    async def moves(self, case_id: str, user: User) -> Standing:
        """Where the case stands, what this person may do with it, and which approvals it waits for."""
        async with self._units() as uow:
            case = await _visible(uow, case_id, user)
            return await standing_of(uow, self._words, case, await _mover(uow, user))

    async def move(
        self,
        case_id: str,
        arrow: str,
        user: User,
        version: int,
        values: Mapping[str, str] = _NOTHING,
        reason: str = "",
        confirmed: Collection[str] = (),
    ) -> None:
        """Take an arrow, or propose it where it needs approval.

        Raises ForbiddenMove, NotAllowed, MissingValues, InvalidInput, Conflict with what others did
        meanwhile, or Unconfirmed if what the customer is told of it has warnings that are not among
        `confirmed`; the case is then unchanged.
        """
        filled = Filled(values, reason)
        async with self._change(case_id, user, version) as (uow, case, mover, now):
            found, _ = self._path(case).try_out(case, arrow, filled, mover)
            if found.means == "merge":
                raise InvalidInput("合并要说明并入哪一件投诉；请用“合并”。")
            if asks_why(found) and not reason.strip():
                raise MissingValues(f"“{found.title}”要写明原因。")
            told = told_words.heard(self._words, found.say, {**(case.findings or {}), **filled.values})
            await told_words.clear(uow, self._words, case, told, confirmed, user.id, now)
            if found.approval:
                await approvals.ask(uow, self._words, case, found, filled, mover, now)
            else:
                await moves.perform(uow, self._words, case, arrow, filled, mover, now)

    async def close(
        self,
        case_id: str,
        user: User,
        version: int,
        values: Mapping[str, str] = _NOTHING,
        reason: str = "",
        confirmed: Collection[str] = (),
    ) -> None:
        """Close the case by the one way that leads there from where it stands."""
        async with self._units() as uow:
            case = await _visible(uow, case_id, user)
            path, mover = self._path(case), await _mover(uow, user)
        ways = [arrow for arrow in path.possible(case, mover) if _closes(path, arrow)]
        if not ways:
            raise ForbiddenMove(f"投诉现在是“{path.stands(case).title}”，还不能结案。")
        if len(ways) > 1:
            titles = "、".join(arrow.title for arrow in ways)
            raise InvalidInput(f"有几种结案方式，请选一种：{titles}。")
        await self.move(case_id, ways[0].id, user, version, values, reason, confirmed)

    async def reopen(self, case_id: str, user: User, version: int, reason: str) -> None:
        """Take a closed or withdrawn case up again; MissingValues without a reason."""
        await self._by_meaning("reopen", case_id, user, version, reason)

    async def withdraw(self, case_id: str, user: User, version: int, reason: str) -> None:
        """Withdraw for a customer who said so elsewhere; MissingValues without a reason."""
        await self._by_meaning("withdraw", case_id, user, version, reason)

    async def merge(self, case_id: str, into: str, user: User, version: int, reason: str = "") -> None:
        """Let the case go on in another one, named by its number; its own number keeps resolving."""
        async with self._change(case_id, user, version) as (uow, case, mover, now):
            number = read_number(into)
            other = await uow.cases.by_number(number) if number else None
            if other is None or other.id in (await avoidance.hidden(uow, user.id)).cases:
                raise NotFound(f"没有编号是 {into} 的投诉；请核对编号。")
            await merging.merge(uow, self._words, case, other, mover, now, reason)

    async def split(self, case_id: str, user: User, version: int, reason: str) -> None:
        """Take a merged case out of the other one again; MissingValues without a reason."""
        if not reason.strip():
            raise MissingValues("请写明拆分的原因。")
        async with self._change(case_id, user, version) as (uow, case, mover, now):
            await merging.split(uow, self._words, case, mover, now, reason.strip())

    async def pause(
        self,
        case_id: str,
        user: User,
        version: int,
        waits_for: Literal["customer", "third_party"],
        wanted: str,
        confirmed: Collection[str] = (),
    ) -> None:
        """Let the case rest while the customer or a third party owes us something; the customer is told what.

        That time doesn't count as our delay (Q-4). Due dates stay: extending them needs a supervisor.
        Unconfirmed as with `move`.
        """
        if not wanted.strip():
            raise MissingValues("请写明在等什么。")
        async with self._change(case_id, user, version) as (uow, case, mover, now):
            _must_be_open(case)
            if case.paused_since is not None:
                raise Conflict("这件投诉已经在等待中了。")
            if waits_for == "customer":
                await told_words.clear(uow, self._words, case, [wanted.strip()], confirmed, user.id, now)
            case.pause(waits_for, now)
            await record(uow, case, "paused", mover.id, now, waits_for=waits_for, reason=wanted.strip())
            if waits_for == "customer":
                await moves.tell(
                    uow, self._words, case, "handling.waiting", now, **{"case.wanted": wanted.strip()}
                )

    async def resume(self, case_id: str, user: User, version: int) -> None:
        """What was missing has come: the time counts again."""
        async with self._change(case_id, user, version) as (uow, case, mover, now):
            _must_be_open(case)
            if case.paused_since is None:
                raise Conflict("这件投诉没有在等待。")
            case.resume(now)
            await record(uow, case, "resumed", mover.id, now, paused_seconds=case.paused_seconds)

    async def _by_meaning(self, means: str, case_id: str, user: User, version: int, reason: str) -> None:
        if not reason.strip():
            raise MissingValues("请写明原因。")
        async with self._units() as uow:
            case = await _visible(uow, case_id, user)
        arrow = steps.process_of(self._words, case).meaning(means)
        if arrow is None:
            raise ForbiddenMove("这件投诉的流程里没有这个操作。")
        await self.move(case_id, arrow.id, user, version, reason=reason)

    @asynccontextmanager
    async def _change(
        self, case_id: str, user: User, version: int
    ) -> AsyncIterator[tuple[UnitOfWork, Case, Mover, datetime]]:
        """One transaction on a case that nobody changed since `version`.

        Of two who write at the same moment the database lets one through; the other one, too, is told what
        the first did.
        """
        try:
            async with self._units() as uow:
                case = await _visible(uow, case_id, user)
                if case.is_draft or case.number is None:
                    raise ForbiddenMove("投诉还没有受理，受理之后才能处理。")
                await moves.unchanged_since(uow, self._words, case, version)
                yield uow, case, await _mover(uow, user), self._clock.now()
                await uow.commit()
        except Conflict as conflict:
            if isinstance(conflict, ForbiddenMove):
                raise
            async with self._units() as uow:
                await moves.unchanged_since(uow, self._words, await uow.cases.get(case_id), version)
            raise

    def _path(self, case: Case) -> Course:
        return course(steps.process_of(self._words, case))


def _closes(path: Course, arrow: Arrow) -> bool:
    state = path.process.state(arrow.to)
    return state is not None and state.ends == "closed"


def _must_be_open(case: Case) -> None:
    if not case.is_open:
        raise ForbiddenMove("这件投诉已经不在处理中。")


async def _visible(uow: UnitOfWork, case_id: str, user: User) -> Case:
    """The case, if it is any of this person's business: departments see what was handed to them."""
    await avoidance.keep_out(uow, user.id, case_id=case_id)
    case = await uow.cases.get(case_id)
    if user.may(Deed.TALK):
        return case
    if user.may(Deed.ANSWER_FOR_DEPARTMENT) and user.department and user.department == case.department:
        return case
    if user.active and await uow.people.positions(user.id):
        return case
    if not user.active:
        raise NotAllowed("这个登录名已停用。")
    raise NotFound("没有这件投诉。")


async def _mover(uow: UnitOfWork, user: User) -> Mover:
    return Mover(user.id, user, await uow.people.positions(user.id))
