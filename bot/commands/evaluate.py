"""`kesu evaluate FILE`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from bot.adapters.jsonl import read_utterances
from bot.domain.evaluation import Utterance, evaluate
from bot.replaying import TurnedClock, temporary_desk
from bot.services.measuring import read_all, sample, time_one_by_one
from bot.settings import Settings, load_settings

_SHOWN = 15


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def command(file: Path, *, as_json: bool) -> None:
    """Read every utterance of FILE (JSON lines) with the live model and print how well it was understood.

    A line is {"text", "label", "also": [...], "entities": [{"entity", "value"}]}; docs/evaluation.md
    explains the figures. It runs beside a desk that is up, on ports of its own.
    """
    report = asyncio.run(_evaluate(load_settings(), read_utterances(file)))
    click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else _table(report))


async def _evaluate(settings: Settings, utterances: list[Utterance]) -> dict[str, Any]:
    texts = [utterance.text for utterance in utterances]
    async with temporary_desk(settings, TurnedClock()) as desk:
        read = await read_all(desk.rasa, texts)
        milliseconds = await time_one_by_one(desk.rasa, sample(texts))
    return evaluate(utterances, [read.readings[text] for text in texts], milliseconds)


def _table(report: dict[str, Any]) -> str:
    complaint, entities, ms = report["complaint"], report["entities"], report["ms"]
    scores = f"准确率 {report['accuracy']:.3f}  宏平均 F1 {report['macro_f1']:.3f}"
    rest = f"投诉 F1 {complaint['f1']:.3f}  实体 F1 {entities['f1']:.3f}"
    lines = [
        f"{report['messages']} 条，模型 {report['model']}",
        f"{scores}  {rest}  每条 {ms['p50']} 毫秒(p95 {ms['p95']})",
        "",
        f"{'标签':<30}{'精确率':>8}{'召回率':>8}{'F1':>8}{'条数':>6}",
    ]
    lines += [
        f"{label:<32}{row['precision']:>10.2f}{row['recall']:>10.2f}{row['f1']:>9.2f}{row['support']:>7}"
        for label, row in report["labels"].items()
    ]
    lines += ["", "最易混淆:"]
    lines += [
        f"  {row['label']} → {row['read_as']}  {row['count']} 次，如「{row['examples'][0][:40]}」"
        for row in report["confused"][:_SHOWN]
    ]
    return "\n".join(lines)
