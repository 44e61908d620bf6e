"""Train a model in Rasa's room, in a folder of its own: `models/` never holds half an archive."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.child import ChildProcess, environment, last_lines
from bot.adapters.model_files import check_labels
from bot.adapters.rasa_process import QUIET, ROOM_PYTHON, require_room
from bot.adapters.training_files import FOLDERS, check_training_files
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT, Settings

RASA_TRAIN = (str(ROOM_PYTHON), "-m", "rasa", "train")
_REPORT_EVERY_S = 10
_UNFINISHED = ".training-"
_DISK_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A new archive and the seconds it took."""

    model: Path
    seconds: float


async def train(
    settings: Settings, say: Say, *, command: Sequence[str] = RASA_TRAIN, root: Path = ROOT
) -> Trained:
    """Check the training files, train, and move the finished archive into `models/`; `say` gets progress.

    Raises ConfigurationError: files wrong (with file and line), disk full, or Rasa failed (with its log).
    """
    check_training_files(root)
    if command is RASA_TRAIN:
        require_room()
    began = time.monotonic()
    name = f"kesu-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    log = settings.log_folder / "train.log"
    with _workplace(settings.models, log) as workplace:
        await _run([*command, *_arguments(workplace, name, root)], workplace, log, say)
        model = _move(workplace / f"{name}.tar.gz", settings.models, log)
    return Trained(model, time.monotonic() - began)


@contextlib.contextmanager
def _workplace(models: Path, log: Path) -> Iterator[Path]:
    """A folder on the models' disk, gone afterwards; an older log is removed."""
    folder = models / f"{_UNFINISHED}{os.getpid()}"
    try:
        models.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        _remove_unfinished(models)
        folder.mkdir()
    except OSError as problem:
        raise ConfigurationError(f"不能写入 {problem.filename}（{problem.strerror}）") from problem
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(finished: Path, models: Path, log: Path) -> Path:
    """Put the finished archive among the models, in one step. It must be whole."""
    try:
        check_labels(finished)
        return finished.replace(models / finished.name)
    except FileNotFoundError:
        raise _failure(log, models) from None


def _arguments(workplace: Path, name: str, root: Path) -> list[str]:
    """Only the data folders: other YAML under data/ is the handbook's."""
    data = [f"data/{folder}" for folder in FOLDERS if (root / "data" / folder).is_dir()]
    return ["--quiet", "--out", str(workplace), "--fixed-model-name", name, "--data", *data]


async def _run(command: Sequence[str], workplace: Path, log: Path, say: Say) -> None:
    """Run to the end, saying every so often that it goes on; its scratch files stay on the models' disk."""
    child = await ChildProcess.spawn(command, env=environment(**QUIET) | {"TMPDIR": str(workplace)}, log=log)
    began = time.monotonic()
    gone = asyncio.create_task(child.wait())
    try:
        while not (await asyncio.wait({gone}, timeout=_REPORT_EVERY_S))[0]:
            say(f"  训练中…已 {time.monotonic() - began:.0f} 秒")
    finally:
        await asyncio.shield(child.stop())
    if gone.result() != 0:
        raise _failure(log, workplace.parent)


def _failure(log: Path, models: Path) -> ConfigurationError:
    """Why it failed, in one line where we know it."""
    if any(sign in last_lines(log, 400) for sign in _DISK_FULL):
        free = shutil.disk_usage(models).free // 1_000_000
        return ConfigurationError(
            f"磁盘已满，训练中止：{models} 所在的磁盘只剩 {free} MB，请腾出空间后再执行 make train"
        )
    return ConfigurationError(f"训练失败。日志 {log} 的最后一行：{last_lines(log)}")


def _remove_unfinished(models: Path) -> None:
    """Folders of trainings that were killed; those of a running process stay."""
    for folder in models.glob(f"{_UNFINISHED}*"):
        if not Path(f"/proc/{folder.name.removeprefix(_UNFINISHED)}").exists():
            shutil.rmtree(folder, ignore_errors=True)
