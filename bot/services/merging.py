"""Two cases that are one: the first goes on in the second, and its number keeps resolving."""

from datetime import datetime

from bot.domain.case import Case, CaseState
from bot.domain.errors import ForbiddenMove, InvalidInput, NotAllowed
from bot.domain.process import Filled, Mover
from bot.services import moves, steps, verdicts
from bot.services.ports import UnitOfWork
from bot.services.turn import record
from bot.services.words import Words


async def merge(
    uow: UnitOfWork, words: Words, case: Case, into: Case, mover: Mover, now: datetime, reason: str = ""
) -> None:
    """Merge `case` into `into`; both histories say so, nothing of either is lost. The caller commits.

    InvalidInput for a merge into itself, ForbiddenMove into what is merged, withdrawn or not accepted itself.
    """
    if case.id == into.id:
        raise InvalidInput(f"{case.number} 不能并入它自己；请填另一件投诉的编号。")
    if into.state is CaseState.MERGED and into.merged_into is not None:
        further = await steps.resolved(uow, into)
        if further.id == case.id:
            raise ForbiddenMove(f"{into.number} 已经并入 {case.number}，不能再反过来合并。")
        raise ForbiddenMove(f"{into.number} 已经并入 {further.number}；请并入 {further.number}。")
    if not into.is_open:
        raise ForbiddenMove(f"{into.number} 不在处理中，不能并入；请先重开它，或选另一件投诉。")
    arrow = steps.process_of(words, case).meaning("merge")
    if arrow is None:
        raise ForbiddenMove("这件投诉的流程里不能合并。")
    await moves.perform(uow, words, case, arrow.id, Filled(reason=reason), mover, now, into=into)
    into.urged += case.urged
    await record(uow, into, "joined", mover.id, now, merged=case.number, title="并入", reason=reason)
    conversation = await uow.conversations.get(case.conversation_id)
    if conversation.case_id == case.id:
        conversation.case_id = conversation.question = None


async def split(
    uow: UnitOfWork, words: Words, case: Case, mover: Mover, now: datetime, reason: str = ""
) -> None:
    """Take a merged case out again: it goes on where it stood; both histories say so. The caller commits.

    ForbiddenMove for a case that isn't merged, NotAllowed for whoever may not merge.
    """
    if case.state is not CaseState.MERGED or case.merged_into is None:
        raise ForbiddenMove(f"{case.number} 没有并入别的投诉，不能拆分。")
    process = steps.process_of(words, case)
    arrow = process.meaning("merge")
    if arrow is not None and not mover.is_one_of(arrow.by, case):
        raise NotAllowed("您不能拆分投诉：要由有这项权限的人来办。")
    into, before = await uow.cases.get(case.merged_into), case.standing()
    case.step = await _step_before(uow, case) or process.start
    case.state, case.merged_into, case.closed_at = CaseState.ACCEPTED, None, None
    steps.enter(uow, words, case, now)
    after = case.standing()
    changed = [name for name in before if before[name] != after.get(name)]
    await record(
        uow, case, "split", mover.id, now, title="拆分", reason=reason,
        before={name: before[name] for name in changed}, after={name: after.get(name) for name in changed},
    )  # fmt: skip
    await record(uow, into, "parted", mover.id, now, title="拆出", parted=case.number, reason=reason)
    await verdicts.judge(uow, words, case, now)


async def _step_before(uow: UnitOfWork, case: Case) -> str | None:
    """The step from which the case was merged, as its history knows it."""
    merged = [event for event in await uow.cases.history(case.id) if event.kind == "merged"]
    payload = (merged[-1].payload or {}) if merged else {}
    step: str | None = payload.get("before", {}).get("step")
    return step
