"""A company's words for the clauses of one pack, as they are carried from one desk to another."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.domain.handbook.clause import STRICT, Clause, Id, Units
from bot.domain.handbook.edition_checks import Finding
from bot.domain.handbook.editions import Ways, named
from bot.domain.handbook.model import Key


@dataclass(frozen=True, config=STRICT)
class FileClause:
    """The company's words of one clause, made from the printed version `based_on`."""

    id: Id
    based_on: Annotated[int, Field(ge=1)]
    note: str = ""
    wording: Units = ()
    variants: tuple[Units, ...] = ()

    @property
    def ways(self) -> Ways:
        """Every way to say it."""
        return self.variants or ((self.wording,) if self.wording else ())


@dataclass(frozen=True, config=STRICT)
class EditionFile:
    """The file: which pack, and its clauses."""

    company_edition: Key
    clauses: tuple[FileClause, ...]


@dataclass(frozen=True)
class ReadFile:
    """A file that was read; `lines` are those of its clauses (key "") and of their sentences."""

    name: str
    content: EditionFile
    lines: Mapping[tuple[str, str], int]

    def problem(self, clause: str, key: str, message: str) -> tuple[str, str]:
        """A finding with its file and line, as `RevisionRefused` takes it."""
        line = self.lines.get((clause, key)) or self.lines.get((clause, ""), 1)
        return "", f"{self.name} 第 {line} 行（{clause}）：{message}"


def marks(file: FileClause, printed: Clause) -> Iterator[Finding]:
    """Marks that are not those of the printed clause: a switch can't be written away in a file."""
    known = {unit.key: unit for way in named(printed) for unit in way}
    for unit in (unit for way in file.ways for unit in way):
        own = known.get(unit.key)
        if unit.key is None:
            yield Finding("", "每一句都要有 key（新写的句子用没有用过的号码）；请补上。")
        elif (unit.risk, unit.reason) != ((own.risk, own.reason) if own else (None, None)):
            yield Finding(unit.key, "risk 和 reason 要与手册里的一样，不能添、不能删；请恢复。")
        elif own is not None and own.held and not unit.held:
            yield Finding(unit.key, "这一句手册规定暂不说，只能由公司设置里的开关放行；请恢复 held: true。")
