"""`kesu model list`, `promote` and `rollback`: which model is live. bot/commands/model.py has the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from bot.adapters.clock import SystemClock
from bot.adapters.live import NobodyWatches
from bot.adapters.model_files import archive_of, find_archive, finder, model_id, newest_model
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.domain.errors import NotFound
from bot.domain.model import LiveModel, Model
from bot.services.live_at_start import register
from bot.services.ports import Units
from bot.services.promotion import Promotion
from bot.settings import Settings, load_settings

_BY = "the terminal"
_CHANGED = "已启用 {}。正在运行的客诉台会自己换过去，不中断对话（约半分钟，可在 /health 查看）。"


@click.command("list")
def list_() -> None:
    """List the models that the desk knows, newest first; * marks the live one."""
    settings = with_secrets(load_settings())

    async def work() -> tuple[list[Model], LiveModel]:
        async with _units(settings) as units, units() as uow:
            return await uow.models.all(), await uow.models.live()

    models, live = asyncio.run(work())
    for model in models:
        click.echo(_line(model, is_live=model.id == live.model))
    newest = newest_model(settings.models)
    if newest is not None and model_id(newest) not in {model.id for model in models}:
        click.echo(f"  {model_id(newest)}  未启用过（kesu train 训练的）")


@click.command()
@click.argument("name")
@click.option("--unchecked", is_flag=True, help="Even without a passed report and a supervisor's approval.")
def promote(name: str, *, unchecked: bool) -> None:
    """Put the model NAME into service; desks that are running change to it without losing a message.

    A model made by `kesu train` has no report: promote it with --unchecked, or train it at the desk.
    """
    settings = with_secrets(load_settings())

    async def work() -> LiveModel:
        async with _units(settings) as units:
            version = await _registered(settings, units, name)
            return await _promotion(settings, units).promote(
                name, expected=version, by=_BY, unchecked=unchecked
            )

    click.echo(_CHANGED.format(asyncio.run(work()).model))


@click.command()
def rollback() -> None:
    """Go back to the model that was in service before."""
    settings = with_secrets(load_settings())

    async def work() -> LiveModel:
        async with _units(settings) as units:
            async with units() as uow:
                version = (await uow.models.live()).version
            return await _promotion(settings, units).roll_back(expected=version, by=_BY)

    click.echo(_CHANGED.format(asyncio.run(work()).model))


async def _registered(settings: Settings, units: Units, name: str) -> int:
    """Take the archive in if nobody has; the version of the live row. NotFound."""
    async with units() as uow:
        if await uow.models.find(name) is None:
            found = find_archive(settings, name)
            if found is None:
                raise NotFound(f"没有模型 {name}：{settings.models} 里没有它（kesu model list 列出已有的）")
            await register(uow, archive_of(found))
        version = (await uow.models.live()).version
        await uow.commit()
    return version


def _promotion(settings: Settings, units: Units) -> Promotion:
    pinned = settings.model.name if settings.model else None
    return Promotion(units, SystemClock(), finder(settings), pinned=pinned)


def _line(model: Model, *, is_live: bool) -> str:
    parts = [f"{'*' if is_live else ' '} {model.id}", model.title]
    parts += [f"启用于 {model.live_from:%Y-%m-%d %H:%M}"] if model.live_from else []
    parts += [model.ended_because] if model.ended_because else []
    return "  ".join(parts)


@asynccontextmanager
async def _units(settings: Settings) -> AsyncIterator[Units]:
    await upgrade_database(settings)
    async with opened(settings) as database:
        yield database.units(NobodyWatches())
