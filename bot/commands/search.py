"""`kesu search …`."""

import asyncio

import click

from bot.adapters.live import NobodyWatches
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.services import search
from bot.settings import Settings, load_settings


@click.group()
def command() -> None:
    """The index by which conversations and cases are found."""


@command.command()
def rebuild() -> None:
    """Make the index anew. The desk may run meanwhile; until it is done, not everything is found."""
    click.echo(f"已重建检索索引：{asyncio.run(_rebuild(with_secrets(load_settings())))} 条。")


async def _rebuild(settings: Settings) -> int:
    await upgrade_database(settings)
    async with opened(settings) as database:
        return await search.rebuild(database.units(NobodyWatches()))
