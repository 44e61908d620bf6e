"""The trained models, as the services need them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.domain.correction import Correction
from bot.domain.model import LiveModel, Model


class Models(Protocol):
    """The models, and which one is live."""

    def add(self, model: Model) -> None:
        """Take a new one in. Of two that are TRAINING, the second one's commit is refused: Conflict."""

    async def get(self, id: str, *, lock: bool = False) -> Model:
        """By id, locked until the unit ends if asked for; NotFound."""

    async def find(self, id: str) -> Model | None:
        """By id."""

    async def all(self) -> list[Model]:
        """All of them, newest first."""

    async def training(self) -> Model | None:
        """The one that is being trained."""

    async def live(self) -> LiveModel:
        """Which one reads customers' messages."""

    async def switch(self, model_id: str, *, expected: int, by: str, now: datetime) -> bool:
        """Make this one live if the live row's version still is `expected`; False when somebody was quicker.

        The models' own states are the caller's to change (`Model.go_live`, `Model.retire`).
        """

    async def beat(self, id: str, runner: str, progress: int, phase: str, now: datetime) -> bool:
        """Note how far the training is; False when it is not this process's any more (cancelled, lost)."""


@dataclass(frozen=True)
class Made:
    """A trained archive: where it is, seconds, sentences, and the fingerprint of what it was trained from."""

    file: str
    seconds: float
    rows: int
    data: dict[str, Any]


class Trainer(Protocol):
    """Trains models beside the running desk, without slowing it down."""

    async def train(self, id: str, corrections: Sequence[Correction], hear: Callable[[str], None]) -> Made:
        """Train from the project's files and these corrections; `hear` gets each line the process says.

        Cancelling ends the process and all that it started. ConfigurationError says why it failed.
        """

    def archive(self, model: Model) -> Path | None:
        """Where the model's archive is on this machine; None when it isn't there."""

    def folders(self, id: str) -> list[Path]:
        """The folders of files that it was trained from beside the project's."""

    def log(self, id: str, lines: int) -> list[str]:
        """The last lines of a training's log, none when it ran on another machine."""


class MakeReport(Protocol):
    """Holds a candidate against the live model, beside the running desk."""

    def __call__(
        self, file: Path, say: Callable[[int, str], None], /
    ) -> Awaitable[tuple[dict[str, Any], dict[str, Any]]]:
        """The report and the gate as JSON; `say` hears percent and what goes on.

        ConfigurationError says why there is none.
        """
