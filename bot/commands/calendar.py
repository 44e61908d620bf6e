"""`kesu calendar …`."""

import asyncio
from datetime import date
from pathlib import Path

import click

from bot.adapters.calendar_file import read_notice
from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.adapters.script import convert
from bot.adapters.secrets_file import with_secrets
from bot.books import read_books
from bot.commands.opening import opened, upgrade_database
from bot.domain.case import Case
from bot.domain.workdays import Notice, Source
from bot.services import calendars
from bot.services.words import Words
from bot.settings import Settings, load_settings

_SOURCES = {
    Source.NOTICE: "已载入的官方通知",
    Source.LIBRARY: "程序自带的官方通知",
    Source.STATUTORY: "还没有官方通知：只按法定节假日和周末计算，不含调休",
}


@click.group()
def command() -> None:
    """Which days are worked: the Chinese calendar with its made-up working days (调休)."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Load a year's official notice and compute open due dates anew.

    FILE is YAML: `year: 2027`, `off: [2027-02-05..2027-02-12, …]`, `worked: [2027-01-31, …]`.
    """
    notice = read_notice(file)
    moved = asyncio.run(_load(with_secrets(load_settings()), notice))
    click.echo(
        f"已载入 {notice.year} 年的通知：放假 {len(notice.off)} 天，调休上班 {len(notice.worked)} 天。"
    )
    click.echo(f"重新计算后有 {len(moved)} 件投诉的期限变了" + ("：" if moved else "。"))
    for case in moved:
        click.echo(f"  {case.number} → {case.due_at:%Y-%m-%d}")


@command.command()
def show() -> None:
    """Say where each year's working days are known from."""
    for year, source in asyncio.run(_sources(with_secrets(load_settings()))):
        click.echo(f"{year}：{_SOURCES[source]}")


async def _load(settings: Settings, notice: Notice) -> list[Case]:
    await upgrade_database(settings)
    handbook, company = read_books(settings)
    async with opened(settings) as database:
        words = Words(handbook, company, convert, database.sealer.phone_hash)
        units, now = database.units(NobodyWatches()), SystemClock().now()
        return await calendars.load(units, words, notice, now, "desk")


async def _sources(settings: Settings) -> list[tuple[int, Source]]:
    handbook, company = read_books(settings)
    this_year = date.today().year  # noqa: DTZ011 -- the terminal's own year
    async with opened(settings) as database:
        words = Words(handbook, company, convert, database.sealer.phone_hash)
        await calendars.refresh(database.units(NobodyWatches()), words)
    return [(year, words.calendar.source(year)) for year in range(this_year, this_year + 3)]
