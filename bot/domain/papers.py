"""Fills in the papers of the handbook: from a form and a case's values to what the templates print."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.domain.errors import PaperIncomplete
from bot.domain.handbook.clause import Audience, Clause, Placeholder
from bot.domain.handbook.form import PLACEHOLDER, Entry, Form, PaperKind, Section

BLANK = "【待填写：{}】"
FOR_A_PEN = ""
_TICKED, _OPEN = "☑", "□"
_RISKY = frozenset({Audience.CUSTOMER_APPROVAL, Audience.AUTHORITY})


@dataclass(frozen=True)
class Row:
    """A line of a paper."""

    label: str
    value: str


@dataclass(frozen=True)
class Block:
    """A part of a paper; `title` may be empty."""

    title: str
    rows: tuple[Row, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A paper as it is printed. `blanks` are the values that were missing and are marked in it."""

    form: str
    kind: PaperKind
    title: str
    number: str
    company: str
    source: str
    blocks: tuple[Block, ...]
    blanks: tuple[str, ...] = ()

    def converted(self, convert: Callable[[str], str]) -> "Sheet":
        """The same paper in other characters."""
        return replace(
            self,
            title=convert(self.title),
            source=convert(self.source),
            blocks=tuple(
                Block(
                    convert(block.title),
                    tuple(Row(convert(row.label), convert(row.value)) for row in block.rows),
                    tuple(convert(text) for text in block.paragraphs),
                )
                for block in self.blocks
            ),
        )

    @property
    def text(self) -> str:
        """All that is printed, as plain text."""
        lines = [self.title]
        for block in self.blocks:
            lines += [block.title] if block.title else []
            lines += [f"{row.label}：{row.value}" for row in block.rows]
            lines += block.paragraphs
        return "\n".join(lines)


def needs_approval(form: Form, clauses: Mapping[str, Clause]) -> bool:
    """Whether a supervisor must approve before the paper exists.

    That is so for letters, papers with risks of their own, and papers that quote a clause which is for an
    authority, is a letter or waits for approval.
    """
    if form.kind is PaperKind.LETTER or form.risks:
        return True
    quoted = (clauses[section.clause] for section in form.sections if section.clause)
    return any(clause.audience in _RISKY or clause.medium == "letter" for clause in quoted)


@dataclass
class Filling:
    """Fills one paper from `values` (named like case.number); `titles` name what is missing, for people."""

    values: Mapping[str, str]
    titles: Mapping[str, str]
    clauses: Mapping[str, Clause]

    def __post_init__(self) -> None:
        self._missing: dict[str, None] = {}
        self._asked: dict[str, str] = {}

    def sheet(self, form: Form, *, source: str, with_blanks: bool = False) -> Sheet:
        """The paper. PaperIncomplete lists what is missing, unless `with_blanks` (always so for letters)."""
        self._missing = {}
        self._asked = {f"finding.{asked.id}": asked.title for asked in form.asks}
        blocks = tuple(self._block(section) for section in form.sections if self._applies(section))
        blanks = tuple(self._missing)
        number = self.values.get("case.number", "")
        if blanks and not (with_blanks or form.kind is PaperKind.LETTER):
            raise PaperIncomplete(
                f"“{form.title}”（{form.id}）还填不完整，案件 {number} 缺：{'、'.join(blanks)}。"
                "请先补上（kesu cases note），或加 --with-blanks，把缺的地方标出来。"
            )
        company = self.values.get("company.name", "")
        return Sheet(form.id, form.kind, form.title, number, company, source, blocks, blanks)

    def _applies(self, section: Section) -> bool:
        if section.only is None:
            return True
        return (
            self.values.get("case.ended" if section.only == "satisfied" else "case.verdict_id")
            == section.only
        )

    def _block(self, section: Section) -> Block:
        paragraphs = [*self._quoted(section), *(self._text(item.text) for item in section.paragraphs)]
        rows = tuple(Row(entry.label, self._value(entry)) for entry in section.entries)
        return Block(section.title or "", rows, tuple(paragraphs))

    def _value(self, entry: Entry) -> str:
        found = next((value for name in entry.value if (value := self.values.get(name, "").strip())), "")
        if entry.options:
            ticked = [f"{_TICKED if option == found else _OPEN}{option}" for option in entry.options]
            if found in entry.options or entry.hand or entry.optional:
                return "　".join(ticked)
        if found or entry.hand or entry.optional:
            return found or FOR_A_PEN
        return self._blank(entry.label)

    def _text(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self._named(match[1]), text)

    def _named(self, name: str) -> str:
        return self.values.get(name, "").strip() or self._blank(
            self._asked.get(name) or self.titles.get(name, name)
        )

    def _blank(self, title: str) -> str:
        self._missing[title] = None
        return BLANK.format(title)

    def _quoted(self, section: Section) -> Iterator[str]:
        """The clause's paragraphs, corrected where the document has a misprint, its printed blanks filled."""
        if section.clause is None:
            return
        clause, paragraph = self.clauses[section.clause], ""
        for number, unit in enumerate(clause.wording, start=1):
            if section.sentences and number not in section.sentences:
                continue
            if unit.paragraph and paragraph:
                yield paragraph
                paragraph = ""
            paragraph += self._printed((*clause.placeholders, *section.placeholders), unit.sent)
        yield paragraph

    def _printed(self, placeholders: Iterable[Placeholder], text: str) -> str:
        blanks = {item.printed: item.field for item in placeholders}
        if not blanks:
            return text
        longest_first = "|".join(re.escape(blank) for blank in sorted(blanks, key=len, reverse=True))
        return re.sub(longest_first, lambda match: self._named(blanks[match.group()]), text)
