"""`kesu handbook …`."""

from pathlib import Path

import click

from bot.adapters.handbook_files import check_directory
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
