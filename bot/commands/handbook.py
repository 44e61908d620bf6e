"""`kesu handbook …`."""

from pathlib import Path

import click

from bot.adapters.handbook_files import check_directory
from bot.books import read_books
from bot.commands import acceptance
from bot.domain.handbook.diagram import diagrams
from bot.settings import load_settings


@click.group()
def command() -> None:
    """Look after the handbook's packs (KESU_HANDBOOK)."""


@command.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Say what is wrong with the packs in FOLDER, and where (default: the desk's own, data/handbook).

    Exit code 1 when there is something wrong.
    """
    folder = folder or load_settings().handbook
    problems = check_directory(folder)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{folder}：{len(problems)} 处问题", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{folder}：没有问题")


@command.command()
@click.option("--all", "every", is_flag=True, help="List the sentences without a risk mark too.")
def sentences(*, every: bool) -> None:
    """List the sentences that the bot may say, which are held back, and why one may want to.

    company.yml (KESU_COMPANY) holds back or releases a sentence by the key that stands before it.
    """
    handbook, company = read_books(load_settings())
    held = company.sentences.held(handbook, None)
    for key, unit in handbook.sentences().items():
        if handbook.clause(key.partition("#")[0]).may_be_said and (every or unit.risk or key in held):
            mark = f"（{unit.risk}：{unit.reason}）" if unit.risk else ""
            click.echo(f"{'不说' if key in held else '照说'}  {key}  {unit.sent}{mark}")


@command.command()
def diagram() -> None:
    """Print the packs' processes as Mermaid diagrams and tables: what stands in docs/process.md."""
    click.echo(diagrams(read_books(load_settings())[0].processes))


command.add_command(acceptance.command)
