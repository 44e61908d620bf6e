"""What stock Rasa made of the same messages: written by `make stock`, kept for each version of the data."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.evaluation import percentile
from bot.domain.measuring import Side
from bot.domain.reading import Reading

CONFIG = Path("benchmarks/stock/understanding.yml")
READINGS, FIGURES = "readings.jsonl", "stock.json"


def data_version(root: Path, config: str) -> str:
    """What a stock model is trained from, as a short hash: the messages and its configuration."""
    found = hashlib.sha256(config.encode())
    for path in sorted((root / "data" / "nlu").rglob("*.y*ml")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


def stock_folder(reports: Path, version: str, epochs: int | None = None) -> Path:
    """Where everything about the stock model of a version stands, or the one trained in fewer epochs."""
    return reports / (f"stock-{version}" if epochs is None else f"stock-{version}-{epochs}-epochs")


@dataclass(frozen=True)
class Stock:
    """Stock Rasa's side, whether it learned the data as it is now, and in how many epochs if in fewer."""

    side: Side
    current: bool
    epochs: int | None = None


def kept_stock(reports: Path, root: Path) -> Stock | None:
    """Stock's side for the present data, else one trained in fewer epochs, else the newest for older data.

    None when it was never measured.
    """
    wanted = stock_folder(reports, data_version(root, (root / CONFIG).read_text(encoding="utf-8")))
    if (wanted / FIGURES).is_file():
        return _stock(wanted, current=True)
    if shorter := _newest(reports, f"{wanted.name}-*-epochs"):
        return _stock(shorter, current=True)
    older = _newest(reports, "stock-*")
    return _stock(older, current=False) if older else None


def _newest(reports: Path, pattern: str) -> Path | None:
    """The folder whose stock model was last measured, of those of such names."""
    found = (path.parent for path in reports.glob(f"{pattern}/{FIGURES}"))
    return max(found, key=lambda folder: (folder / FIGURES).stat().st_mtime, default=None)


def keep_stock(
    folder: Path, readings: dict[str, dict[str, Any]], times: list[float], about: dict[str, Any]
) -> None:
    """Keep readings (the room's JSON, by text), milliseconds one at a time, and what else is known."""
    lines = [
        json.dumps({"text": text, "reading": reading}, ensure_ascii=False)
        for text, reading in readings.items()
    ]
    (folder / READINGS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    figures = {**about, "ms": {"p50": percentile(times, 50), "p95": percentile(times, 95)}}
    (folder / FIGURES).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _stock(folder: Path, *, current: bool) -> Stock:
    figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    rows = map(json.loads, (folder / READINGS).read_text(encoding="utf-8").splitlines())
    side = Side(
        readings={row["text"]: Reading.from_json(row["reading"]) for row in rows},
        model=folder.name,
        one=figures["ms"]["p50"],
        training=figures["training_seconds"],
    )
    return Stock(side, current, figures.get("epochs"))
