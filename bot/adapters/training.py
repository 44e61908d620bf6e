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
from bot.domain.model import archive_name
from bot.settings import ROOT, Settings

TRAINING = (str(ROOM_PYTHON), "-W", "ignore", "-m", "bot.nlu.training")
_REPORT_EVERY_S = 10
_LISTEN_EVERY_S = 1
_UNFINISHED = ".training-"
_DISK_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A new archive and the seconds it took."""

    model: Path
    seconds: float


@dataclass(frozen=True)
class Order:
    """One training: the archive's name and folder, its log, and further folders of training files.

    `gently`: at low priority and on one core, so that the desk and its Rasa stay fast. `hear` gets each line
    that Rasa's process says; without it the process only tells what goes wrong.
    """

    name: str
    out: Path
    log: Path
    extra: tuple[Path, ...] = ()
    gently: bool = False
    hear: Say | None = None


async def train(
    settings: Settings, say: Say, *, command: Sequence[str] = TRAINING, root: Path = ROOT
) -> Trained:
    """Train from the project's files into `models/`; `say` hears every so often that it goes on.

    Raises ConfigurationError: files wrong (with file and line), disk full, or Rasa failed (with its log).
    """
    order = Order(archive_name(datetime.now(UTC)), settings.models, settings.log_folder / "train.log")
    return await carry_out(order, say, command=command, root=root)


async def carry_out(
    order: Order, say: Say, *, command: Sequence[str] = TRAINING, root: Path = ROOT
) -> Trained:
    """Check the training files, train, and move the finished archive into its folder; raises as `train`."""
    await asyncio.to_thread(check_training_files, root, order.extra)
    if command is TRAINING:
        require_room()
    began = time.monotonic()
    with _workplace(order.out, order.log) as workplace:
        whole = [*_gentle(order), *command, *_arguments(workplace, order, root)]
        await _run(whole, workplace, order, say)
        model = _move(workplace / f"{order.name}.tar.gz", order)
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


def _move(finished: Path, order: Order) -> Path:
    """Put the finished archive among the models, in one step. It must be whole."""
    try:
        check_labels(finished)
        return finished.replace(order.out / finished.name)
    except FileNotFoundError:
        raise _failure(order) from None


def _gentle(order: Order) -> list[str]:
    """What the command is started by: low priority, and the last of the cores this process may use."""
    if not order.gently:
        return []
    pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if shutil.which("taskset") else []
    return ["nice", "-n", "10", *pinned]


def _arguments(workplace: Path, order: Order, root: Path) -> list[str]:
    """Only the data folders: other YAML under data/ is the handbook's."""
    data = [f"data/{folder}" for folder in FOLDERS if (root / "data" / folder).is_dir()]
    loudness = ["--verbose"] if order.hear else []
    archive = str(workplace / f"{order.name}.tar.gz")
    return [*loudness, "--archive", archive, "--data", *data, *map(str, order.extra)]


async def _run(command: Sequence[str], workplace: Path, order: Order, say: Say) -> None:
    """Run to the end, saying every so often that it goes on; its scratch files stay on the models' disk."""
    env = environment(**QUIET) | {"TMPDIR": str(workplace)} | (_ONE_THREAD if order.gently else {})
    child = await ChildProcess.spawn(command, env=env, log=order.log)
    began, lines = time.monotonic(), _Lines(order)
    gone, told = asyncio.create_task(child.wait()), began
    try:
        while not (await asyncio.wait({gone}, timeout=_LISTEN_EVERY_S))[0]:
            lines.hear()
            if time.monotonic() - told >= _REPORT_EVERY_S:
                told = time.monotonic()
                say(f"  训练中…已 {told - began:.0f} 秒")
    finally:
        await asyncio.shield(child.stop())
    lines.hear()
    if gone.result() != 0:
        raise _failure(order)


class _Lines:
    """What is new in a log since it was last looked at, whole lines only."""

    def __init__(self, order: Order) -> None:
        self._log, self._hear, self._read = order.log, order.hear, 0

    def hear(self) -> None:
        """Pass on the new lines."""
        if self._hear is None:
            return
        with self._log.open("rb") as file:
            file.seek(self._read)
            whole, end, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(end)
        for line in whole.decode("utf-8", errors="replace").splitlines():
            self._hear(line)


def _failure(order: Order) -> ConfigurationError:
    """Why it failed, in one line where we know it."""
    if any(sign in last_lines(order.log, 400) for sign in _DISK_FULL):
        free = shutil.disk_usage(order.out).free // 1_000_000
        return ConfigurationError(
            f"磁盘已满，训练中止：{order.out} 所在的磁盘只剩 {free} MB，请腾出空间后再训练（make train）"
        )
    return ConfigurationError(f"训练失败。日志 {order.log} 的最后一行：{last_lines(order.log)}")


def _remove_unfinished(models: Path) -> None:
    """Folders of trainings that were killed; those of a running process stay."""
    for folder in models.glob(f"{_UNFINISHED}*"):
        if not Path(f"/proc/{folder.name.removeprefix(_UNFINISHED)}").exists():
            shutil.rmtree(folder, ignore_errors=True)
