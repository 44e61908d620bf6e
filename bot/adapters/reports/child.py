"""A model report, made by a process of its own: it is niced, and ends when nobody waits for it any more."""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.adapters.child import ChildProcess, environment, last_lines
from bot.adapters.model_files import model_id
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import Utterance
from bot.settings import Settings, variable

COMMAND = (sys.executable, "-m", "bot", "model", "report")
_LISTEN_EVERY_S = 1.0
_PROGRESS = re.compile(r"^(\d+)% (.+)$", re.MULTILINE)
_LINES = 20  # of the log, among which the last word about progress is looked for
# What the report depends on; databases, secrets and ports are made for it, and thrown away.
_NEEDED = ("models", "measuring_dir", "log_level")

Say = Callable[[int, str], None]  # percent, and what goes on


class ReportProcess:
    """Makes reports (`RunReport` of bot/services/model_reports.py).

    `extra` gives the folders that a model was trained from beside the project's data, by its id.
    """

    def __init__(
        self, settings: Settings, extra: Callable[[str], Sequence[Path]], *, command: Sequence[str] = COMMAND
    ) -> None:
        self._settings, self._extra, self._command = settings, extra, command

    async def __call__(
        self, candidate: Path, live: Path, judged: Sequence[Utterance], say: Say
    ) -> dict[str, Any]:
        """Hold a candidate's archive against the live one's; the report's JSON (`ModelReport.from_json`).

        `judged`: messages of shadow replays with the label that people gave them. Cancelling ends the process
        and all that it started. Raises ConfigurationError with the process's last words.
        """
        log = self._settings.log_folder / "model_report.log"
        with TemporaryDirectory(prefix="kesu-") as name:
            folder = Path(name)
            told = folder / "report.json"
            options = [str(candidate), "--live", str(live), "--json", str(told)]
            options += [f"--data={path}" for path in self._extra(model_id(candidate))]
            if judged:
                options.append(f"--judged={_written(judged, folder / 'judged.jsonl')}")
            log.unlink(missing_ok=True)
            env = _environment(self._settings, folder)
            child = await ChildProcess.spawn([*self._command, *options], env=env, log=log)
            await _followed(child, log, say)
            found: dict[str, Any] = json.loads(await asyncio.to_thread(told.read_text, encoding="utf-8"))
            return found


async def _followed(child: ChildProcess, log: Path, say: Say) -> None:
    """Wait for its end, passing on how far it is."""
    gone, last = asyncio.create_task(child.wait()), ("", "")
    try:
        while not (await asyncio.wait({gone}, timeout=_LISTEN_EVERY_S))[0]:
            found = _PROGRESS.findall(last_lines(log, _LINES))
            if found and found[-1] != last:
                last = found[-1]
                say(int(last[0]), last[1])
    finally:
        await asyncio.shield(child.stop())
    if gone.result() != 0:
        raise ConfigurationError(f"报告没有做成。日志 {log} 的最后一行：{last_lines(log)}")


def _written(judged: Sequence[Utterance], file: Path) -> Path:
    """The messages as a file, in a folder that only its owner can read."""
    lines = [json.dumps({"text": one.text, "label": one.label, "also": one.also}) for one in judged]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    needed = {variable(name): getattr(settings, name) for name in _NEEDED}
    given = {name: str(value) for name, value in needed.items() if value is not None}
    return environment(**given, **{variable("var"): str(folder)}, PYTHONUNBUFFERED="1")
