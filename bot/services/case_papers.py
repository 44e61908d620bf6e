"""The papers of a case as the people of the desk print them from its page, and its evidence pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.case import Case
from bot.domain.errors import InvalidInput
from bot.domain.handbook.form import Form
from bot.domain.papers import Sheet
from bot.domain.people import User
from bot.services.evidence import EvidencePacks
from bot.services.papers import SCRIPT, Approval, Papers
from bot.services.ports import UnitOfWork

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Press(Protocol):
    """Prints sheets, and packs files."""

    @property
    def makes_pdf(self) -> bool:
        """Whether this machine can make PDF files."""

    async def word(self, sheet: Sheet) -> bytes:
        """The sheet as a .docx."""

    async def pdf(self, sheet: Sheet) -> bytes:
        """The sheet as a PDF; ConfigurationError where none can be made."""

    async def archive(self, files: Mapping[str, bytes]) -> bytes:
        """The files as a .zip."""


@dataclass(frozen=True)
class Listed:
    """A paper in a case's list; `near` are those of its own documents."""

    form: str
    title: str
    near: bool
    needs_approval: bool


@dataclass(frozen=True)
class PaperPage:
    """One paper of a case before it is printed: how it would read, and what people fill in for it.

    `asked` are the ids, titles and present values of the latter.
    """

    case_id: str
    number: str
    form: str
    sheet: Sheet
    approval: Approval
    asked: tuple[tuple[str, str, str], ...]
    makes_pdf: bool


@dataclass(frozen=True)
class Printed:
    """A file to be handed out."""

    name: str
    kind: str
    content: bytes


class CasePapers:
    """Lists, shows and prints; whoever may see the case's file may do that."""

    def __init__(self, papers: Papers, packs: EvidencePacks, press: Press) -> None:
        self._papers, self._packs, self._press = papers, packs, press

    def of(self, case: Case) -> tuple[Listed, ...]:
        """The papers that can be printed of a case, those of its own pack and issue first."""
        handbook = self._papers.words.handbook
        rule = handbook.issue(case.issue, product=case.fields.get("product"), place=case.fields.get("place"))
        near = {rule.form, *(form.id for form in handbook.forms.values() if _pack(form) == case.pack)}
        found = [
            Listed(form.id, self._plain(form.title), form.id in near, self._papers.needs_approval(form))
            for form in handbook.forms.values()
            if form.is_printed
        ]
        return tuple(sorted(found, key=lambda listed: (not listed.near, listed.form)))

    async def page(self, case_id: str, form_id: str) -> PaperPage:
        """One paper as the case fills it in now. NotFound, InvalidInput for a case without a number."""
        form = self._papers.form(form_id)
        async with self._papers.units() as uow:
            case = await _accepted(uow, case_id)
            findings = case.findings or {}
            sheet = await self._papers.fill(uow, case, form, with_blanks=True)
            return PaperPage(
                case_id=case.id,
                number=case.number or "",
                form=form.id,
                sheet=sheet.converted(self._plain),
                approval=await self._papers.approval(uow, case, form),
                asked=tuple((one.id, self._plain(one.title), findings.get(one.id, "")) for one in form.asks),
                makes_pdf=self._press.makes_pdf,
            )

    async def printed(self, case_id: str, form_id: str, *, as_pdf: bool, with_blanks: bool) -> Printed:
        """The file. NotFound, PaperIncomplete, PaperNotApproved, ConfigurationError."""
        number = await self._number(case_id)
        sheet = await self._papers.sheet(number, form_id, with_blanks=with_blanks)
        if as_pdf:
            return Printed(f"{number}-{sheet.form}.pdf", "application/pdf", await self._press.pdf(sheet))
        return Printed(f"{number}-{sheet.form}.docx", WORD, await self._press.word(sheet))

    async def ask_approval(self, case_id: str, form_id: str, by: User) -> None:
        """Ask the supervisors to approve the paper's present text. InvalidInput, Conflict."""
        await self._papers.ask_approval(await self._number(case_id), form_id, by.login)

    async def fill_in(
        self, case_id: str, form_id: str, values: Mapping[str, str], shown: Mapping[str, str], by: User
    ) -> None:
        """Keep what a paper asks people for; what is as it was `shown` stays. InvalidInput, Conflict."""
        known = {asked.id for asked in self._papers.form(form_id).asks}
        tidied = {name: text.strip() for name, text in values.items() if name in known and text.strip()}
        given = {name: text for name, text in tidied.items() if text != shown.get(name, "")}
        if not given:
            raise InvalidInput("还没有填写内容。")
        await self._papers.note(await self._number(case_id), given, by.login, shown)

    async def evidence(self, case_id: str, by: User, *, redacted: bool) -> Printed:
        """The evidence pack; that it was made is noted in the case's history."""
        number = await self._number(case_id)
        files = await self._packs.make(number, redacted=redacted, by=by.login)
        name = f"{number}-evidence{'-redacted' if redacted else ''}.zip"
        return Printed(name, "application/zip", await self._press.archive(files))

    def _plain(self, text: str) -> str:
        return self._papers.convert(text, SCRIPT)

    async def _number(self, case_id: str) -> str:
        async with self._papers.units() as uow:
            return (await _accepted(uow, case_id)).number or ""


async def _accepted(uow: UnitOfWork, case_id: str) -> Case:
    case = await uow.cases.get(case_id)
    if case.number is None:
        raise InvalidInput("投诉还没有受理，没有编号，不能打印。")
    return case


def _pack(form: Form) -> str:
    """The pack from which a paper comes: the folder of its file."""
    return form.origin.partition("/")[0]
