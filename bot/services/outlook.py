"""What a customer who asks is told of a case: where it stands, who has it, and until when."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.case import Case
from bot.domain.people import Role
from bot.domain.process import course
from bot.domain.workdays import SHANGHAI
from bot.services import cases, steps
from bot.services.ports import UnitOfWork
from bot.services.words import Words

# Roles in plain words; who it is by name is nobody's business until they talk to the customer themselves.
_ROLES: Mapping[str, str] = {
    Role.AGENT: "客服同事",
    Role.SENIOR: "客服同事",
    Role.SUPERVISOR: "客服主管",
    Role.ADMIN: "客服主管",
}
_NO_DEPARTMENT_YET = "责任部门"
_RESTING = {"customer": "等您补充需要的内容，收到后马上接着办", "third_party": "正在等第三方的答复"}


async def values(uow: UnitOfWork, words: Words, case: Case, now: datetime) -> dict[str, str]:
    """What fills `{case.…}`; of a merged case, under its own number, where the other one stands."""
    other = await steps.resolved(uow, case)
    known = {**cases.case_values(other, words), **_hands(words, other), **_step_days(other, now)}
    if other.is_open and other.paused_for in _RESTING:
        known["case.state"] = _RESTING[other.paused_for]
    own = {"case.number": case.number or "", "case.issue": cases.rule_of(words, case).title}
    return {**known, **own}


def with_whom(words: Words, case: Case) -> str:
    """Who has to act on an open case: its department, a position, or a role."""
    owner = course(steps.process_of(words, case)).stands(case).owner
    processes = words.handbook.processes
    if owner == Role.DEPARTMENT:
        return processes.title(case.department) if case.department else _NO_DEPARTMENT_YET
    return _ROLES.get(owner) or processes.title(owner)


def is_resting(case: Case) -> bool:
    """Whether the case waits for its customer or a third party."""
    return case.paused_since is not None


def is_late(case: Case, now: datetime) -> bool:
    """Whether the promised day is over, and nobody else is waited for."""
    return case.is_open and not is_resting(case) and case.due_at is not None and case.due_at < now


def _hands(words: Words, case: Case) -> dict[str, str]:
    return {"case.with": with_whom(words, case)} if case.is_open else {}


def _step_days(case: Case, now: datetime) -> dict[str, str]:
    """The day of the present step: of one that is over, or of one that is due before the promised day."""
    step = case.step_due_at
    if step is None or not case.is_open or is_resting(case):
        return {}
    if step < now:
        return {"case.step_late": _day(step)}
    sooner = case.due_at is None or _day(step) != _day(case.due_at)
    return {"case.step_due": _day(step)} if sooner else {}


def _day(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"
