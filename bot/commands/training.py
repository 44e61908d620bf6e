"""`kesu training …`."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bot.adapters.correction_files import rows_of, write_rows
from bot.adapters.proposal_files import write_proposal
from bot.adapters.script import convert
from bot.adapters.secrets_file import with_secrets
from bot.adapters.training_files import read_training_files
from bot.commands.data import kept_apart
from bot.commands.opening import opened, upgrade_database
from bot.domain.correction import Correction, Part
from bot.domain.proposal import LabelProposal
from bot.domain.training_data import Row, variety_faults
from bot.settings import ROOT, Settings, load_settings

CORRECTIONS = "data/nlu/corrections"
_OURS = "更正 "  # before the number of a row that stands in no file yet


@click.group()
def command() -> None:
    """What supervisors taught the model in the console."""


@command.command()
@click.option(
    "--labels",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / "reports" / "new-labels",
    show_default="reports/new-labels",
    help="Where complete proposals of new labels go.",
)
def export(labels: Path) -> None:
    """Write approved corrections as training files into data/nlu/corrections, for git.

    Rows that `kesu data check` would refuse are left out, and said why: near copies of other rows, texts that
    stand under another label, and messages that are kept apart for measuring. Candidates are trained with the
    corrections in the database anyway. Complete proposals of new labels are written down with what has to be
    changed in the program.
    """
    settings = with_secrets(load_settings())
    corrections, proposals = asyncio.run(_stored(settings))
    rows = rows_of(corrections)
    refused = dict(left_out(rows, ROOT, settings.measuring_dir))
    kept = [part for number, part in enumerate(rows) if number not in refused]
    files = write_rows(kept, ROOT / CORRECTIONS)
    for number, why in refused.items():
        click.echo(f"没有导出「{rows[number].text}」：{why}", err=True)
    click.echo(
        f"已导出 {len(kept)} 条更正到 {CORRECTIONS}（{len(files)} 个文件），没有导出 {len(refused)} 条。"
    )
    for proposal in proposals:
        click.echo(f"新标签“{proposal.title}”：{write_proposal(proposal, labels)}")


def left_out(rows: Sequence[Part], root: Path, measuring: Path | None) -> Iterator[tuple[int, str]]:
    """The numbers of the rows that `kesu data check` would refuse beside the repository's, and why."""
    files = [row for row in read_training_files(root).rows if not row.where.startswith(f"{CORRECTIONS}/")]
    ours = [Row(f"{_OURS}{number}", part.label, part.written) for number, part in enumerate(rows)]
    plain = [row._replace(written=convert(row.written, "hans")) for row in (*files, *ours)]
    for fault in variety_faults(plain, kept_apart(root, measuring)):
        if fault.where.startswith(_OURS):
            yield int(fault.where.removeprefix(_OURS)), fault.what


async def _stored(settings: Settings) -> tuple[list[Correction], list[LabelProposal]]:
    """The approved corrections, and the proposals that lack nothing."""
    await upgrade_database(settings)
    async with opened(settings) as database, database.reading_units()() as uow:
        proposals = [one for one in await uow.corrections.proposals() if not one.missing]
        return await uow.corrections.approved(), proposals
