"""The handbook's sentences in an agent's hand: filled in as far as known, recognized when sent."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from bot.domain.errors import NothingToSay, UnknownClause
from bot.domain.handbook import wording
from bot.domain.handbook.clause import Audience, Clause
from bot.services.words import Words

# What stands in the place of a value, for people of the desk.
BLANKS: Mapping[str, str] = {
    "company.name": "公司名称",
    "company.hotline": "客服电话",
    "company.email": "客服邮箱",
    "company.address": "寄送地址",
    "company.hours": "工作时间",
    "company.duty_phone": "值班电话",
    "office.opens": "上班时间",
    "case.number": "投诉编号",
    "case.facts": "投诉内容",
    "case.changes": "改动的内容",
    "field.title": "要问的内容",
    "case.state": "处理状态",
    "case.issue": "投诉事项",
    "case.summary": "投诉的问题",
    "case.solutions": "可选的方案",
    "case.due": "答复日期",
    "case.ahead": "下一步",
    "case.with": "处理部门或岗位",
    "case.step_due": "这一步的日期",
    "case.step_late": "这一步的日期",
    "case.opinion": "调查意见",
    "case.plan": "处理方案",
    "case.result": "处理结果",
    "case.department": "责任部门",
    "case.agreed_time": "约定的时间",
    "case.wanted": "需要顾客补充的内容",
    "case.merged_into": "并入的投诉编号",
    "case.satisfaction": "顾客的评价",
    "page": "网页地址",
    "deadline": "答复期限",
    "callback.time": "回电时间",
    "agent.name": "客服姓名",
    "letter.date": "日期",
    "letter.subject": "产品或服务",
    "letter.experience": "购物或使用",
    "letter.event": "购买或使用",
    "letter.number_name": "订单号或服务编号",
}
UNFILLED = re.compile(r"【待填[:：][^【】]{0,20}】|【待填】|\{[a-z_]+\.[a-z_]+\}")
_LONGEST_VALUE = 200  # characters of what stands in a blank
_FIRST_MARK = 0xE000  # of private use: no text holds it (bot/services/intake.py)


class Blank(NamedTuple):
    """A blank that nothing known fills: the value's name, and what it is in Chinese."""

    name: str
    title: str


class Draft(NamedTuple):
    """A clause to be sent: `missing` are its blanks, marked 【待填：…】 in the text."""

    clause_id: str
    version: int
    text: str
    missing: tuple[Blank, ...]


class _Marks(dict[str, str]):
    """Gives each value that is asked for a mark of its own, and remembers which."""

    def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override] # always gives one
        del default
        return self.setdefault(name, chr(_FIRST_MARK + len(self)))


def may_be_sent(clause: Clause) -> bool:
    """Whether an agent may send the clause: no internal ones, and none that still waits for approval."""
    if clause.audience is Audience.CUSTOMER_APPROVAL:
        return clause.released
    return clause.audience in (Audience.CUSTOMER, Audience.INFORMATION)


def draft(
    words: Words,
    clause: Clause,
    values: Mapping[str, str],
    script: str,
    product: str | None,
    *,
    variant: int = 0,
) -> Draft | None:
    """The clause as it can be sent to this customer; None if all of its sentences are held back.

    Sentences come in the characters of `script`, what fills them too; what isn't known is marked.
    """
    composed = _composed(words, clause, script, product, variant)
    if composed is None:
        return None
    text, marks = composed
    missing: list[Blank] = []
    filled: dict[int, str] = {}
    for name, mark in marks.items():
        value = values.get(name, "").strip()
        if value:
            filled[ord(mark)] = words.in_script(value, script)
        else:
            missing.append(Blank(name, BLANKS.get(name, name)))
            filled[ord(mark)] = f"【待填：{missing[-1].title}】"
    return Draft(clause.id, clause.version, text.translate(filled), tuple(missing))


def quoted(
    words: Words, text: str, clause_id: str, version: int, script: str, product: str | None = None
) -> tuple[str, int] | None:
    """The clause and version that a text which is being sent quotes unchanged; None: these are own words.

    Only its blanks may hold anything, of up to 200 characters. A clause that has changed since it was
    inserted, or one that may not be sent, is not quoted.
    """
    try:
        clause = words.handbook.clause(clause_id)
    except UnknownClause:
        return None
    if clause.version != version or not may_be_sent(clause) or UNFILLED.search(text):
        return None
    sent = _plain(text)
    if any(pattern.fullmatch(sent) for pattern in _patterns(words, clause, script, product)):
        return clause.id, clause.version
    return None


def _patterns(words: Words, clause: Clause, script: str, product: str | None) -> Iterator[re.Pattern[str]]:
    """What each way to say the clause looks like."""
    for variant in range(len(clause.ways)):
        composed = _composed(words, clause, script, product, variant)
        if composed is not None:
            text, marks = composed
            yield _pattern(_plain(text), marks)


def _pattern(text: str, marks: Mapping[str, str]) -> re.Pattern[str]:
    blanks = set(marks.values())
    parts = (rf".{{1,{_LONGEST_VALUE}}}?" if char in blanks else re.escape(char) for char in text)
    return re.compile("".join(parts), re.DOTALL)


def _composed(
    words: Words, clause: Clause, script: str, product: str | None, variant: int
) -> tuple[str, Mapping[str, str]] | None:
    """The clause in a script with marks in its blanks, and the marks by the values' names."""
    marks, switches = _Marks(), words.company.sentences
    try:
        said = wording.compose(clause, marks, variant=variant, held=switches.held(words.handbook, product))
    except NothingToSay:
        return None
    in_script: Callable[[str, str], str] = words.named if clause.source == "desk" else words.in_script
    return in_script(said.text, script), dict(marks)


def _plain(text: str) -> str:
    """Without what an input field may do to it: outer blanks, and how lines end."""
    return "\n".join(line.strip() for line in text.strip().splitlines())
