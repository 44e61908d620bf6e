"""`kesu db …`."""

import asyncio

import click

from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import upgrade_database
from bot.settings import load_settings


@click.group()
def command() -> None:
    """Look after the case database (KESU_DATABASE_URL)."""


@command.command()
def upgrade() -> None:
    """Create the database, or bring its tables to this program's version.

    `kesu up` does the same at each start. Make a backup first: there is no way down.
    """
    settings = with_secrets(load_settings())  # before there is a database that a lost key could have sealed
    asyncio.run(upgrade_database(settings))
    click.echo("数据库已是最新版本")
