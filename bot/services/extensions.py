"""A promised day is extended only with a reason, and only when a supervisor agrees."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.errors import Conflict, InvalidInput, MissingValues, NotAllowed
from bot.domain.people import Deed, Role, User
from bot.domain.task import Assignee, Decision, Task, TaskKind, TaskState
from bot.domain.workdays import SHANGHAI
from bot.services import moves
from bot.services.deeds import DEED
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import record
from bot.services.words import Words

EXTEND = "extend"


async def ask(units: Units, clock: Clock, case_id: str, until: datetime, reason: str, by: User) -> Task:
    """Ask the supervisors for a later promised day; the case stays as it is until one agrees.

    NotAllowed, NotFound; MissingValues without a reason; InvalidInput for a day that isn't later; Conflict
    for a case that isn't in process or waits for such an approval already.
    """
    now = clock.now()
    if not by.may(Deed.TALK):
        raise NotAllowed("延期要由处理投诉的客服提出。")
    if not reason.strip():
        raise MissingValues("延期要写明原因。")
    async with units() as uow:
        case = await uow.cases.get(case_id)
        _check(case, until, now)
        for task in await uow.tasks.of_case(case_id):
            if task.state is TaskState.OPEN and task.payload.get(DEED) == EXTEND:
                raise Conflict("这件投诉已经在等主管审批延期，不用再提交。")
        task = _task(case, until, reason.strip(), by, now)
        uow.tasks.add(task)
        await record(
            uow, case, "extension_asked", by.id, now,
            title="申请延期", until=until.isoformat(), reason=reason.strip(),
        )  # fmt: skip
        await uow.commit()
    return task


async def decided(uow: UnitOfWork, words: Words, decision: Decision) -> None:
    """A supervisor has decided: the new day counts, and the customer is told; or it stays as it was.

    An effect of the inbox; the caller commits. NotAllowed; Conflict if the case has changed so that the
    extension makes no sense any more.
    """
    task, by, now = decision.task, decision.by, decision.at
    if not by.may(Deed.OVERSEE):
        raise NotAllowed("延期要由主管审批。")
    case = await uow.cases.get(task.case_id or "")
    until = datetime.fromisoformat(task.payload["until"])
    if not decision.approved:
        await record(
            uow, case, "extension_refused", by.id, now,
            title="不同意延期", until=until.isoformat(), reason=decision.note,
        )  # fmt: skip
        return
    _check(case, until, now)
    await _extend(uow, case, task, until, by, now)
    agreed = until.astimezone(SHANGHAI)
    said = f"{agreed.month}月{agreed.day}日{agreed:%H:%M}"
    await moves.tell(uow, words, case, "handling.agreed_time", now, **{"case.agreed_time": said})


async def _extend(uow: UnitOfWork, case: Case, task: Task, until: datetime, by: User, now: datetime) -> None:
    before = case.due_at.isoformat() if case.due_at else None
    case.due_at, case.extended = until, True
    case.warned_at = case.broken_at = None  # of the day that is no more; the history has both
    await record(
        uow, case, "extended", by.id, now,
        title="延期", before={"due_at": before}, after={"due_at": until.isoformat()},
        reason=task.payload["reason"], asked_by=task.created_by,
    )  # fmt: skip


def _check(case: Case, until: datetime, now: datetime) -> None:
    if not case.is_open or case.due_at is None:
        raise Conflict("这件投诉不在处理中，没有期限可以延长。")
    if until.tzinfo is None:
        raise InvalidInput("新的期限要带时区。")
    if until <= max(now, case.due_at):
        raise InvalidInput("新的期限要比现在的期限晚，也要在今后。")


def _task(case: Case, until: datetime, reason: str, by: User, now: datetime) -> Task:
    local = until.astimezone(SHANGHAI)
    return Task(
        id=new_id(now),
        kind=TaskKind.APPROVAL,
        title=f"{case.number} 申请延期到{local.month}月{local.day}日{local:%H:%M}：{reason}",
        assignee_kind=Assignee.ROLE,
        assignee=Role.SUPERVISOR,
        created_at=now,
        created_by=by.id,
        case_id=case.id,
        payload={DEED: EXTEND, "until": until.isoformat(), "reason": reason},
    )
