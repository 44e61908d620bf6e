"""What a part of `make bench` found, kept in a file, so that one page can show all parts (page.py)."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bot.settings import ROOT
from figures import Ratio

QUICK = "BENCH_QUICK"  # in the environment of what is only tried: its figures are kept elsewhere
FIGURES = ROOT / ".kesu" / "bench" / ("figures-of-a-quick-look" if os.environ.get(QUICK) else "figures")


@dataclass(frozen=True)
class Around:
    """When, of which state of the project, and on how busy a machine something is measured."""

    at: str
    commit: str
    cores: int
    load: float | None  # processes that ran or wanted to, in the minute before

    @classmethod
    def now(cls) -> Self:
        """To be asked before anything is measured."""
        git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
        load = round(os.getloadavg()[0], 1)
        return cls(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", commit or "no commit", os.cpu_count() or 1, load
        )

    def told(self) -> str:
        """One line."""
        load = "" if self.load is None else f", load {self.load:g} before"
        return f"{self.at}, {self.commit}, {self.cores} cores{load}"


@dataclass(frozen=True)
class Part:
    """One part's figures; `note` says what else has to be known to read them."""

    around: Around
    ratios: Sequence[Ratio]
    note: str = ""


def keep(name: str, around: Around, ratios: Sequence[Ratio], note: str = "") -> None:
    """Keep a part's figures; those that it found before are gone."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    whole = json.dumps(asdict(Part(around, ratios, note)), ensure_ascii=False, indent=1)
    _file(name).write_text(whole, encoding="utf-8")


def kept(name: str) -> Part | None:
    """What a part found the last time it was measured here."""
    if not _file(name).exists():
        return None
    data: dict[str, Any] = json.loads(_file(name).read_text(encoding="utf-8"))
    return Part(Around(**data["around"]), [Ratio(**one) for one in data["ratios"]], data["note"])


def _file(name: str) -> Path:
    return FIGURES / f"{name}.json"
