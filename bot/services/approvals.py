"""Approvals of a move: asked for in the pack's order, and the case moves when the last one is given."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.errors import Conflict, InvalidInput, MissingValues, NotAllowed
from bot.domain.handbook.process import Arrow
from bot.domain.people import User
from bot.domain.process import Filled, Mover
from bot.domain.task import Assignee, Decision, Task, TaskKind, TaskState
from bot.services import moves, papers, steps
from bot.services.ids import new_id
from bot.services.ports import UnitOfWork
from bot.services.turn import record
from bot.services.words import Words


async def ask(
    uow: UnitOfWork, words: Words, case: Case, arrow: Arrow, filled: Filled, mover: Mover, now: datetime
) -> None:
    """Propose a move that needs approval: the first position finds it in its inbox, the case stays.

    Conflict if it is already waiting for approval; InvalidInput if a position is held by nobody.
    """
    for task in await uow.tasks.of_case(case.id):
        if task.state is TaskState.OPEN and task.payload.get("arrow") == arrow.id:
            raise Conflict(f"“{arrow.title}”已经在等{_title(words, task.assignee)}审批，不用再提交。")
    for position in arrow.approval:
        if not await uow.people.holders(position):
            who = _title(words, position)
            raise InvalidInput(f"还没有人担任“{who}”，“{arrow.title}”没法送审；请管理员先指定。")
    payload: dict[str, object] = {
        steps.MINE: case.step,
        "arrow": arrow.id,
        "values": steps.given(words, steps.process_of(words, case), filled),
        "reason": filled.reason,
        "left": list(arrow.approval[1:]),
        "given": [],
        "proposed_by": mover.id,
    }
    uow.tasks.add(_task(case, arrow, arrow.approval[0], payload, mover.id, now))
    await record(
        uow, case, "approval_asked", mover.id, now,
        arrow=arrow.id, title=f"{arrow.title}（送审）", position=arrow.approval[0], reason=filled.reason,
    )  # fmt: skip


async def approval_decided(uow: UnitOfWork, words: Words, decision: Decision) -> None:
    """Somebody has decided about a proposed move: back with a reason, on to the next, or the case moves.

    The caller commits. NotAllowed without the position, or for the proposer while somebody else holds it
    (four eyes); MissingValues for a refusal without a reason; Conflict if the case has moved on meanwhile.
    """
    task = decision.task
    if papers.PAPER in task.payload:
        await papers.decided(uow, decision)
        return
    if task.case_id is None:
        raise InvalidInput(f"“{task.title}”不是投诉的审批。")
    case = await uow.cases.get(task.case_id)
    await _may_decide(uow, words, task, decision.by)
    if not decision.approved and not decision.note:
        raise MissingValues("退回时要写明原因，提交的人才知道怎么改。")
    decision.close()
    if case.step != task.payload[steps.MINE] or not case.is_open:
        raise Conflict(f"“{task.title}”已经不用审批：投诉在这期间有了变化，请刷新后再看。")
    await (_approved if decision.approved else _refused)(uow, words, case, decision)


async def _may_decide(uow: UnitOfWork, words: Words, task: Task, by: User) -> None:
    holders = {user.id for user in await uow.people.holders(task.assignee)}
    if by.id not in holders:
        raise NotAllowed(f"“{task.title}”要由{_title(words, task.assignee)}审批。")
    if task.payload["proposed_by"] == by.id and holders - {by.id}:
        raise NotAllowed(f"“{task.title}”是您自己提交的，请另一位{_title(words, task.assignee)}审批。")


async def _approved(uow: UnitOfWork, words: Words, case: Case, decision: Decision) -> None:
    task, by, now = decision.task, decision.by, decision.at
    payload = task.payload
    arrow = steps.process_of(words, case).arrow(payload["arrow"])
    if arrow is None:
        raise Conflict(f"手册包里已经没有“{task.title}”这个操作，请重新提交。")
    given, left = [*payload["given"], by.id], payload["left"]
    await record(
        uow, case, "approval_given", by.id, now,
        arrow=arrow.id, title=f"{arrow.title}（批准）", position=task.assignee, reason=decision.note,
    )  # fmt: skip
    if left:
        further = {**payload, "left": left[1:], "given": given}
        uow.tasks.add(_task(case, arrow, left[0], further, task.created_by, now))
        return
    filled = Filled(payload["values"], payload["reason"])
    proposer = Mover(payload["proposed_by"], await uow.people.get(payload["proposed_by"]))
    await moves.perform(uow, words, case, arrow.id, filled, proposer, now, approved_by=tuple(given))


async def _refused(uow: UnitOfWork, words: Words, case: Case, decision: Decision) -> None:
    """Back to who proposed it, with the reason."""
    task, by, now, note = decision.task, decision.by, decision.at, decision.note
    arrow = steps.process_of(words, case).arrow(task.payload["arrow"])
    title = arrow.title if arrow else task.title
    await record(
        uow, case, "approval_refused", by.id, now,
        arrow=task.payload["arrow"], title=f"{title}（退回）", position=task.assignee, reason=note,
    )  # fmt: skip
    uow.tasks.add(
        Task(
            id=new_id(now),
            kind=TaskKind.ALERT,
            title=f"{case.number} “{title}”没有批准：{note}",
            assignee_kind=Assignee.USER,
            assignee=task.payload["proposed_by"],
            created_at=now,
            created_by=by.id,
            case_id=case.id,
            payload={steps.MINE: case.step},
        )
    )


def _task(
    case: Case, arrow: Arrow, position: str, payload: dict[str, object], by: str, now: datetime
) -> Task:
    return Task(
        id=new_id(now),
        kind=TaskKind.APPROVAL,
        title=f"{case.number} {arrow.title}",
        assignee_kind=Assignee.POSITION,
        assignee=position,
        created_at=now,
        created_by=by,
        case_id=case.id,
        payload=payload,
    )


def _title(words: Words, position: str) -> str:
    return words.handbook.processes.title(position)
