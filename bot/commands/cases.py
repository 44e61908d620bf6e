"""`kesu cases …`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.adapters.clock import SystemClock
from bot.adapters.data_keys import root_key
from bot.adapters.files_folder import FolderFiles
from bot.adapters.live import NobodyWatches
from bot.adapters.papers.archive import pack, unpack
from bot.adapters.papers.excel import workbook
from bot.adapters.papers.files import write_private
from bot.adapters.papers.pdf import MISSING, converter, pdf
from bot.adapters.papers.signing import DeskSigner, is_signed
from bot.adapters.papers.word import word
from bot.adapters.script import convert
from bot.adapters.secrets_file import NAME, with_secrets
from bot.books import read_books
from bot.commands.case_histories import erase_event, verify_histories
from bot.commands.opening import opened, upgrade_database
from bot.commands.taken import note_taken
from bot.domain.case import read_number
from bot.domain.evidence_check import check, manifest_of
from bot.domain.monthly import Month
from bot.domain.papers import Sheet
from bot.services.evidence import EvidencePacks
from bot.services.monthly import monthly_book
from bot.services.papers import SCRIPT, Papers
from bot.services.words import Words
from bot.settings import load_settings

_OUT = click.option(
    "-o", "--output", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to."
)
_REGISTERS = (".xlsx", ".docx", ".pdf")
_BY = click.option("--by", required=True, help="The login of the person for whom you do this.")
_FOR = click.option("--by", help="The login of the person for whom you do this: the audit log names them.")


@click.group()
def command() -> None:
    """Papers, registers and evidence packs of cases."""


@command.command()
@click.argument("number")
@click.argument("form")
@click.option("--pdf", "as_pdf", is_flag=True, help="Make a PDF (needs LibreOffice).")
@click.option("--with-blanks", is_flag=True, help="Mark what the case lacks instead of refusing.")
@click.option("--script", type=click.Choice(["hans", "hant"]), default=SCRIPT, show_default=True)
@_FOR
@_OUT
def paper(
    number: str, form: str, out: Path, script: str, by: str | None, *, as_pdf: bool, with_blanks: bool
) -> None:
    """Print the paper FORM (like F-D07-2) of the case NUMBER as Word or PDF.

    Letters and papers with risky sentences need a supervisor's approval first: kesu cases approval.
    """
    lines = asyncio.run(_print(number, form, out, script, by, as_pdf=as_pdf, with_blanks=with_blanks))
    for line in lines:
        click.echo(line)


async def _print(
    number: str, form: str, out: Path, script: str, by: str | None, *, as_pdf: bool, with_blanks: bool
) -> list[str]:
    async with _papers() as papers:
        sheet = await papers.sheet(number, form, with_blanks=with_blanks, script=script)
        taken = {"form": sheet.form, "kind": "pdf" if as_pdf else "word"}
        await note_taken(papers, "paper_taken", f"case:{read_number(number)}", taken, by)
    blanks = [f"还有 {len(sheet.blanks)} 处待填写：{'、'.join(sheet.blanks)}"] if sheet.blanks else []
    return [*blanks, *await _write(sheet, out, as_pdf=as_pdf)]


@command.command()
@click.argument("number")
@click.argument("form")
@_BY
def approval(number: str, form: str, by: str) -> None:
    """Ask the supervisors to approve the paper FORM of the case NUMBER as it is now."""

    async def ask() -> str:
        async with _papers() as papers:
            return (await papers.ask_approval(number, form, by)).title

    click.echo(f"已送主管：{asyncio.run(ask())}")


@command.command()
@click.argument("number")
@click.argument("values", nargs=-1, required=True, metavar="NAME=TEXT…")
@_BY
def note(number: str, values: tuple[str, ...], by: str) -> None:
    """Fill in what papers ask of the case NUMBER, like cause=… (docs/papers.md lists the names)."""
    pairs = [value.partition("=") for value in values]
    if not all(name and sign for name, sign, _ in pairs):
        raise click.UsageError("Write each value as NAME=TEXT.")

    async def fill_in() -> None:
        async with _papers() as papers:
            await papers.note(number, {name: text for name, _, text in pairs}, by)

    asyncio.run(fill_in())
    click.echo(f"已记入案件 {number}：{'、'.join(name for name, _, _ in pairs)}")


@command.command()
def forms() -> None:
    """List the papers that can be printed."""
    handbook, _ = read_books(load_settings())
    for form in sorted(handbook.forms.values(), key=lambda form: form.id):
        if form.is_printed:
            click.echo(f"{form.id:<20} {convert(form.title, SCRIPT)}")


@command.command()
@click.option("--month", required=True, metavar="2026-03", help="The month, in Shanghai.")
@click.option("--full", is_flag=True, help="Show phone and identity numbers whole.")
@_FOR
@_OUT
def register(month: str, out: Path, by: str | None, *, full: bool) -> None:
    """Write a month's register and report: .xlsx for both, .docx or .pdf for the report alone."""
    chosen = Month.of(month)
    if out.suffix not in _REGISTERS:
        raise click.UsageError(f"The file must end with one of {', '.join(_REGISTERS)}.")

    async def collect() -> list[str]:
        async with _papers() as papers:
            book = await monthly_book(papers.units, papers.words, papers.clock, chosen, full=full)
            taken = {"kind": out.suffix.removeprefix("."), "full": full}
            await note_taken(papers, "exported", f"register:{chosen.title}", taken, by)
        if out.suffix == ".xlsx":
            write_private(out, workbook(book))
            return [f"已写入 {out}：{len(book.register.lines)} 件"]
        return await _write(book.sheet(), out, as_pdf=out.suffix == ".pdf")

    for line in asyncio.run(collect()):
        click.echo(line)


@command.command()
@click.argument("number")
@click.option("--redacted", is_flag=True, help="Without phones, identity numbers, names and addresses.")
@_FOR
@_OUT
def evidence(number: str, out: Path, by: str | None, *, redacted: bool) -> None:
    """Write the evidence pack of the case NUMBER: what was said and done, clauses, papers, one hash chain."""

    async def make() -> tuple[dict[str, bytes], str]:
        async with _papers() as papers:
            signer = _signer()
            packs = EvidencePacks(papers, signer, word, FolderFiles(load_settings().files))
            return await packs.make(number, redacted=redacted, by=by), signer.key

    files, key = asyncio.run(make())
    write_private(out, pack(files))
    click.echo(f"已写入 {out}\n封条 {manifest_of(files).seal}\n签名公钥 {key}")


command.add_command(erase_event)


@command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--key", help="The public key it must be signed with, in hex (default: this desk's own).")
def verify(file: Path | None, key: str | None) -> None:
    """Prove that an evidence pack is untouched, redacted or not. Exit code 1 names what was changed.

    Without FILE: that the history of each case in the database is whole, and where one breaks first.
    """
    if file is None:
        verify_histories()
        return
    files = unpack(file)
    manifest = manifest_of(files)
    verdict = check(files, is_signed=is_signed(manifest.signed(), manifest.signature, manifest.key))
    expected = key or _own_key()
    problems = list(verdict.problems)
    if expected is not None and expected.lower() != verdict.key:
        problems.append(f"签名的公钥是 {verdict.key}，不是 {expected}：不是本台签发的，或整个包被重做过")
    click.echo(
        f"案件 {verdict.case}，{verdict.made} 制作，{'已隐去个人信息' if verdict.redacted else '完整'}"
    )
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        click.echo(f"{file}：被改过，第一处断在：{problems[0]}", err=True)
        raise click.exceptions.Exit(1)
    signed = "签名有效" if expected is not None else f"签名有效，请核对公钥 {verdict.key}"
    click.echo(f"{file}：没有被改过，{verdict.records} 条记录，{signed}\n封条 {verdict.seal}")


def _own_key() -> str | None:
    """This desk's public key; None on a machine that has no desk's secrets."""
    settings = load_settings()
    if settings.data_key is None and not (settings.var / NAME).exists():
        return None
    return _signer().key


def _signer() -> DeskSigner:
    return DeskSigner(root_key(with_secrets(load_settings())))


async def _write(sheet: Sheet, out: Path, *, as_pdf: bool) -> list[str]:
    """Write a paper; without LibreOffice a Word file stands in for the PDF, and a line says so."""
    document, program = word(sheet), converter()
    if as_pdf and program is not None:
        write_private(out, await pdf(document, program))
        return [f"已写入 {out}"]
    lines = [MISSING] if as_pdf else []
    out = out.with_suffix(".docx") if as_pdf else out
    write_private(out, document)
    return [*lines, f"已写入 {out}"]


@asynccontextmanager
async def _papers() -> AsyncIterator[Papers]:
    settings = with_secrets(load_settings())
    handbook, company = read_books(settings)
    await upgrade_database(settings)
    async with opened(settings) as database:
        words = Words(handbook, company, convert, database.sealer.phone_hash)
        yield Papers(database.units(NobodyWatches()), words, SystemClock(), convert)
