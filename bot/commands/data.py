"""`kesu data …`."""

from collections.abc import Iterator
from pathlib import Path

import click

from bot.adapters.jsonl import read_texts
from bot.adapters.script import convert
from bot.adapters.training_files import read_training_files
from bot.domain.training_data import Apart, Fault, variety_faults
from bot.settings import ROOT, load_settings


@click.group()
def command() -> None:
    """Look after the training data."""


@command.command()
def check() -> None:
    """Say what is wrong with data/nlu, data/dictionary, data/risks, config.yml and domain.yml, and where.

    Besides what `kesu train` refuses: texts that stand twice or under two labels, near copies within a label,
    labels with too few examples, and rows that stand in tests/nlu/heldout_*.jsonl or in the *.jsonl files of
    KESU_MEASURING_DIR. Exit code 1 when there is something wrong.
    """
    faults = list(training_data_faults(ROOT, load_settings().measuring_dir))
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        click.echo(f"训练数据：{len(faults)} 处问题", err=True)
        raise click.exceptions.Exit(1)
    click.echo("训练数据：没有问题")


def training_data_faults(root: Path, measuring: Path | None) -> Iterator[Fault]:
    """Every fault of the training data below `root`, also against the messages kept apart for measuring."""
    found = read_training_files(root)
    yield from found.faults
    rows = [row._replace(written=convert(row.written, "hans")) for row in found.rows]
    yield from variety_faults(rows, kept_apart(root, measuring))


def kept_apart(root: Path, measuring: Path | None) -> list[Apart]:
    """The messages that are kept apart for measuring, in Simplified characters."""
    files = sorted((root / "tests" / "nlu").glob("heldout_*.jsonl"))
    files += sorted(measuring.glob("*.jsonl")) if measuring else []
    return [
        Apart(where.removeprefix(f"{root}/"), convert(text, "hans"))
        for file in files
        for where, text in read_texts(file)
    ]
