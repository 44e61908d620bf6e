"""Trains candidates for the desk: from the project's files and the corrections, beside the running desk."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.adapters.child import last_lines
from bot.adapters.correction_files import write_corrections
from bot.adapters.model_files import CANDIDATES, find_archive
from bot.adapters.training import TRAINING, Order, carry_out
from bot.adapters.training_files import file_name, read_training_files, training_files
from bot.domain.correction import Correction
from bot.domain.model import Model
from bot.services.ports import Made
from bot.settings import ROOT, Settings

_WORDS = ("dictionary", "risks")  # folders of words that are kept in the model
_SHOWN = 12  # hexadecimal digits of a file's hash


class CandidateTrainer:
    """Makes candidates (ports.Trainer) in `models/candidates`, each beside the corrections it learned."""

    def __init__(self, settings: Settings, *, command: Sequence[str] = TRAINING, root: Path = ROOT) -> None:
        self._settings, self._command, self._root = settings, command, root
        self._folder = settings.models / CANDIDATES

    async def train(self, id: str, corrections: Sequence[Correction], hear: Callable[[str], None]) -> Made:
        """Train from the project's files and these corrections; `hear` gets each line the process says."""
        written = self._written(id)
        await asyncio.to_thread(write_corrections, corrections, written)
        data = await asyncio.to_thread(fingerprint, self._root, written)
        order = Order(id, self._folder, self._log(id), (written,), gently=True, hear=hear)
        trained = await carry_out(order, _nobody, command=self._command, root=self._root)
        return Made(str(trained.model), trained.seconds, data.pop("rows"), data)

    def archive(self, model: Model) -> Path | None:
        """Where the model's archive is on this machine; None when it isn't there."""
        return find_archive(self._settings, model.id, model.file)

    def folders(self, id: str) -> list[Path]:
        """The folders of files that it was trained from beside the project's."""
        written = self._written(id)
        return [written] if written.is_dir() else []

    def log(self, id: str, lines: int) -> list[str]:
        """The last lines of a training's log, none when it ran on another machine."""
        return last_lines(self._log(id), lines).splitlines()

    def _written(self, id: str) -> Path:
        return self._folder / id / "corrections"

    def _log(self, id: str) -> Path:
        return self._settings.log_folder / "training" / f"{id}.log"


def fingerprint(root: Path, corrections: Path | None = None) -> dict[str, Any]:
    """What a model is trained from: `rows`, those of `corrections`, `files` with rows and hash, a `hash`."""
    extra = (corrections,) if corrections else ()
    rows = Counter(row.where.rpartition(":")[0] for row in read_training_files(root, extra).rows)
    words = [path for name in _WORDS for path in sorted((root / "data" / name).rglob("*.txt"))]
    files = [
        {"name": (name := file_name(root, path, extra)), "rows": rows[name], "hash": _hash(path.read_bytes())}
        for path in [*training_files(root, extra), *words]
    ]
    whole = _hash("\n".join(f"{one['name']} {one['hash']}" for one in files).encode())
    prefix = f"{corrections.name}/" if corrections else None
    corrected = sum(count for name, count in rows.items() if prefix and name.startswith(prefix))
    return {"rows": rows.total(), "corrections": corrected, "hash": whole, "files": files}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_SHOWN]


def _nobody(_: str) -> None:
    """Hear nothing: how far it is stands in the model's row."""
