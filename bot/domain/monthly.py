"""The monthly register and report of complaints: what the handbooks ask to be counted.

M-8 is D07 [000:80], M-3 and M-5 D35 [002:308-310], M-6 and M-12 D35 and D34, M-11 D01 [000:14-16], M-26 D16
[001:274-282], M-27 D04 [000:27].
"""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.domain.case import Case, CaseState
from bot.domain.errors import InvalidInput
from bot.domain.handbook.model import Category
from bot.domain.handbook.severity import Severity
from bot.domain.paper_values import SATISFIED, STATES
from bot.domain.workdays import SHANGHAI

SATISFACTION = ("非常满意", "满意", "一般", "不满意", "非常不满意")
NO_ANSWER, NO_DATA = "没有回答", "无数据"
SILENCE = "没有登记到投诉，不等于顾客满意：先确认投诉渠道是否畅通，满意度以调查为准。"
Line = tuple[str | int | float, ...]
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_COUNTED = frozenset({CaseState.ACCEPTED, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED})


@dataclass(frozen=True)
class Month:
    """A calendar month in Shanghai: from `since`, up to but not including `until`."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Self:
        """From text like 2026-03; InvalidInput."""
        found = _MONTH.fullmatch(text.strip())
        if found is None:
            raise InvalidInput(f"月份要写成 2026-03 这样，而不是 {text}。")
        return cls(int(found[1]), int(found[2]))

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=SHANGHAI)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=SHANGHAI)

    @property
    def title(self) -> str:
        """Like 2026年3月."""
        return f"{self.year}年{self.month}月"

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it."""
        return moment is not None and self.since <= moment < self.until


@dataclass(frozen=True)
class Table:
    """A part of the report: its title, where the handbook asks for it, a header, and lines."""

    title: str
    source: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]


def report(cases: Iterable[Case], month: Month, now: datetime, issue: Callable[[Case], str]) -> list[Table]:
    """What happened in the month. `issue` gives the Chinese title of a case's issue."""
    cases = [case for case in cases if case.state in _COUNTED and case.accepted_at is not None]
    accepted = [case for case in cases if month.holds(case.accepted_at)]
    closed = [case for case in cases if month.holds(case.closed_at) and case.state is CaseState.CLOSED]
    return [
        _overview(accepted, closed, now),
        _counted("按类别", "M-8 D07 [000:80]", accepted, lambda case: case.category, list(Category)),
        _counted("按投诉事项", "M-22 D36 [003:31]", accepted, issue),
        _counted("按严重程度", "D25 [001:597]", accepted, lambda case: case.severity, list(Severity)),
        _counted("按状态", "D07 [000:80]", accepted, lambda case: STATES[case.state]),
        _punctuality(closed),
        _satisfaction(closed),
        _improvement(accepted),
        _repeated(accepted, issue),
    ]


def on_time(case: Case) -> bool | None:
    """Whether a closed case was closed by its promised day; None while that can't be said."""
    if case.closed_at is None or case.due_at is None:
        return None
    return case.closed_at <= case.due_at


def handling_time(case: Case) -> timedelta | None:
    """From acceptance to closing, without the time in which we waited for others (Q-4)."""
    if case.closed_at is None or case.accepted_at is None:
        return None
    return max(case.closed_at - case.accepted_at - timedelta(seconds=case.paused_seconds), timedelta())


def improvement(case: Case) -> str:
    """How far the improvement is (M-8): verified, carried out, or open."""
    findings = case.findings or {}
    if findings.get("improvement"):
        return findings["improvement"]
    if findings.get("effect"):
        return "已验证"
    return "已实施" if findings.get("result") or case.state is CaseState.CLOSED else "未完成"


def share(part: int, whole: int) -> str:
    """A share in per cent; "无数据" of nothing."""
    return f"{part / whole:.1%}" if whole else NO_DATA


def _overview(accepted: Sequence[Case], closed: Sequence[Case], now: datetime) -> Table:
    late = [case for case in accepted if case.is_open and case.due_at is not None and case.due_at < now]
    lines: list[Line] = [
        ("本月受理", len(accepted)),
        ("本月结案", len(closed)),
        ("本月受理、尚未结案", sum(case.is_open for case in accepted)),
        ("其中已超过承诺日期", len(late)),
    ]
    if not accepted:
        lines.append(("说明（M-27）", SILENCE))
    return Table("概况", "D07 [000:80]；M-27 D04 [000:27]", ("项目", "数量"), tuple(lines))


def _counted(
    title: str, source: str, cases: Sequence[Case], key: Callable[[Case], str], order: Sequence[str] = ()
) -> Table:
    counts = Counter(str(key(case)) for case in cases)
    names = [str(name) for name in order] + sorted(set(counts) - {str(name) for name in order})
    lines = tuple((name, counts[name], share(counts[name], len(cases))) for name in names)
    return Table(title, source, (title.removeprefix("按"), "件数", "占比"), lines)


def _punctuality(closed: Sequence[Case]) -> Table:
    known = [kept for case in closed if (kept := on_time(case)) is not None]
    days = [time / timedelta(days=1) for case in closed if (time := handling_time(case)) is not None]
    lines: tuple[Line, ...] = (
        ("结案", len(closed)),
        ("按时结案", sum(known)),
        ("投诉及时处理率（M-3）", share(sum(known), len(known))),
        ("平均处理时间，天（M-5）", round(statistics.mean(days), 1) if days else NO_DATA),
        ("处理时间中位数，天（M-5）", round(statistics.median(days), 1) if days else NO_DATA),
    )
    return Table("及时性", "M-3、M-5 D35 [002:308-310]", ("指标", "数值"), lines)


def _satisfaction(closed: Sequence[Case]) -> Table:
    answers = Counter((case.findings or {}).get("satisfaction", NO_ANSWER) for case in closed)
    answered = sum(answers[name] for name in SATISFACTION)
    good = sum(answers[name] for name in SATISFIED)
    lines: tuple[Line, ...] = (
        *((name, answers[name]) for name in SATISFACTION),
        (NO_ANSWER, len(closed) - answered),
        ("满意度：满意和非常满意占已回答的比例（M-6、M-12）", share(good, answered)),
    )
    return Table("满意度", "M-11 D01 [000:14-16]；M-6 D35；M-12 D34", ("回答", "件数"), lines)


def _improvement(accepted: Sequence[Case]) -> Table:
    states = sorted({improvement(case) for case in accepted}) or ["未完成"]
    counts = Counter((case.category, improvement(case)) for case in accepted)
    lines: tuple[Line, ...] = tuple(
        (str(name), *(counts[name, state] for state in states)) for name in Category
    )
    return Table("各类投诉的改进状况（M-8）", "M-8 D07 [000:80]", ("类别", *states), lines)


def _repeated(accepted: Sequence[Case], issue: Callable[[Case], str]) -> Table:
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in accepted:
        groups.setdefault((case.phone_hash or case.customer_id, case.issue), []).append(case)
    again = [group for group in groups.values() if len(group) > 1]
    lines: list[Line] = [
        ("、".join(case.number or "" for case in group), issue(group[0]), len(group)) for group in again
    ]
    lines.append(("重复投诉合计", "", sum(len(group) - 1 for group in again)))
    return Table(
        "重复投诉（M-26）", "M-26 D16 [001:274] [001:282]", ("案件", "投诉事项", "次数"), tuple(lines)
    )
