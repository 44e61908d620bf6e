"""`kesu train`."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import click

from bot.adapters.database import schema
from bot.adapters.live import NobodyWatches
from bot.adapters.model_files import model_id, newest_model
from bot.adapters.model_trainer import fingerprint
from bot.adapters.secrets_file import with_secrets
from bot.adapters.training import Trained, train
from bot.commands.opening import opened
from bot.domain.errors import KesuError
from bot.services.live_at_start import Archive, register
from bot.settings import ROOT, Settings, load_settings


@click.command()
@click.option("--if-missing", is_flag=True, help="Do nothing if models/ already holds a model.")
def command(*, if_missing: bool) -> None:
    """Train a model from config.yml, domain.yml and data/ into models/.

    The training files are checked first; a fault is told with its file and line. The running desk keeps its
    model. The next start takes the new one, unless somebody has promoted a model: then `kesu model promote`.
    """
    settings = load_settings()
    if if_missing and newest_model(settings.models):
        return
    asyncio.run(train_aloud(settings))


async def train_aloud(settings: Settings) -> Trained:
    """Train, telling the person at the terminal how it goes."""
    click.echo("训练模型（约 1–3 分钟）…")
    trained = await train(settings, click.echo)
    click.echo(f"训练完成：{trained.seconds:.0f} 秒，模型 {trained.model}")
    await _register(settings, trained)
    return trained


async def _register(settings: Settings, trained: Trained) -> None:
    """Let the desk know the model and what it was trained from; without a database it learns of it later."""
    with suppress(KesuError):
        await schema.check(settings.database_url)
        archive = Archive(model_id(trained.model), trained.model, datetime.now(UTC))
        async with opened(with_secrets(settings)) as database, database.units(NobodyWatches())() as uow:
            model = await register(uow, archive)
            data = fingerprint(ROOT)
            model.seconds, model.rows, model.data = trained.seconds, data.pop("rows"), data
            await uow.commit()
