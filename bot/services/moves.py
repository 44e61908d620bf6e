"""Moving a case along its process: the arrow, the entry in its history, and what the customer hears of it."""

from datetime import datetime

from bot.domain.case import Case, CaseState, changes
from bot.domain.errors import Conflict, NotFound
from bot.domain.handbook.process import Arrow
from bot.domain.process import CUSTOMER, DESK, Filled, Mover, course, moment
from bot.domain.workdays import SHANGHAI
from bot.services import cases, persons, recounting, steps, verdicts, visits
from bot.services.passing_on import pass_on
from bot.services.ports import UnitOfWork
from bot.services.turn import announce, deliver, record
from bot.services.words import Words

KINDS = {"withdraw": "withdrawn", "merge": "merged", "reopen": "reopened"}
MOVES = frozenset(
    {
        "accepted", "moved", "closed", "withdrawn", "merged", "split", "reopened", "paused", "resumed",
        "refiled", "assigned", "corrected", "approval_asked", "approval_given", "approval_refused",
        "extended", "reclassified",
    }
)  # fmt: skip


async def perform(
    uow: UnitOfWork,
    words: Words,
    case: Case,
    arrow_id: str,
    filled: Filled,
    mover: Mover,
    now: datetime,
    *,
    approved_by: tuple[str, ...] = (),
    into: Case | None = None,
) -> Arrow:
    """Take the arrow, record it with before and after, and tell the customer what concerns them.

    `approved_by`: it was proposed, and these have approved it; whether the proposer may is not asked again.
    `into`: the case into which this one is merged. The caller commits. Raises ForbiddenMove, NotAllowed,
    MissingValues, InvalidInput; the case is then unchanged.
    """
    path = course(steps.process_of(words, case))
    arrow, state = path.try_out(case, arrow_id, filled, None if approved_by else mover)
    before = case.standing()
    await visits.leaving(uow, words, case, arrow, filled, mover.id, now)
    await steps.walk(uow, words, case, arrow, state, filled, now)
    await visits.arrived(uow, words, case, steps.process_of(words, case), now)
    if into is not None:
        case.merged_into = into.id
    if arrow.means == "reopen":
        _begin_again(words, case, now)
    if mover.user is not None and case.handler_id is None and mover.is_one_of(("agent",), case):
        case.handler_id = mover.id
    more = _more(words, case, before, approved_by)
    await _record(uow, case, arrow, filled, mover, now, before, **more)
    await verdicts.judge(uow, words, case, now)
    if arrow.say is not None:
        await _tell(uow, words, case, arrow.say, now, into)
    return arrow


async def by_customer(
    uow: UnitOfWork, words: Words, case: Case, arrow_id: str, filled: Filled, now: datetime
) -> Arrow:
    """The customer's own word moves the case: 同意, 不同意, 满意, 不满意, 重开."""
    return await perform(uow, words, case, arrow_id, filled, CUSTOMER, now)


async def by_desk(
    uow: UnitOfWork, words: Words, case: Case, arrow_id: str, filled: Filled, now: datetime
) -> Arrow:
    """The desk itself moves the case: nobody could be reached, a survey came back."""
    return await perform(uow, words, case, arrow_id, filled, DESK, now)


async def unchanged_since(uow: UnitOfWork, words: Words, case: Case, version: int) -> None:
    """Conflict with what others did to the case since `version`, the last entry that the person has seen."""
    done = [
        event for event in await uow.cases.history(case.id) if event.seq > version and event.kind in MOVES
    ]
    if not done:
        return
    last = done[-1]
    who = await _name(uow, last.actor)
    what = (last.payload or {}).get("title") or _DONE.get(last.kind, "处理过")
    state = course(steps.process_of(words, case)).stands(case)
    at = last.at.astimezone(SHANGHAI)
    raise Conflict(
        f"{who}在 {at:%m-%d %H:%M} 已经“{what}”，投诉现在是“{state.title}”。您的操作没有保存，请看过再办。"
    )


async def tell(
    uow: UnitOfWork, words: Words, case: Case, situation: str, now: datetime, **values: str
) -> None:
    """Say something about the case to its customer, in the transaction that makes it true."""
    conversation = await persons.talk_of(uow, case)
    announce(conversation, words, situation, {**told(case, words), **values})
    pass_on(uow, words, case, conversation, now)
    deliver(uow, conversation, now)


def told(case: Case, words: Words) -> dict[str, str]:
    """What sentences about a case in process fill into their placeholders."""
    findings = {f"case.{name}": text for name, text in (case.findings or {}).items()}
    if "case.agreed_time" in findings:
        agreed = moment(findings["case.agreed_time"]).astimezone(SHANGHAI)
        findings["case.agreed_time"] = f"{agreed.month}月{agreed.day}日{agreed:%H:%M}"
    department = words.handbook.processes.title(case.department) if case.department else ""
    return {**cases.case_values(case, words), **findings, "case.department": department}


async def _tell(
    uow: UnitOfWork, words: Words, case: Case, situation: str, now: datetime, into: Case | None
) -> None:
    number = (into.number or "") if into else ""
    await tell(uow, words, case, situation, now, **{"case.merged_into": number})


def _begin_again(words: Words, case: Case, now: datetime) -> None:
    """A reopened case gets a promise of its own; what was found before is asked anew."""
    case.verdict, case.merged_into = None, None
    recounting.promise(words, case, now, cases.rule_of(words, case).deadline.duration)


def _more(
    words: Words, case: Case, before: dict[str, object], approved_by: tuple[str, ...]
) -> dict[str, object]:
    """Who approved, and whether a new date lies in a year whose days off are not known yet."""
    moved = changes(before, case.standing())["after"]
    doubts = recounting.doubts(
        words, *(getattr(case, day) for day in ("step_due_at", "due_at") if day in moved)
    )
    return {**({"approved_by": list(approved_by)} if approved_by else {}), **doubts}


async def _record(
    uow: UnitOfWork,
    case: Case,
    arrow: Arrow,
    filled: Filled,
    mover: Mover,
    now: datetime,
    before: dict[str, object],
    **more: object,
) -> None:
    kind = KINDS.get(arrow.means or "", "closed" if case.state is CaseState.CLOSED else "moved")
    await record(
        uow,
        case,
        kind,
        mover.id,
        now,
        arrow=arrow.id,
        title=arrow.title,
        reason=filled.reason.strip(),
        **changes(before, case.standing()),
        **more,
    )


_DONE = {
    "accepted": "受理",
    "paused": "暂停",
    "resumed": "继续",
    "extended": "延期",
    "assigned": "换人处理",
    "corrected": "更正级别",
    "reclassified": "更改类别",
}


async def _name(uow: UnitOfWork, actor: str) -> str:
    known = {"customer": "顾客", "desk": "系统", "bot": "机器人"}
    if actor in known:
        return known[actor]
    try:
        return (await uow.people.get(actor)).name
    except NotFound:
        return "有人"
