"""`kesu report`."""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.adapters.live_archive import next_at_start
from bot.adapters.reports.curve import learning_curve
from bot.adapters.reports.files import known_training_seconds, report_folder, write_report
from bot.adapters.reports.sets import measuring_sets
from bot.adapters.reports.stock import kept_stock
from bot.adapters.training import train
from bot.domain.errors import ConfigurationError
from bot.domain.measuring import Measure, MeasuringSet, Side
from bot.domain.report import CurvePoint, Report
from bot.replaying import TurnedClock, temporary_desk
from bot.services.measuring import read_all, short_ones, slowest, time_one_by_one
from bot.services.titles import titles
from bot.settings import ROOT, Settings, load_settings


@click.command()
@click.option("--curve/--no-curve", default=True, help="The learning curve takes one or two minutes.")
@click.option("--time-training", is_flag=True, help="Train once from scratch, to know how long that takes.")
def command(*, curve: bool, time_training: bool) -> None:
    """Measure the model on all labelled messages there are, and write a report into reports/.

    Those are tests/nlu/heldout_*.jsonl and the *.jsonl in KESU_MEASURING_DIR. Stock Rasa's figures stand
    beside ours once `make stock` has been run. It runs beside a desk that is up, on ports of its own.
    """
    settings = load_settings()
    model = asyncio.run(next_at_start(settings))
    if model is None:
        raise ConfigurationError(f"{settings.models} 里还没有模型：请先执行 make train。")
    folder = report_folder(settings.reports, model)
    seconds = asyncio.run(_training_seconds(settings)) if time_training else known_training_seconds(folder)
    report, title = asyncio.run(_measured(settings, seconds, with_curve=curve))
    path = write_report(report, folder, title)
    click.echo(f"{_table(report)}\n\n报告：{path}")


async def _measured(
    settings: Settings, training: float | None, *, with_curve: bool
) -> tuple[Report, Callable[[str], str]]:
    """The report, and the titles of labels."""
    sets = measuring_sets(ROOT, settings.measuring_dir)
    stock = kept_stock(settings.reports, ROOT)
    texts = [text for one in sets for text in one.texts]
    click.echo(f"读取 {len(set(texts))} 条消息 …")
    async with temporary_desk(settings, TurnedClock()) as desk:
        read = await read_all(desk.rasa, texts)
        times = await time_one_by_one(desk.rasa, short_ones(sets[0].texts))
        slow = await slowest(desk.rasa, texts)
    model = next(iter(read.readings.values())).model
    report = Report(
        made=datetime.now(UTC),
        sets=tuple(sets),
        ours=Side(read.readings, model, statistics.median(times), read.each, training),
        stock=stock.side if stock else None,
        stock_current=stock is None or stock.current,
        stock_epochs=stock.epochs if stock else None,
        curve=await _curve(sets) if with_curve else (),
        slowest=tuple(slow),
    )
    return report, titles(desk.words.handbook)


async def _curve(sets: Sequence[MeasuringSet]) -> tuple[CurvePoint, ...]:
    click.echo("学习曲线（一两分钟）…")
    return await learning_curve([one for one in sets if one.measure is Measure.LABELS])


async def _training_seconds(settings: Settings) -> float:
    """How long training takes; the model is thrown away."""
    click.echo("从头训练一次，量训练时间 …")
    with tempfile.TemporaryDirectory(prefix="kesu-") as folder:
        own = settings.having(models=Path(folder) / "models", var=Path(folder))
        return (await train(own, click.echo)).seconds


def _table(report: Report) -> str:
    verdicts = {True: "达到", False: "未达到", None: ""}
    return "\n".join(
        f"{_number(row.ours)}  {_number(row.stock)}  {verdicts[row.met]:<4}  {row.title}"
        for row in report.rows
    )


def _number(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>9}"
