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


def stock_folder(reports: Path, version: str) -> Path:
    """Where everything about the stock model of a version stands."""
    return reports / f"stock-{version}"


@dataclass(frozen=True)
class Stock:
    """Stock Rasa's side, and whether it was trained on the data as it is now."""

    side: Side
    current: bool


def kept_stock(reports: Path, root: Path) -> Stock | None:
    """Stock's side for the present data, else the newest for older data; None when it was never measured."""
    wanted = stock_folder(reports, data_version(root, (root / CONFIG).read_text(encoding="utf-8")))
    if (wanted / FIGURES).is_file():
        return Stock(_side(wanted), current=True)
    older = max(reports.glob(f"stock-*/{FIGURES}"), key=lambda path: path.stat().st_mtime, default=None)
    return Stock(_side(older.parent), current=False) if older else None


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


def _side(folder: Path) -> Side:
    figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    rows = map(json.loads, (folder / READINGS).read_text(encoding="utf-8").splitlines())
    return Side(
        readings={row["text"]: Reading.from_json(row["reading"]) for row in rows},
        model=folder.name,
        one=figures["ms"]["p50"],
        training=figures["training_seconds"],
    )
