"""What a case can fill into papers: the value names that forms use, and their Chinese titles."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case, CaseState
from bot.domain.handbook.form import VALUE_TITLES
from bot.domain.handbook.handbook import Handbook
from bot.domain.workdays import SHANGHAI

CHANNELS = {
    "web": "网页",
    "phone": "电话",
    "mail": "邮件",
    "wechat": "公众号",
    "kf": "微信客服",
    "visit": "现场",
    "counter": "柜台",
    "letter": "信函",
}
STATES = {
    CaseState.DRAFT: "登记中",
    CaseState.ACCEPTED: "处理中",
    CaseState.CLOSED: "已结案",
    CaseState.WITHDRAWN: "已撤诉",
    CaseState.MERGED: "已合并",
}
VERDICTS = {"founded": "属实", "unfounded": "不属实"}
SATISFIED = frozenset({"非常满意", "满意"})  # the two with which a case is closed (D01 [000:16])


@dataclass(frozen=True)
class CaseFile:
    """A case with what a paper has to know besides: who handles it, and the day on which it is printed."""

    case: Case
    handler: str
    now: datetime


def day(moment: datetime | None) -> str:
    """A moment as a day in Shanghai, like 2026年3月18日; nothing for none."""
    if moment is None:
        return ""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def minute(moment: datetime | None) -> str:
    """A moment in Shanghai to the minute, like 2026-03-18 10:00; nothing for none."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def titles(handbook: Handbook) -> dict[str, str]:
    """The title of every value that a form may name: of the case, of the packs, filled in by people."""
    found = dict(VALUE_TITLES)
    found |= {f"field.{rule.id}": rule.title for rule in handbook.fields.values()}
    for process in handbook.processes.all.values():
        found |= {f"finding.{value.id}": value.title for value in process.values}
    for form in handbook.forms.values():
        found |= {f"finding.{asked.id}": asked.title for asked in form.asks}
    return found


def values(file: CaseFile, handbook: Handbook) -> dict[str, str]:
    """What this case fills in; what it lacks is missing or empty."""
    case = file.case
    found = {**_about(case, handbook), **_progress(file, handbook)}
    found |= {f"field.{name}": value for name, value in case.fields.items() if value}
    found |= {f"finding.{name}": str(value) for name, value in (case.findings or {}).items() if value}
    return found


def _about(case: Case, handbook: Handbook) -> dict[str, str]:
    rule = handbook.issue(case.issue, product=case.fields.get("product"), place=case.fields.get("place"))
    thing = rule.kind == "产品"
    return {
        "case.number": case.number or "",
        "case.subject": f"关于客户投诉{case.number or ''}（{rule.title}）的处理",
        "case.issue": rule.title,
        "case.own_class": rule.own_class or "",
        "case.category": case.category,
        "case.kind": rule.kind.value,
        "case.severity": case.severity,
        "case.heat": case.heat,
        "case.text": case.text,
        "case.channel": CHANNELS.get(case.channel, case.channel),
        "case.deadline": rule.deadline.text,
        "letter.subject": "产品" if thing else "服务",
        "letter.experience": "购物" if thing else "使用",
        "letter.event": "购买" if thing else "使用",
        "letter.number_name": "订单号" if thing else "服务编号",
    }


def _progress(file: CaseFile, handbook: Handbook) -> dict[str, str]:
    case, processes = file.case, handbook.processes
    process = processes.all.get(case.process or "")
    state = process.state(case.step or "") if process else None
    satisfied = case.state is CaseState.CLOSED and (case.findings or {}).get("satisfaction") in SATISFIED
    return {
        "case.opened": day(case.opened_at),
        "case.accepted": minute(case.accepted_at),
        "case.due": day(case.due_at),
        "case.step": state.title if state else "",
        "case.step_due": minute(case.step_due_at),
        "case.closed": minute(case.closed_at),
        "case.state": STATES[case.state],
        "case.department": processes.title(case.department) if case.department else "",
        "case.verdict": VERDICTS.get(case.verdict or "", ""),
        "case.verdict_id": case.verdict or "",
        "case.ended": "satisfied" if satisfied else "",
        "case.handler": file.handler,
        "letter.date": day(file.now),
    }
