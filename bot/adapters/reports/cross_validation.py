"""Cross-validation of what a model is trained from: Rasa's room reads each row as if it had not seen it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.adapters.model_files import model_id
from bot.adapters.rasa_process import ROOM_PYTHON, require_room
from bot.adapters.reports.room import answer_of
from bot.domain.model_report import CrossValidation

COMMAND = (str(ROOM_PYTHON), "-m", "bot.nlu.cross_validation")
_SUFFIX = ".doubtful.json"


@dataclass(frozen=True)
class DoubtfulRow:
    """A training message that is read as another label by separators that have not seen it.

    `text` is without annotations; `confidence` is that of `read_as`, `own_confidence` that of its `label`.
    """

    text: str
    label: str
    read_as: str
    confidence: float
    own_confidence: float


async def cross_validate(
    data: Sequence[Path], *, command: Sequence[str] = COMMAND
) -> tuple[CrossValidation, list[DoubtfulRow]]:
    """Cross-validate the training messages in these folders; the clearest doubts come first.

    Raises ConfigurationError when Rasa's room can't do it.
    """
    if command is COMMAND:
        require_room()
    lines = await answer_of([*command, "--data", *map(str, data)], b"", "交叉检验未能完成")
    found: dict[str, Any] = json.loads(lines[-1])
    rows = [DoubtfulRow(**row) for row in found.pop("rows")]
    return CrossValidation(**found, doubtful=len(rows)), rows


def doubtful_file(archive: Path) -> Path:
    """Where the doubtful rows of a model's training data stand: beside its archive."""
    return archive.with_name(model_id(archive) + _SUFFIX)


def write_doubtful(rows: Sequence[DoubtfulRow], archive: Path) -> Path:
    """Keep the rows of a model, in one step; the file's path."""
    file = doubtful_file(archive)
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False), encoding="utf-8")
    return unfinished.replace(file)


def read_doubtful(archive: Path) -> list[DoubtfulRow]:
    """The doubtful rows of a model's training data; none where nobody has looked for them."""
    try:
        rows = json.loads(doubtful_file(archive).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [DoubtfulRow(**row) for row in rows]
