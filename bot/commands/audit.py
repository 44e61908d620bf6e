"""`kesu audit …`."""

import asyncio
import sys

import click

from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.errors import ConfigurationError
from bot.ledger_audit import program
from bot.ledger_audit.rows import UnreadableError
from bot.services import audit
from bot.services.audit import Checked
from bot.settings import load_settings


@click.group()
def command() -> None:
    """Check the audit log (who looked at personal data or changed something), and the whole ledger."""


@command.command()
def verify() -> None:
    """Check that no entry was changed, taken out or put in; exit code 1 names the first that doesn't fit.

    Keep what it prints: entries that were cut off at the end leave no trace but a smaller number.
    """

    async def look() -> Checked:
        settings = with_secrets(load_settings())
        await upgrade_database(settings)
        async with opened(settings) as database:
            return await audit.check(database.reading_units(), _tell)

    found = asyncio.run(look())
    if found.broken is not None:
        click.echo(f"审计日志从第 {found.broken} 条起对不上：有记录被改动、删除或插入", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"审计日志 {found.entries} 条，都没有被改过；最后一条的校验值 {found.last or '（没有记录）'}")


@command.command()
def ledger() -> None:
    """Check what must hold of the case database, by a program that shares no code with the desk.

    Each line names the rows that break something; what it means stands in docs/reliability.md. Exit code 1 if
    there is any. The desk may run meanwhile; nothing is changed.
    """
    settings = with_secrets(load_settings())
    key = settings.data_key.get_secret_value() if settings.data_key else None
    try:
        found = asyncio.run(program.audit(settings.database_url, key))
    except UnreadableError as problem:
        raise ConfigurationError(str(problem)) from None
    for one in found:
        click.echo(f"{one.line} [{one.invariant}]", err=True)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(f"{len(program.NAMES)} 项都核对过，没有发现问题")


def _tell(found: Checked) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{found.entries} 条…", nl=False, err=True)
