"""The month's register and report, from the database to tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import monthly, privacy
from bot.domain.case import Case, CaseState
from bot.domain.handbook.form import PaperKind
from bot.domain.monthly import Line, Month, Table
from bot.domain.paper_values import CHANNELS, STATES, VERDICTS, day, minute
from bot.domain.papers import Block, Row, Sheet
from bot.services.cases import rule_of
from bot.services.ports import Clock, Units
from bot.services.words import Words

FORM = "F-D07-11"
HEADER = (
    "编号", "受理时间", "渠道", "投诉事项", "类别", "手册类别", "严重程度", "热度",
    "称呼", "电话", "产品", "批号", "投诉内容", "客户要求", "责任部门", "调查结果", "处理结果",
    "承诺日期", "结案时间", "按时", "处理天数", "满意度", "改进状况", "状态", "处理人",
)  # fmt: skip
_ON_TIME = {True: "是", False: "否", None: ""}


@dataclass(frozen=True)
class MonthlyBook:
    """A month's register (one line a case accepted in it) and report."""

    month: Month
    company: str
    register: Table
    report: tuple[Table, ...]

    def sheet(self) -> Sheet:
        """The report as a paper, to be examined and approved as D07 [000:80] says."""
        blocks = [
            Block(table.title, tuple(_row(line) for line in table.lines) or (Row("本月", "无"),))
            for table in self.report
        ]
        signed = Block("签核", (Row("分管副总审核", ""), Row("总经理核准", "")))
        title = f"{self.month.title}客户投诉月报"
        source = f"D07 投訴管理程序（{FORM}）"
        return Sheet(FORM, PaperKind.FORM, title, "", self.company, source, (*blocks, signed))


async def monthly_book(units: Units, words: Words, clock: Clock, month: Month, *, full: bool) -> MonthlyBook:
    """The book of a month; `full` shows phone and identity numbers whole, else their last four digits."""
    async with units() as uow:
        cases = await uow.cases.of_period(month.since, month.until)
        names = {user.id: user.name for user in await uow.people.all()}
    accepted = [case for case in cases if month.holds(case.accepted_at) and case.state is not CaseState.DRAFT]
    lines = tuple(_line(words, case, names.get(case.handler_id or "", ""), full=full) for case in accepted)
    tables = monthly.report(cases, month, clock.now(), lambda case: rule_of(words, case).title)
    register = Table("客户投诉登记表", "F-D07-1、F-D15-1、F-D43-1", HEADER, lines)
    return MonthlyBook(month, words.company.name, register, tuple(tables))


def _line(words: Words, case: Case, handler: str, *, full: bool) -> Line:
    findings, fields = case.findings or {}, case.fields
    rule, time = rule_of(words, case), monthly.handling_time(case)
    line: Sequence[str | int | float] = (
        case.number or "",
        minute(case.accepted_at),
        CHANNELS.get(case.channel, case.channel),
        rule.title,
        case.category,
        rule.own_class or "",
        case.severity,
        case.heat,
        fields.get("name") or "",
        fields.get("phone") or "",
        fields.get("product") or "",
        fields.get("batch_no") or "",
        fields.get("details") or case.text,
        fields.get("wish") or "",
        words.handbook.processes.title(case.department) if case.department else "",
        VERDICTS.get(case.verdict or "", ""),
        findings.get("result") or findings.get("plan") or "",
        day(case.due_at),
        minute(case.closed_at),
        _ON_TIME[monthly.on_time(case)],
        round(time.total_seconds() / 86400, 1) if time is not None else "",
        findings.get("satisfaction", ""),
        monthly.improvement(case),
        STATES[case.state],
        handler,
    )
    return tuple(value if full or not isinstance(value, str) else privacy.mask(value) for value in line)


def _row(line: Line) -> Row:
    label, *rest = line
    return Row(str(label), "　".join(str(value) for value in rest if value != ""))
