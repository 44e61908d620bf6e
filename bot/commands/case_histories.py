"""`kesu cases verify` without a file, and `kesu cases erase-event`."""

import asyncio
import sys

import click

from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.services import histories
from bot.services.histories import Checked
from bot.settings import load_settings


def verify_histories() -> None:
    """Check the chain of every history in the database; exit code 1 names where each breaks first."""

    async def look() -> Checked:
        settings = with_secrets(load_settings())
        await upgrade_database(settings)
        async with opened(settings) as database:
            return await histories.check(database.reading_units(), _tell)

    found = asyncio.run(look())
    for broken in found.breaks:
        click.echo(f"案件 {broken.case}：第 {broken.seq} 条记录（{broken.kind}）对不上，从这里断开", err=True)
    counted = f"{found.cases} 件投诉，{found.entries} 条记录"
    if found.breaks:
        click.echo(f"{counted}，其中 {len(found.breaks)} 件的记录被改过", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{counted}，都没有被改过")


def _tell(found: Checked) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{found.cases} 件…", nl=False, err=True)


@click.command("erase-event")
@click.argument("number")
@click.argument("place", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it is kept in the history.")
@click.option("--by", required=True, help="The login of the supervisor for whom you do this.")
@click.option("--yes", is_flag=True, help="Really do it: nothing brings the words back but a backup.")
def erase_event(number: str, place: int, reason: str, by: str, *, yes: bool) -> None:
    """Erase what the PLACE-th entry (from 1) of the history of the case NUMBER says, for ever.

    That something happened, when and by whom stays, and so does the proof that nothing else was changed.
    """
    if not yes:
        raise click.UsageError("Add --yes to erase it: nothing brings the words back but a backup.")

    async def erase() -> str:
        settings = with_secrets(load_settings())
        await upgrade_database(settings)
        async with opened(settings) as database:
            return await histories.erase(
                database.units(NobodyWatches()), SystemClock(), number, place, reason, by
            )

    title = asyncio.run(erase())
    click.echo(f"已抹去案件 {number} 的第 {place} 条记录（{title}）的内容，并记入案件的记录。")
