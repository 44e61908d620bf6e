"""`kesu replay FILE`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from bot.adapters.jsonl import read_dialogues
from bot.adapters.script import convert
from bot.domain.dialogue import Dialogue, failures
from bot.replaying import TurnedClock, talk, temporary_desk
from bot.settings import Settings, load_settings

_WHO = {"customer": "顾客", "bot": "机器人", "desk": "客诉台", "agent": "客服"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the failures.")
@click.option("--transcripts", is_flag=True, help="Also print what was said.")
def command(file: Path, *, as_json: bool, transcripts: bool) -> None:
    """Have every dialogue of FILE (JSON lines) with the real stack on a temporary database.

    A line is {"id", "channel", "turns": [...], "expect": {...}}; docs/evaluation.md lists what can be
    expected. Exit code 1 if an expectation failed. It runs beside a desk that is up.
    """
    report = asyncio.run(_replay(load_settings(), read_dialogues(file)))
    click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else _told(report, transcripts))
    if report["failed"]:
        raise click.exceptions.Exit(1)


async def _replay(settings: Settings, dialogues: list[Dialogue]) -> dict[str, Any]:
    clock = TurnedClock()
    async with temporary_desk(settings, clock) as desk:
        outcomes = await talk(desk, clock, dialogues)
        handbook = desk.words.handbook
    pairs = list(zip(dialogues, outcomes, strict=True))
    failed = [
        failure
        for dialogue, outcome in pairs
        for failure in failures(dialogue, outcome, handbook, lambda text: convert(text, "hans"))
    ]
    return {
        "dialogues": len(dialogues),
        "passed": len(dialogues) - len({failure.id for failure in failed}),
        "failed": [failure.to_json() for failure in failed],
        "transcripts": {
            dialogue.id: [line.to_json() for line in outcome.transcript] for dialogue, outcome in pairs
        },
    }


def _told(report: dict[str, Any], transcripts: bool) -> str:  # noqa: FBT001 -- the command's own flag
    lines = []
    for name, transcript in report["transcripts"].items() if transcripts else ():
        lines += [f"── {name}", *(f"{_WHO[line['who']]}:{line['text']}" for line in transcript), ""]
    lines += [
        f"✗ {row['id']} {row['expectation']}：应为 {row['wanted']!r}，实为 {row['got']!r}"
        for row in report["failed"]
    ]
    return "\n".join([*lines, f"{report['passed']}/{report['dialogues']} 个对话符合预期"])
