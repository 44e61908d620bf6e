"""The trained models: how each was made, what was found out about it, and which one is live."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class ModelState(StrEnum):
    """Where a model stands."""

    TRAINING = "training"
    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


TITLES = {
    ModelState.TRAINING: "训练中",
    ModelState.CANDIDATE: "候选",
    ModelState.LIVE: "使用中",
    ModelState.RETIRED: "已换下",
    ModelState.REJECTED: "不采用",
    ModelState.FAILED: "训练失败",
    ModelState.CANCELLED: "已取消",
}
# Models whose archive is kept and can read texts.
TRAINED = frozenset({ModelState.CANDIDATE, ModelState.LIVE, ModelState.RETIRED, ModelState.REJECTED})


def archive_name(now: datetime) -> str:
    """The name of an archive that is made now; it is the model's id."""
    return f"kesu-{now.astimezone(UTC):%Y%m%d-%H%M%S}"


@dataclass(eq=False)
class Model:
    """One model; its id is the archive's name without `.tar.gz`.

    `made_by`, `approved_by`: a person's id, or "terminal" for one made by `kesu train`. `seconds`: how
    long the training took, without the report. `rows`: sentences it was trained with. `data`: fingerprint
    of what it was trained from (bot/adapters/model_trainer.py), and the seconds of each of its `steps`.
    `progress`: 0-100, `phase`: Chinese words for what goes on. `accepted`: guarded examples that it
    misreads and a supervisor accepted by name (text, label, by, at).

    While it trains: `runner` is the desk process that trains it (None: somebody may begin), `beat_at` when
    that process was last heard of, `losses` how often one died over it.
    """

    id: str
    state: ModelState
    file: str
    made_by: str
    made_at: datetime
    seconds: float | None = None
    rows: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    progress: int = 0
    phase: str = ""
    error: str = ""
    report: dict[str, Any] | None = None
    gate: dict[str, Any] | None = None
    accepted: list[dict[str, Any]] = field(default_factory=list)
    approved_by: str | None = None
    approved_at: datetime | None = None
    live_from: datetime | None = None
    live_until: datetime | None = None
    ended_because: str = ""
    runner: str | None = None
    beat_at: datetime | None = None
    losses: int = 0

    @property
    def title(self) -> str:
        """The state in Chinese."""
        return TITLES[self.state]

    @property
    def is_trained(self) -> bool:
        """Whether there is an archive that can read texts."""
        return self.state in TRAINED

    def is_compared_with(self, live: str | None) -> bool:
        """Whether the report was made beside this model: another one may have gone live since."""
        return live is None or (self.report or {}).get("live", {}).get("model") == live

    def go_live(self, now: datetime) -> None:
        """It reads customers' messages from now on."""
        self.state, self.live_from, self.live_until, self.ended_because = ModelState.LIVE, now, None, ""

    def retire(self, now: datetime, because: str) -> None:
        """Another one reads them from now on; `because` says why, in Chinese."""
        self.state, self.live_until, self.ended_because = ModelState.RETIRED, now, because


@dataclass(frozen=True)
class LiveModel:
    """Which model reads customers' messages; `version` counts the switches, 0 before the first."""

    model: str | None = None
    version: int = 0
    since: datetime | None = None
    by: str | None = None
