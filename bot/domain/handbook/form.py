"""A paper that a document prescribes: a form, a letter or a memo, and where each of its lines comes from.

docs/papers.md describes every key for the person who writes one; bot/domain/papers.py fills it in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic.dataclasses import dataclass

from bot.domain.handbook.clause import STRICT, Clause, Id, Placeholder, Text

PLACEHOLDER = re.compile(r"\{([a-z]+\.[a-z][a-z0-9_]*)\}")
VALUE_TITLES: Mapping[str, str] = {
    "case.number": "投诉编号",
    "case.subject": "事宜",
    "case.issue": "投诉事项",
    "case.own_class": "手册中的类别",
    "case.category": "投诉类别",
    "case.kind": "投诉类型",
    "case.severity": "严重程度",
    "case.heat": "热度",
    "case.text": "投诉原话",
    "case.channel": "投诉渠道",
    "case.opened": "投诉时间",
    "case.accepted": "受理时间",
    "case.due": "承诺的答复日期",
    "case.deadline": "答复期限",
    "case.step": "处理阶段",
    "case.step_due": "本阶段期限",
    "case.closed": "结案时间",
    "case.state": "状态",
    "case.department": "责任部门",
    "case.verdict": "调查结果",
    "case.handler": "处理人",
    "letter.date": "日期",
    "letter.subject": "产品或服务",
    "letter.experience": "购物或使用",
    "letter.event": "购买或使用",
    "letter.number_name": "订单号或服务编号",
    "company.name": "公司名称",
    "company.hotline": "客服热线",
    "company.email": "客服邮箱",
    "company.address": "公司地址",
    "company.duty_phone": "值班电话",
    "company.hours": "服务时间",
}

ValueName = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z][a-z0-9_]*$")]


def _single(value: object) -> object:
    """A list of one may be written without its brackets."""
    return [value] if isinstance(value, str) else value


ValueNames = Annotated[tuple[ValueName, ...], BeforeValidator(_single)]


class PaperKind(StrEnum):
    """Which template prints it."""

    FORM = "form"
    LETTER = "letter"
    MEMO = "memo"


@dataclass(frozen=True, config=STRICT)
class Asked:
    """Something that people of the desk fill in for this paper; kept with the case's findings."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text


@dataclass(frozen=True, config=STRICT)
class Entry:
    """A line of a form: its label as the document has it (`source`: the place, or desk).

    `value` names what fills it, the first that is there; `options` are printed with a tick at the value.
    `hand` lines stay empty for a pen (signatures), `optional` ones may be without a value.
    """

    label: Text
    source: Text
    value: ValueNames = ()
    options: tuple[Text, ...] = ()
    hand: bool = False
    optional: bool = False


@dataclass(frozen=True, config=STRICT)
class Paragraph:
    """A paragraph of our own, with {values} in it; `follows` is what the document asks of it."""

    text: Text
    follows: Text | None = None


@dataclass(frozen=True, config=STRICT)
class Section:
    """A part of a paper: a quoted clause, paragraphs of our own, and lines to fill in, in this order.

    `sentences` (counted from 1) quotes only these of the clause, `placeholders`
    replaces more of what is printed in it; `only` limits the section to cases of that kind.
    """

    title: Text | None = None
    entries: tuple[Entry, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    clause: Id | None = None
    sentences: tuple[Annotated[int, Field(ge=1)], ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    only: Literal["satisfied", "founded", "unfounded"] | None = None


@dataclass(frozen=True, config=STRICT)
class Form:
    """A paper. Issue rules name the one whose fields they ask for; one without `sections` is never printed.

    `title` is the document's, `also` its second name there, `route` who fills it in for whom. `risks` are the
    marks of what is risky in it: it goes out only after a supervisor's approval, as every letter does. `asks`
    are values that the people of the desk fill in for it.
    """

    id: Id
    document: str
    title: Text
    place: str = ""
    origin: str = ""
    kind: PaperKind = PaperKind.FORM
    also: Text | None = None
    route: Text | None = None
    risks: tuple[Text, ...] = ()
    asks: tuple[Asked, ...] = ()
    sections: tuple[Section, ...] = field(default=())

    @property
    def is_printed(self) -> bool:
        """Whether it exists on paper."""
        return bool(self.sections)


def named_values(form: Form, clauses: Mapping[str, Clause]) -> Iterator[tuple[str, str]]:
    """Every value that a form names, with the place in it: what the check of the packs looks at."""
    for number, section in enumerate(form.sections, start=1):
        place = f"sections.{number}"
        for entry in section.entries:
            yield from ((f"{place}.{entry.label}", name) for name in entry.value)
        for paragraph in section.paragraphs:
            yield from ((place, name) for name in PLACEHOLDER.findall(paragraph.text))
        quoted = clauses.get(section.clause or "")
        yield from ((place, blank.field) for blank in (quoted.placeholders if quoted else ()))
        yield from ((place, blank.field) for blank in section.placeholders)
