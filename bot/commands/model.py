"""`kesu model`: `report`; the commands that change which one is live: bot/commands/live_model.py."""

import asyncio
import json
import os
from pathlib import Path

import click

from bot.adapters.jsonl import read_utterances
from bot.adapters.live_archive import live_or_newest
from bot.adapters.model_files import find_archive
from bot.commands import live_model
from bot.domain.errors import ConfigurationError, NotFound
from bot.domain.gate import Gate, judge
from bot.domain.model_report import ModelReport
from bot.domain.resampling import Compared
from bot.settings import Settings, load_settings
from bot.trial import Trial

_EXAMPLES = 5
_OVERALL = {
    "accuracy": "标签正确率",
    "macro_f1": "各标签平均 F1",
    "complaint": "投诉的 F1",
    "facts": "事实的 F1",
}


@click.group()
def command() -> None:
    """Trained models: which one is live, and how a candidate reads beside it."""


for _deed in (live_model.list_, live_model.promote, live_model.rollback):
    command.add_command(_deed)


@command.command()
@click.argument("model")
@click.option("--live", help="The model to hold it against (default: the live one).")
@click.option(
    "--judged", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="More messages to read (JSON lines, as for kesu evaluate).",
)  # fmt: skip
@click.option(
    "--data", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A further folder that the model was trained from.",
)  # fmt: skip
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the report there.")
def report(
    model: str, live: str | None, judged: Path | None, data: tuple[Path, ...], json_file: Path | None
) -> None:
    """Hold MODEL (a name, or an archive) against the live one: figures, dialogues, and the gate.

    It reads the fixed test set, cross-validates the training data and replays the dialogues, each model on
    a desk of its own, at low priority; docs/training.md explains the figures.
    """
    os.nice(10)  # customers may be writing meanwhile
    settings = load_settings()
    candidate = _archive(settings, model)
    against = _archive(settings, live) if live else asyncio.run(live_or_newest(settings))
    if against is None:
        raise ConfigurationError(f"{settings.models} 里还没有模型：请先执行 make train。")
    trial = Trial(settings, against, candidate, lambda percent, phase: click.echo(f"{percent}% {phase}"))
    made = asyncio.run(trial.report(read_utterances(judged) if judged else [], data))
    if json_file:
        json_file.write_text(json.dumps(made.to_json(), ensure_ascii=False), encoding="utf-8")
    click.echo(_told(made, judge(made)))


def _archive(settings: Settings, model: str) -> Path:
    """The archive of a name, or of a path. NotFound."""
    found = find_archive(settings, model, model if model.endswith(".tar.gz") else "")
    if found is None:
        raise NotFound(f"没有模型 {model}：{settings.models} 和其中的 candidates 里都没有。")
    return found.resolve()


def _told(report: ModelReport, gate: Gate) -> str:
    lines = [f"候选 {report.candidate.model}，使用中 {report.live.model}，{report.messages} 条消息", ""]
    lines += [f"{_OVERALL[name]}  {_figure(one)}" for name, one in report.overall.items()]
    lines += [
        f"听对了 {len(report.gained)} 条使用中的模型听错的，听错了 {len(report.lost)} 条它听对的",
        f"每条 {report.live.ms} → {report.candidate.ms} 毫秒",
        "",
        f"关口：{'通过' if gate.open else '未通过'}",
    ]
    for one in gate.conditions:
        lines.append(f"{'✓' if one.met else '✗'} {one.title}：{one.sentence}")
        shown = () if one.met else one.examples[:_EXAMPLES]
        lines += [f"    {row.text}  {row.live} → {row.candidate}" for row in shown]
    return "\n".join(lines)


def _figure(one: Compared) -> str:
    return f"{one.live:.3f} → {one.candidate:.3f}（{one.difference:+.3f}，{one.low:+.3f} 到 {one.high:+.3f}）"
