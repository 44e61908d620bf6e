"""`kesu train`."""

import asyncio

import click

from bot.adapters.model_files import newest_model
from bot.adapters.training import Trained, train
from bot.settings import Settings, load_settings


@click.command()
@click.option("--if-missing", is_flag=True, help="Do nothing if models/ already holds a model.")
def command(*, if_missing: bool) -> None:
    """Train a model from config.yml, domain.yml and data/ into models/.

    The training files are checked first; a fault is told with its file and line. The running desk keeps its
    model until it is started again.
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
    return trained
